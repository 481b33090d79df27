import { describe, expect, test } from "vitest";
import { withBaseRunner } from "../../src/checks/runner-settings.ts";
import { crossedTrees, isTestSide } from "../../src/checks/test-side.ts";
import { entry } from "../workspace/repository.ts";

test.each([
  ["src/a.test.ts", true],
  ["test/data.json", true],
  ["src/__snapshots__/a.test.ts.snap", true],
  ["vitest.config.ts", true],
  ["packages/a/jest.config.js", true],
  ["vite.config.mts", true],
  [".mocharc.json", true],
  ["ava.config.mjs", true],
  ["src/setupTests.ts", true],
  ["src/setup-test.js", true],
  ["src/setup_tests.mjs", true],
  ["src/setup.ts", false],
  ["src/setupTestsuite.ts", false],
  ["src/a.ts", false],
  ["src/latest.ts", false],
  ["package.json", false],
  ["README.md", false],
])("%s belongs to the tests: %s", (path, expected) => {
  expect(isTestSide(path)).toBe(expected);
});

describe("crossedTrees", () => {
  const source = entry("src/a.ts", "1", "2");
  const lockfile = entry("package-lock.json", "1", "2");
  const changed = entry("test/a.test.ts", "1", "2");
  const added = entry("test/b.test.ts", null, "2");
  const deleted = entry("test/c.test.ts", "1", null);
  const configured = entry("vitest.config.ts", null, "2");

  test.each([
    ["source alone", [source], null, null],
    ["tests alone", [changed, added], null, null],
    ["a new test", [source, added], null, ["test/b.test.ts"]],
    ["a changed test", [source, changed], ["test/a.test.ts"], ["test/a.test.ts"]],
    ["a deleted test", [source, deleted], ["test/c.test.ts"], null],
    ["a new configuration", [source, configured], ["vitest.config.ts"], ["vitest.config.ts"]],
    ["dependencies with a new test", [source, lockfile, added], null, ["test/b.test.ts", "package-lock.json"]],
  ])("lays over base and head what is needed: %s", (_, change, baseTests, headTests) => {
    const crossed = crossedTrees(change);
    const paths = (placed: { path: string }[] | null) => placed?.map(({ path }) => path) ?? null;
    expect([paths(crossed.baseTests), paths(crossed.headTests)]).toEqual([baseTests, headTests]);
  });

  test("takes a package.json that configures a runner in another way than on base for a configuration", () => {
    const manifest = entry("package.json", "1", "2");
    const settings = [{ path: "package.json", after: manifest.before }];
    expect(crossedTrees([source, manifest], settings)).toEqual({ baseTests: settings, headTests: null });
    expect(crossedTrees([source, manifest])).toEqual({ baseTests: null, headTests: null });
    expect(crossedTrees([manifest], settings)).toEqual({ baseTests: null, headTests: null });
  });

  test("puts back what base has, and takes away what it has not", () => {
    const { baseTests } = crossedTrees([source, changed, added]);
    expect(baseTests).toEqual([
      { path: "test/a.test.ts", after: changed.before },
      { path: "test/b.test.ts", after: null },
    ]);
  });
});

describe("withBaseRunner", () => {
  const text = (manifest: object) => JSON.stringify(manifest);
  const read = (head: object, base: object) => {
    const after = withBaseRunner(text(head), text(base));
    return after === null ? null : JSON.parse(Buffer.from(after.content, "base64").toString("utf8"));
  };

  test("puts a runner's configuration back and keeps the rest of head", () => {
    const base = { name: "a", jest: { bail: 1 }, version: "1" };
    expect(read({ name: "b", jest: { testPathIgnorePatterns: ["x"] }, ava: {} }, base)).toEqual({
      name: "b",
      jest: { bail: 1 },
    });
  });

  test("is nothing when the configuration is the same or cannot be read", () => {
    expect(read({ name: "b", jest: {} }, { name: "a", jest: {} })).toBeNull();
    expect(withBaseRunner("[]", "{}")).toBeNull();
  });
});
