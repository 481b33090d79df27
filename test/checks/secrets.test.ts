import { expect, test } from "vitest";
import { secretsResult } from "../../src/checks/secrets.ts";
import { scanSecrets } from "../../src/inspect/secrets.ts";
import { entry } from "../workspace/repository.ts";

// Put together here, so that no scanner takes this file for a leak.
const token = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");

async function row(before: string | null, after: string) {
  const change = [entry("src/a.ts", before, after)];
  const contents = new Map([["src/a.ts", before === null ? null : Buffer.from(before)]]);
  return secretsResult(await scanSecrets(change, contents), 5);
}

test("a change without secrets passes", async () => {
  expect(await row(null, "export const a = 1;\n")).toEqual({
    name: "secrets",
    kind: "secrets",
    command: [],
    base: { kind: "passed", ms: 5, evidence: "0 known in the changed files" },
    head: { kind: "passed", ms: 5, evidence: "none added" },
    class: "pass",
  });
});

test("a change that adds a secret regresses, and the row does not carry it", async () => {
  const result = await row("export {};\n", `export const token = "${token}";\n`);
  expect(result).toMatchObject({ head: { kind: "failed" }, class: "regressed" });
  expect(JSON.stringify(result)).not.toContain(token.slice(4));
});

test("a secret that was there before is counted on the base", async () => {
  const line = `export const token = "${token}";\n`;
  expect(await row(line, `${line}// more\n`)).toMatchObject({
    base: { kind: "passed", evidence: "1 known in the changed files" },
    head: { kind: "passed" },
    class: "pass",
  });
});
