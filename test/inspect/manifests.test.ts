import { expect, test } from "vitest";
import { inspectManifests } from "../../src/inspect/manifests.ts";
import { madeSides, said } from "./made-change.ts";

const base = { name: "x", scripts: { test: "vitest run" }, dependencies: { a: "^1.0.0" } };

const cases: [string, object, string[]][] = [
  [
    "only the description",
    { ...base, description: "d" },
    ['warn manifest: The package manifest changed at "description".'],
  ],
  [
    "a script",
    { ...base, scripts: { test: "true" } },
    ['warn manifest: The package manifest changed at "scripts".', 'warn package-script: The script "test" changed.'],
  ],
  [
    "a script that package managers start",
    { ...base, scripts: { ...base.scripts, postinstall: "node x.js" } },
    [
      'warn manifest: The package manifest changed at "scripts".',
      'block lifecycle-script: The script "postinstall", which package managers start by themselves, was added.',
    ],
  ],
  [
    "a new dependency",
    { ...base, dependencies: { a: "^1.0.0", b: "2.x" } },
    [
      'warn manifest: The package manifest changed at "dependencies".',
      'warn dependency-added: The dependency "b" in dependencies was added.',
    ],
  ],
  [
    "an updated dependency",
    { ...base, dependencies: { a: "^2.0.0" } },
    [
      'warn manifest: The package manifest changed at "dependencies".',
      'warn dependency-changed: The dependency "a" in dependencies changed.',
    ],
  ],
  [
    "a removed dependency",
    { ...base, dependencies: {} },
    [
      'warn manifest: The package manifest changed at "dependencies".',
      'warn dependency-removed: The dependency "a" in dependencies was removed.',
    ],
  ],
  [
    "overrides",
    { ...base, overrides: { a: "9" } },
    [
      'warn manifest: The package manifest changed at "overrides".',
      'block dependency-override: "overrides" changed: it replaces versions that other packages ask for.',
    ],
  ],
];

test.each(cases)("A manifest that changes %s", (_, now, expected) => {
  const sides = madeSides({ "package.json": [JSON.stringify(base), JSON.stringify(now)] });
  expect(said(inspectManifests(sides))).toEqual(expected.map((line) => line.replace(":", " package.json:")));
});

test.each([
  ["^1.2.3", true],
  [">=1 <2 || 3.x", true],
  ["latest", true],
  ["*", true],
  ["workspace:^", true],
  ["catalog:", true],
  ["git+ssh://git@host/a.git", false],
  ["https://host/a.tgz", false],
  ["owner/repo", false],
  ["github:owner/repo#main", false],
  ["npm:other@1.0.0", false],
  ["file:../a", false],
  ["link:../a", false],
  ["..", false],
  ["a.tgz", false],
  ["workspace:../a", false],
])("The range %j comes from the registry: %s", (range, registry) => {
  const sides = madeSides({ "package.json": ["{}", JSON.stringify({ optionalDependencies: { b: range } })] });
  const rules = inspectManifests(sides).map(({ rule }) => rule);
  expect(rules).toEqual(["manifest", registry ? "dependency-added" : "dependency-source"]);
});

test("What a script was and is stands in the finding", () => {
  const sides = madeSides({
    "packages/a/package.json": [JSON.stringify(base), JSON.stringify({ scripts: { test: "exit 0" } })],
  });
  const script = inspectManifests(sides).find(({ rule }) => rule === "package-script");
  expect([script?.path, script?.before, script?.after]).toEqual(["packages/a/package.json", "vitest run", "exit 0"]);
});

test.each([
  ["no JSON", "{ name: x }"],
  ["no object", "[]"],
  ["binary", "{}\0"],
  ["nested too deep to compare", `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
])("A manifest that is %s cannot be judged and says so", (_, text) => {
  const findings = inspectManifests(madeSides({ "package.json": ["{}", text] }));
  expect(findings.map(({ rule, level }) => [rule, level])).toEqual([["manifest-unreadable", "block"]]);
});

test("A new layout, a deletion and an odd spelling of the name are seen; another JSON file is not", () => {
  const sides = madeSides({
    "PACKAGE.json": ["{}", "{ }"],
    "a/package.json": ["{}", null],
    "src/my-package.json": ["{}", "{ }"],
  });
  expect(said(inspectManifests(sides))).toEqual([
    "warn manifest PACKAGE.json: The package manifest changed in layout only.",
    "warn manifest a/package.json: A package manifest was deleted.",
  ]);
});

test("Keys that JavaScript objects inherit are ordinary names here", () => {
  const now = '{"dependencies":{"__proto__":"1.0.0","constructor":"1.0.0"}}';
  const rules = inspectManifests(madeSides({ "package.json": ["{}", now] })).map(({ after }) => after);
  expect(rules.slice(1)).toEqual(["__proto__@1.0.0", "constructor@1.0.0"]);
});
