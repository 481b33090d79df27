import { describe, expect, test } from "vitest";
import { inspectLockfiles, readLock } from "../../src/inspect/lockfiles.ts";
import { madeSides } from "./made-change.ts";

/** One lockfile per format with one package, as its manager writes it. */
const whole = {
  "package-lock.json": `{"packages":{"":{"dependencies":{"a":"^1.0.0"}},"node_modules/a":{"version":"1.0.0","resolved":"https://registry.example.test/a/-/a-1.0.0.tgz","integrity":"sha512-a","dependencies":{"b":"1"}}}}`,
  "pnpm-lock.yaml": `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-a}
snapshots:
  a@1.0.0:
    dependencies:
      b: 1.0.0
`,
  "yarn.lock": `# yarn lockfile v1

a@^1.0.0:
  version "1.0.0"
  resolved "https://registry.example.test/a/-/a-1.0.0.tgz"
  integrity sha512-a
  dependencies:
    b "1"
  optionalDependencies:
    c "1"
`,
  "berry/yarn.lock": `__metadata:
  version: 8
  cacheKey: 10c0

"a@npm:^1.0.0":
  version: 1.0.0
  resolution: "a@npm:1.0.0"
  dependencies:
    b: 18
  checksum: 10c0/a
  languageName: node
  linkType: hard
`,
  "bun.lock": `{
  "lockfileVersion": 1,
  "workspaces": { "": { "dependencies": { "a": "^1.0.0" } } },
  "packages": { "a": ["a@1.0.0", "", { "dependencies": { "b": "1" } }, "sha512-a"], },
}`,
};
type Path = keyof typeof whole;

const deep = (open: string, close: string) => `${open.repeat(50_000)}${close.repeat(50_000)}`;

/** What is replaced in the whole file, and by what. */
const odd: [Path, from: string, to: string][] = [
  ["package-lock.json", whole["package-lock.json"], `{"packages":[]}`],
  ["package-lock.json", whole["package-lock.json"], `{"packages":1}`],
  ["package-lock.json", whole["package-lock.json"], `[]`],
  ["package-lock.json", `{"version":"1.0.0"`, `{"version":["1.0.0"]`],
  ["package-lock.json", `"integrity":"sha512-a"`, `"integrity":["sha512-a"]`],
  ["package-lock.json", `"resolved":"`, `"link":"true","resolved":"`],
  ["package-lock.json", `"resolved":"`, `"hasInstallScript":1,"resolved":"`],
  ["package-lock.json", `{"b":"1"}`, `["b"]`],
  ["package-lock.json", `{"b":"1"}`, `{"b":{}}`],
  ["package-lock.json", `"node_modules/a":{`, `"node_modules/c":1,"node_modules/a":{`],
  ["package-lock.json", `"node_modules/a":{`, `"node_modules/a":{},"node_modules/a":{`],
  ["package-lock.json", `"node_modules/a":{`, `"node_modules/\\u0061":{},"node_modules/a":{`],
  ["package-lock.json", `"node_modules/a":{`, `"__proto__":{"node_modules/c":{}},"node_modules/a":{`],
  ["package-lock.json", `{"b":"1"}`, `{"b":"1","\\u005f_proto__":{"resolved":"x"}}`],
  ["package-lock.json", `"sha512-a"`, deep(`{"a":`, "}")],
  ["package-lock.json", `"sha512-a"`, deep("[", "]")],
  ["pnpm-lock.yaml", whole["pnpm-lock.yaml"], "lockfileVersion: '9.0'\npackages: 1\n"],
  ["pnpm-lock.yaml", whole["pnpm-lock.yaml"], "lockfileVersion: '9.0'\npackages: []\n"],
  ["pnpm-lock.yaml", whole["pnpm-lock.yaml"], "lockfileVersion: '9.0'\npackages:\n"],
  ["pnpm-lock.yaml", "'9.0'", "['9.0']"],
  ["pnpm-lock.yaml", "snapshots:", "---\nlockfileVersion: '9.0'\npackages: x\n"],
  ["pnpm-lock.yaml", "  .:\n", "  b: 1\n  .:\n"],
  ["pnpm-lock.yaml", "    dependencies:\n      a:", "    devDependencies: [a]\n    dependencies:\n      a:"],
  ["pnpm-lock.yaml", "        specifier: ^1.0.0\n", ""],
  ["pnpm-lock.yaml", "  a@1.0.0:\n    resolution", "  c@1.0.0: x\n  a@1.0.0:\n    resolution"],
  ["pnpm-lock.yaml", "    resolution: {integrity: sha512-a}", "    resolution: sha512-a"],
  ["pnpm-lock.yaml", "    resolution: {integrity: sha512-a}", "    engines: {}"],
  ["pnpm-lock.yaml", "sha512-a", "[sha512-a]"],
  ["pnpm-lock.yaml", "sha512-a}", "sha512-a, tarball: [https://evil.example.test/a.tgz]}"],
  ["pnpm-lock.yaml", "sha512-a}", "sha512-a, <<: {tarball: 'https://evil.example.test/a.tgz'}}"],
  ["pnpm-lock.yaml", "sha512-a}", "sha512-a, __proto__: {tarball: 'https://evil.example.test/a.tgz'}}"],
  ["pnpm-lock.yaml", "sha512-a}", "sha512-a}\n    requiresBuild: 'true'"],
  ["pnpm-lock.yaml", "      b: 1.0.0", "      b: [1.0.0]"],
  ["pnpm-lock.yaml", "snapshots:\n", "snapshots:\n  c@1.0.0: 1\n"],
  ["pnpm-lock.yaml", "sha512-a", deep("[", "]")],
  ["yarn.lock", "a@^1.0.0:\n", "a@^1.0.0:\n  version 1.0.1\n\na@^1.0.0:\n"],
  ["yarn.lock", "a@^1.0.0:\n", "a@^1.0.0, a@^1.0.0:\n"],
  ["yarn.lock", "a@^1.0.0:\n", "__proto__:\n"],
  ["yarn.lock", `    b "1"\n`, `    b "1"\n    b "2"\n`],
  ["yarn.lock", `    b "1"\n`, `    b "1"\n    __proto__ "2"\n`],
  ["yarn.lock", "  dependencies:\n", ""],
  ["yarn.lock", "optionalDependencies", "dependencies"],
  ["berry/yarn.lock", "__metadata:\n  version: 8\n  cacheKey: 10c0\n", "__metadata: 1\n"],
  ["berry/yarn.lock", "cacheKey: 10c0", "cacheKey: [10c0]"],
  ["berry/yarn.lock", `"a@npm:^1.0.0":`, `"b@npm:1": x\n"a@npm:^1.0.0":`],
  ["berry/yarn.lock", `  resolution: "a@npm:1.0.0"\n`, ""],
  ["berry/yarn.lock", `"a@npm:1.0.0"`, `["a@npm:1.0.0"]`],
  ["berry/yarn.lock", "  version: 1.0.0", "  version: {}"],
  ["berry/yarn.lock", "10c0/a", "{}"],
  ["berry/yarn.lock", "    b: 18", "    b: [18]"],
  ["berry/yarn.lock", "linkType: hard", "linkType: [soft]"],
  ["berry/yarn.lock", "linkType: hard", "conditions: 1"],
  ["berry/yarn.lock", `"a@npm:^1.0.0":`, `__proto__: {}\n"a@npm:^1.0.0":`],
  ["bun.lock", `"workspaces": {`, `"workspaces": { "b": 1,`],
  ["bun.lock", `"packages": {`, `"packages": [], "others": {`],
  ["bun.lock", `"packages": {`, `"packages": 1, "others": {`],
  ["bun.lock", `"packages": {`, `"trustedDependencies": "a", "packages": {`],
  ["bun.lock", `["a@1.0.0", `, `[["a@1.0.0"], `],
  ["bun.lock", `["a@1.0.0", "",`, `["a@1.0.0", 1,`],
  ["bun.lock", `{ "b": "1" }`, `["b"]`],
  ["bun.lock", `{ "b": "1" }`, `{ "b": 1 }`],
  ["bun.lock", `{ "b": "1" }`, `{ "b": "1" }, "bundled": 1`],
  ["bun.lock", `{ "b": "1" }`, `{ "b": "1", "b": "2" }`],
  ["bun.lock", `{ "b": "1" }`, `{ "b": "1", "__proto__": "2" }`],
  ["bun.lock", `{ "b": "1" }`, deep(`{ "a": `, "}")],
];

const short = (text: string) => (text.length > 90 ? `${text.slice(0, 90)}…` : text);

describe("A lockfile in types that its manager does not write", () => {
  test.each(odd.map(([path, from, to]) => [path, short(to), from, to] as const))(
    "is unread: %s with %s",
    (path, _, from, to) => {
      const text: string = whole[path];
      expect(text).toContain(from);
      expect(readLock(path, Buffer.from(text.replace(from, () => to)))).toBeNull();
    },
  );

  test("is a finding that a person must look at, and the same file in the right types is none", () => {
    const rules = (text: string) => {
      const path = "pnpm-lock.yaml";
      return inspectLockfiles(madeSides({ "package.json": ["{}", "{ }"], [path]: [whole[path], text] })).map(
        ({ rule, level }) => `${level} ${rule}`,
      );
    };
    expect(rules("lockfileVersion: '9.0'\npackages: 1\n")).toEqual(["warn lockfile", "block lockfile-unread"]);
    expect(rules("lockfileVersion: '9.0'\npackages: {}\n")).toEqual(["warn lockfile"]);
  });
});

test.each(Object.entries(whole))("%s is read as its manager writes it", (path, text) => {
  expect(readLock(path, Buffer.from(text))?.entries.map(({ name, version }) => [name, version])).toEqual([
    ["a", "1.0.0"],
  ]);
});

test("A comma inside a range of yarn parts no patterns, so two packages may name the same bound", () => {
  const entry = (heading: string) => `${heading}:\n  version "1.0.0"\n\n`;
  const lock = (...headings: string[]) => Buffer.from(`# yarn lockfile v1\n\n${headings.map(entry).join("")}`);
  expect(readLock("yarn.lock", lock('"a@>= 1, < 2", a@^1', '"b@>= 1, < 2"'))?.entries).toHaveLength(2);
  expect(readLock("yarn.lock", lock('"a@>= 1, < 2"', '"a@>= 1, < 2"'))).toBeNull();
  expect(readLock("yarn.lock", lock('a@^1"'))).toBeNull();
});
