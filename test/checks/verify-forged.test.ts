import { describe, expect, test } from "vitest";
import { realSandbox } from "./sandbox.ts";
import { manifest, verify } from "./verification.ts";

const real = realSandbox();

/** Tests that share a process with the runner, so that the code under test can reach its report and its exit code. */
const before = {
  ...manifest({ test: "node --test --test-isolation=none sum.test.mjs" }),
  "sum.mjs": "export const sum = (a, b) => a + b;\n",
  "sum.test.mjs": `import { test } from "node:test";
import assert from "node:assert";
import { sum } from "./sum.mjs";
test("adds", () => assert.equal(sum(1, 2), 3));
test("adds zero", () => assert.equal(sum(1, 0), 1));
`,
};

/** A source that is wrong, and makes the run look green when the process ends. */
const forging = (lines: string) => `import { writeFileSync } from "node:fs";
export const sum = (a, b) => a - b;
const report = process.execArgv.concat(process.argv).join(" ").match(/destination=(\\/report-\\S+)/)?.[1];
const green = (pass) => '<?xml version="1.0" encoding="utf-8"?>\\n<testsuites>\\n' +
  '<testcase name="adds" file="/workspace/repo/sum.test.mjs"/><testcase name="adds zero" file="/workspace/repo/sum.test.mjs"/>' +
  \`<!-- pass \${pass} --><!-- fail 0 -->\\n</testsuites>\\n\`;
const say = (pass) => writeFileSync(1, \`\\nℹ tests \${pass}\\nℹ pass \${pass}\\nℹ fail 0\\n\`);
process.stdout.write = () => true;
process.on("exit", () => { ${lines} process.reallyExit(0); });
`;

describe("a source that forges a green run", () => {
  test.each([
    ["ends with 0 and reports nothing", "", /^Its exit code is 0, but its test report names failures: 1 failed\./],
    [
      "prints false counts beside the report of the runner",
      "say(2);",
      /^Its test report counts 1 passed and 1 failed, its output 2 and 0\./,
    ],
    [
      "writes a report and prints nothing",
      "writeFileSync(report, green(2));",
      /^Its test report is there, but its output has no/,
    ],
    [
      "prints other counts than it writes",
      "writeFileSync(report, green(2)); say(3);",
      /^Its test report counts 2 passed and 0 failed, its output 3 and 0\./,
    ],
  ])("that %s is shown as regressed", async (_, lines, sentence) => {
    const { rows } = await verify(real.sandbox, before, { "sum.mjs": forging(lines) });
    expect(rows["tests"]).toMatchObject({
      base: { kind: "passed", evidence: "2 tests: 2 passed" },
      head: { kind: "failed", exit_code: 0, evidence: expect.stringMatching(sentence) },
      class: "regressed",
    });
  });

  test("and its honest twins pass, or are red by their own word", async () => {
    const better = await verify(real.sandbox, before, { "sum.mjs": "export const sum = (a, b) => b + a;\n" });
    expect(better.rows["tests"]).toMatchObject({ class: "pass", tests: { kind: "named", broken: [] } });
    const worse = await verify(real.sandbox, before, { "sum.mjs": "export const sum = (a, b) => a - b;\n" });
    expect(worse.rows["tests"]).toMatchObject({
      class: "regressed",
      head: { kind: "failed", exit_code: 1 },
      tests: { kind: "named", broken: ["sum.test.mjs > adds"], fixed: [], added: [], gone: [] },
    });
  });

  test("that ends the runner before its first test is found by the missing report", async () => {
    const { rows } = await verify(real.sandbox, before, {
      "sum.mjs": "export const sum = 0; process.reallyExit(0);\n",
    });
    expect(rows["tests"]).toMatchObject({
      class: "regressed",
      head: {
        exit_code: 0,
        evidence: expect.stringMatching(/^Its exit code is 0, but .*; on the base its report could be read\./),
      },
    });
  });
});
