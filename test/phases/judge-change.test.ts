import { expect, test } from "vitest";
import { blobSha } from "../../src/change.ts";
import { Config } from "../../src/config.ts";
import { judgeChange } from "../../src/phases/judge-change.ts";
import { type Edit, madeChange } from "../inspect/made-change.ts";
import { letters } from "../inspect/planted.ts";
import { checks } from "./publish-papers.ts";

const config = Config.parse({});
const manifests = [{ path: "package.json", text: '{"scripts":{"lint":"node bin/lint.mjs"}}' }];

function judged(edits: Record<string, Edit>, limits: Partial<Config["limits"]> = {}) {
  const { change, before } = madeChange(edits);
  const task = { config: { ...config, limits: { ...config.limits, ...limits } } };
  const basePaths = change.filter((entry) => entry.before !== null).map(({ path }) => path);
  return judgeChange({
    change,
    before,
    basePaths,
    manifests,
    codeowners: null,
    task,
    report: { checks, findings: [], packages: { kind: "none" } },
  });
}

test("whoever rewrites the program of a trusted check needs a person; another program beside it does not", async () => {
  const edit: Edit = ["export {};\n", "export { };\n"];
  expect(await judged({ "bin/lint.mjs": edit })).toMatchObject({
    level: "high",
    reasons: [{ rule: "check-configuration" }, { rule: "path-not-low" }, {}, {}],
  });
  expect((await judged({ "bin/other.mjs": edit })).level).toBe("medium");
});

test("a change over the caps is refused for that alone, and nothing of it is scanned, read or quoted", async () => {
  const token = `ghp_${letters(36)}`;
  const edits: Record<string, Edit> = { [`${token}.ts`]: [null, token], "a.ts": ["a", "b"] };
  const over = await judged(edits, { change_files: 1 });
  expect(over).toMatchObject({ kind: "refuse", level: "critical", findings: [] });
  expect(over.reasons.map(({ rule }) => rule)).toEqual(["change-files", "checks"]);
  expect(JSON.stringify(over)).not.toContain(token);
  expect((await judged(edits)).reasons.map(({ rule }) => rule)).toEqual(["secret"]);
});

test("over the caps not even the base's files are asked for", async () => {
  const { change } = madeChange({ "a.ts": ["a", "b"] });
  const limits = { ...config.limits, change_bytes: 0 };
  const evidence = { change, before: new Map(), basePaths: ["a.ts"], manifests, codeowners: null, report: null };
  expect(await judgeChange({ ...evidence, task: { config: { ...config, limits } } })).toMatchObject({ kind: "refuse" });
  await expect(judgeChange({ ...evidence, task: { config } })).rejects.toThrow(/base content of "a\.ts" is missing/);
  expect(change[0]?.before?.sha).toBe(blobSha(Buffer.from("a")));
});
