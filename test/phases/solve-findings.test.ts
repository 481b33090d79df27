import { expect, test } from "vitest";
import { blockingFindings } from "../../src/phases/solve-findings.ts";
import { ciTask } from "../record/ci-papers.ts";

const nothing = { tree: "a".repeat(40), change: [], before: new Map(), checkpoints: [], lost: null };
const secret = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;

test.each<[string, { file: string; excerpt: string; cause: string; fix: string }]>([
  ["an excerpt", { file: "log", excerpt: `token ${secret}`, cause: "c", fix: "" }],
  ["a file's name", { file: secret, excerpt: "x", cause: "c", fix: "" }],
  ["the cause", { file: "log", excerpt: "x", cause: secret, fix: "" }],
  ["the fix", { file: "log", excerpt: "x", cause: "c", fix: `set ${secret}` }],
])("a secret in %s of an analysis keeps it from leaving, and without it leaves", async (_, said) => {
  const findings = (hide: boolean) => {
    const { file, excerpt, cause, fix } = hide ? { file: "log", excerpt: "x", cause: "c", fix: "" } : said;
    const analysis = { cause, fix, evidence: [{ file, excerpt }] };
    const words = { summary: "", reasons: [], notes: "", look_at: [], ending: "", answered: [], analysis };
    return blockingFindings([nothing], words, { task: ciTask(), known: [] });
  };
  expect(await findings(false)).toMatchObject([{ rule: "secret", level: "block" }]);
  expect(await findings(true)).toEqual([]);
});
