import { describe, expect, test } from "vitest";
import { readJob } from "../../src/brief/failed-job.ts";
import { logs, longLog } from "./logs.ts";

const step = (name: string, conclusion = "failure") => ({ name, conclusion });
const job = (log: string | null, name: string, conclusion = "failure") => ({
  workflow: ".github/workflows/ci.yml",
  name: "test",
  steps: [
    step("Run actions/checkout@v5", "success"),
    step(name, conclusion),
    step("Post Run actions/checkout@v5", "success"),
  ],
  log,
});

describe("what a log says of a failure", () => {
  test.each<[keyof typeof logs, string, string, string]>([
    ["vitest", "Run npm test", "failure", "FAIL  test/cart.test.ts > total > counts quantities"],
    [
      "tsc",
      "Run npx tsc --noEmit",
      "failure",
      "src/cart.ts(8,42): error TS2339: Property 'quantity' does not exist on type 'Item'.",
    ],
    [
      "eslint",
      "Lint",
      "failure",
      "/home/runner/work/cart/cart/src/cart.ts   12:10  error    'total' is defined but never used  no-unused-vars",
    ],
    ["install", "Run npm ci", "failure", "npm error code ERESOLVE"],
    ["network", "Run npm ci", "failure", "npm error code ECONNRESET"],
    [
      "timeout",
      "Run npm test",
      "timed_out",
      "##[error]The job running on runner GitHub Actions 12 has exceeded the maximum execution time of 10 minutes.",
    ],
    ["memory", "Build", "failure", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
    ["cancelled", "Run npm test", "cancelled", "##[error]The operation was canceled."],
  ])("%s", (name, at, conclusion, error) => {
    const read = readJob(job(logs[name], at, conclusion));
    expect({ step: read.step, error: read.error, hidden: read.hidden }).toEqual({ step: at, error, hidden: false });
    // The failing step alone, without moments and colours.
    expect(read.log).toMatch(/^##\[group\]Run npm|^##\[group\]Run npx/);
    expect(read.log).not.toMatch(/2026-11-20T10:00:\d\d\.|\u001b|checkout@v5|Post job cleanup/);
  });

  test("of two steps with an error the one that GitHub names counts, and without such a name the last", () => {
    const both = logs.tsc.replace(
      "Post job cleanup.",
      "##[group]Run npm test\n##[error]Process completed with exit code 1.",
    );
    expect(readJob(job(both, "Run npx tsc --noEmit")).error).toContain("TS2339");
    expect(readJob(job(both, "Types")).log).toBe("##[group]Run npm test\n##[error]Process completed with exit code 1.");
  });

  test("a long log keeps its start, the errors with their surroundings, and its end", () => {
    const { log } = readJob(job(longLog(2_000), "Run npm test"));
    expect(log?.length).toBeLessThan(13_000);
    expect(log).toContain("##[group]Run npm test\n");
    expect(log).toContain("not ok 9001 - the one that fails\n  expected: 2\n");
    expect(log).toContain("… 1994 lines left out …");
    expect(log).toMatch(/exit code 1\.$/);
  });

  test("what looks like a secret is blanked, and said", () => {
    const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
    const read = readJob(job(logs.install.replace("could not resolve", `could not resolve ${token}`), "Run npm ci"));
    expect(read.hidden).toBe(true);
    expect(read.log).toContain("npm error ERESOLVE could not resolve [redacted]");
    expect(JSON.stringify(read)).not.toContain(token);
  });

  test("also where a long line is cut", () => {
    const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
    const long = `${"x ".repeat(285)}${token} and more ${"y".repeat(400)}`;
    const read = readJob(job(logs.install.replace("could not resolve", long), "Run npm ci"));
    expect(read.log).toContain(" …\n");
    expect(read.log).not.toContain("ghp_");
  });

  test("without a log the step alone names the failure, and without steps the job", () => {
    expect(readJob(job(null, "Run npm test"))).toMatchObject({ step: "Run npm test", error: "", log: null });
    expect(readJob({ ...job(null, ""), steps: [] })).toMatchObject({ step: null, error: "", log: null });
  });
});

describe("a signature", () => {
  const base = readJob(job(logs.vitest, "Run npm test")).signature;
  const again = (change: (log: string) => string) => readJob(job(change(logs.vitest), "Run npm test")).signature;

  test.each<[string, () => string]>([
    ["another day", () => again((log) => log.replaceAll("2026-11-20T10", "2027-01-02T23"))],
    ["other durations", () => again((log) => log.replace("412ms", "9s").replace("5ms", "17ms"))],
    ["another line of the test", () => again((log) => log.replace("test.ts:12:31", "test.ts:40:2"))],
    [
      "another cell of a matrix",
      () => readJob({ ...job(logs.vitest, "Run npm test"), name: "test (24, ubuntu)" }).signature,
    ],
  ])("is the same for %s", (_, other) => {
    expect(base).toMatch(/^[0-9a-f]{16}$/);
    expect(other()).toBe(base);
  });

  test.each<[string, () => string]>([
    ["another test", () => again((log) => log.replaceAll("counts quantities", "adds cents"))],
    ["another step", () => readJob(job(logs.vitest, "Run npm run test:unit")).signature],
    ["another job", () => readJob({ ...job(logs.vitest, "Run npm test"), name: "unit" }).signature],
    [
      "another workflow",
      () => readJob({ ...job(logs.vitest, "Run npm test"), workflow: ".github/workflows/nightly.yml" }).signature,
    ],
  ])("is another for %s", (_, other) => {
    expect(other()).not.toBe(base);
  });

  test("two errors of one compiler are two, and the same one at another line is one", () => {
    const at = (text: string) => readJob(job(logs.tsc.replace("src/cart.ts(8,42): error TS2339", text), "x")).signature;
    expect(at("src/cart.ts(99,1): error TS2339")).toBe(at("src/cart.ts(8,42): error TS2339"));
    expect(at("src/cart.ts(8,42): error TS2304")).not.toBe(at("src/cart.ts(8,42): error TS2339"));
  });
});
