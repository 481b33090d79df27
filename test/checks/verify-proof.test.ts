import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { realSandbox } from "./sandbox.ts";
import { manifest, verify } from "./verification.ts";

const real = realSandbox();

const source = (body: string) => `export const half = (n) => ${body};\n`;
const tests = (...lines: string[]) => `import { test } from "node:test";
import assert from "node:assert";
import { half } from "../half.mjs";
${lines.join("\n")}
`;
const even = 'test("halves an even number", () => assert.equal(half(4), 2));';
const odd = 'test("rounds an odd number down", () => assert.equal(half(5), 2));';
const wrong = "n / 2";
const right = "Math.floor(n / 2)";
const repository = (body: string, ...lines: string[]) => ({
  ...manifest({ test: "node --test" }),
  "half.mjs": source(body),
  "test/half.test.mjs": tests(...lines),
});

describe("the proof", () => {
  test("is a test that failed on the base and passes on head", async () => {
    const { proof, findings } = await verify(real.sandbox, repository(wrong, even, odd), { "half.mjs": source(right) });
    expect([proof, findings]).toEqual([
      { kind: "proved", tests: ["test/half.test.mjs > rounds an odd number down"], failed_on_base: 1 },
      [],
    ]);
  });

  test("is a new test that is red on the base's source", async () => {
    const { proof, findings, progress } = await verify(real.sandbox, repository(wrong, even), {
      "half.mjs": source(right),
      "test/half.test.mjs": tests(even, odd),
    });
    expect([proof, findings]).toEqual([
      { kind: "proved", tests: ["test/half.test.mjs > rounds an odd number down"], failed_on_base: 0 },
      [],
    ]);
    const across = progress
      .filter(({ check }) => check !== "tests")
      .map(({ check, side, state }) => [check, side, state]);
    expect(across).toEqual([
      ["tests, with the change's tests,", "base", "started"],
      ["tests, with the change's tests,", "base", "failed"],
      ["tests, with the base's tests,", "head", "started"],
      ["tests, with the base's tests,", "head", "passed"],
    ]);
  });

  test("is a new test file that the base's source cannot even load", async () => {
    const file = `import { test } from "node:test"; import { third } from "../third.mjs"; test("a third", () => third(3));`;
    const after = { "third.mjs": "export const third = (n) => n / 3;\n", "test/third.test.mjs": file };
    const { proof } = await verify(real.sandbox, repository(wrong, even), after);
    expect(proof).toEqual({ kind: "proved", tests: ["test/third.test.mjs > a third"], failed_on_base: 0 });
  });

  test("is none when the new test is green without the change", async () => {
    const after = { "half.mjs": source(right), "test/half.test.mjs": tests(even, 'test("is there", () => half(2));') };
    const mutation = Config.parse({ verify: { mutation: true } });
    const plain = await verify(real.sandbox, repository(wrong, even), after);
    expect([plain.proof, plain.findings]).toEqual([{ kind: "none" }, []]);
    const probed = await verify(real.sandbox, repository(wrong, even), after, { config: mutation });
    expect(probed.findings).toMatchObject([
      { rule: "v28-tests-do-not-fail", level: "warn", path: "test/half.test.mjs" },
    ]);
    const good = { ...after, "test/half.test.mjs": tests(even, odd) };
    const twin = await verify(real.sandbox, repository(wrong, even), good, { config: mutation });
    expect(twin.findings).toEqual([]);
  });

  test("is none without tests, and unknown where their names are", async () => {
    const none = await verify(real.sandbox, { ...manifest({}), "a.txt": "a" }, { "a.txt": "b" });
    expect(none.proof).toEqual({ kind: "none" });
    const unnamed = await verify(real.sandbox, { ...manifest({ test: "true" }), "a.txt": "a" }, { "a.txt": "b" });
    expect(unnamed.proof).toEqual({ kind: "unknown", reason: "the names of its tests are not known on base" });
    expect(unnamed.rows["tests"]).toMatchObject({
      tests: { kind: "unnamed", reason: expect.stringContaining("no command of") },
    });
  });
});

describe("the base's tests on the changed source (V27)", () => {
  const weakened = 'test("halves an even number", () => assert.equal(half(4), 3));';

  test("block when a test was bent to fit a wrong source", async () => {
    const { findings, classes } = await verify(real.sandbox, repository(wrong, even), {
      "half.mjs": source("n / 2 + 1"),
      "test/half.test.mjs": tests(weakened),
    });
    expect(classes["tests"]).toBe("pass");
    expect(findings).toEqual([
      {
        id: expect.any(String),
        rule: "v27-base-test-broken",
        level: "block",
        path: "test/half.test.mjs",
        line: null,
        message: "A test that passed on the base fails against the changed source, and the same change alters it.",
        before: "passes: test/half.test.mjs > halves an even number",
        after: "fails: test/half.test.mjs > halves an even number",
      },
    ]);
  });

  test("block when a test was deleted that would fail, and another takes its place in the count", async () => {
    const { findings, classes } = await verify(
      real.sandbox,
      { ...repository(wrong, even), "test/odd.test.mjs": tests(odd.replace("2)", "2.5)")) },
      { "half.mjs": source(right), "test/half.test.mjs": tests(even, 'test("is there", () => half(2));') },
      { remove: ["test/odd.test.mjs"] },
    );
    expect(classes["tests"]).toBe("pass");
    expect(findings).toMatchObject([
      { level: "block", path: "test/odd.test.mjs", message: expect.stringContaining("deletes it") },
    ]);
  });

  test("block when the runner's configuration hides a test", async () => {
    const setup = (text: string) => ({ "test/setup.mjs": text });
    const files = {
      ...manifest({ test: "node --import ./test/setup.mjs --test test/half.test.mjs" }),
      "half.mjs": source(wrong),
      "test/half.test.mjs": tests(even),
      ...setup("export {};\n"),
    };
    const lenient = 'import assert from "node:assert"; assert.equal = () => {};\n';
    const { findings } = await verify(real.sandbox, files, { "half.mjs": source("n"), ...setup(lenient) });
    expect(findings).toMatchObject([{ level: "block", path: "test/setup.mjs" }]);
  });

  test.each(["package.json", "packages/a/package.json"])(
    "block when a runner's settings in %s hide a test",
    async (path) => {
      const settings = (skip: boolean) => ({ ...JSON.parse(scripts["package.json"] ?? ""), jest: { skip } });
      const scripts = manifest({ test: "node run.mjs" });
      const run = `import { readFileSync } from "node:fs"; import { half } from "./half.mjs";
if (!JSON.parse(readFileSync("${path}")).jest.skip && half(4) !== 2) process.exit(1);\n`;
      const files = { ...scripts, [path]: JSON.stringify(settings(false)), "half.mjs": source(wrong), "run.mjs": run };
      const hidden = { [path]: JSON.stringify(settings(true)) };
      const { findings, classes } = await verify(real.sandbox, files, { "half.mjs": source("n"), ...hidden });
      expect([classes["tests"], findings]).toMatchObject(["pass", [{ rule: "v27-base-test-broken", level: "block" }]]);
      const twin = await verify(real.sandbox, files, { "half.mjs": source(right), ...hidden });
      expect(twin.findings).toEqual([]);
    },
  );

  test("are quiet when tests only grow, move or are rewritten to the same", async () => {
    const grown = { "half.mjs": source(right), "test/half.test.mjs": tests(odd, even.replace("4), 2", "8), 4")) };
    expect((await verify(real.sandbox, repository(wrong, even), grown)).findings).toEqual([]);
    const moved = { "half.mjs": source(right), "test/b.test.mjs": tests(even) };
    const options = { remove: ["test/half.test.mjs"] };
    expect((await verify(real.sandbox, repository(wrong, even), moved, options)).findings).toEqual([]);
  });
});
