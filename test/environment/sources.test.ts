import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Installable } from "../../src/environment/detect.ts";
import type { PackageManager } from "../../src/environment/package-manager.ts";
import { foreignSource } from "../../src/environment/sources.ts";

type Lockfile = Extract<Installable, { kind: "fetched" }>["lockfile"];
const npm: Installable = { kind: "npm", lockfile: "package-lock.json" };
const fetched = (name: PackageManager["name"], lockfile: Lockfile): Installable => ({
  kind: "fetched",
  manager: { name, version: "1.0.0", hash: null },
  lockfile,
});
const classic = fetched("yarn-classic", "yarn.lock");
const berry = fetched("yarn-berry", "yarn.lock");
const pnpm = fetched("pnpm", "pnpm-lock.yaml");
const bun = fetched("bun", "bun.lock");

function found(wanted: Installable, lock: string, more: Record<string, string> = {}): string | null {
  const files = { "package.json": "{}", [wanted.lockfile]: lock, ...more };
  return foreignSource(
    wanted,
    Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })),
  );
}

const npmLock = (entry: object, key = "node_modules/a") =>
  JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "p" }, [key]: entry } });
const git = "git+http://h.example/a.git";
const tarball = "https://h.example/a/-/a-1.0.0.tgz";

describe("what comes from git or from another address is found in the lockfile", () => {
  test.each<[string, Installable, string]>([
    ["npm: resolved", npm, npmLock({ version: "1.0.0", resolved: `${git}#abc` })],
    ["npm: an address of a git host", npm, npmLock({ version: "1.0.0", resolved: "https://github.com/o/a" })],
    ["npm: another address", npm, npmLock({ version: "1.0.0", resolved: "https://h.example/a.tgz" })],
    ["npm: the version alone", npm, npmLock({ version: git })],
    ["npm: the name", npm, npmLock({ name: `${git}#`, version: "1.0.0" })],
    ["npm: the place", npm, npmLock({ version: "1.0.0" }, "node_modules/github:o")],
    ["npm: what an entry asks for", npm, npmLock({ version: "1.0.0", dependencies: { b: "o/b" } })],
    ["npm: the older form", npm, JSON.stringify({ packages: {}, dependencies: { a: { version: git } } })],
    ["npm: nothing readable", npm, "<<<<"],
    ["yarn 1: resolved", classic, `a@^1.0.0:\n  version "1.0.0"\n  resolved "${git}#abc"\n`],
    ["yarn 1: the key", classic, `"a@${git}":\n  version "1.0.0"\n  resolved "${tarball}"\n`],
    ["yarn 1: a short form", classic, 'a@o/a:\n  version "1.0.0"\n'],
    ["yarn 1: what an entry asks for", classic, `a@1:\n  version "1.0.0"\n  dependencies:\n    b "${git}"\n`],
    ["yarn 1: without quotes", classic, `a@1:\n  version "1.0.0"\n  resolved ${git}\n`],
    ["yarn 1: with a colon", classic, `a@1:\n  version "1.0.0"\n  resolved: "${git}"\n`],
    ["yarn 1: an escape", classic, 'a@1:\n  resolved "\\u0067it+http:\\u002f\\u002fh.example"\n'],
    ["yarn 1: YAML over several lines", classic, `a@1:\n  resolved: >-\n    ${git}\n`],
    ["yarn 1: YAML on one line", classic, `{a@1: {resolved: '${git}'}}\n`],
    ["yarn 1: a long line", classic, `a@1:\n  version "${"1".repeat(10_001)}"\n`],
    ["yarn 3 and 4: resolution", berry, `"a@npm:1":\n  resolution: "a@http://h.example/a.git#commit=abc"\n`],
    ["yarn 3 and 4: the key", berry, `"a@${git}":\n  resolution: "a@npm:1.0.0"\n`],
    [
      "yarn 3 and 4: what an entry asks for",
      berry,
      `"a@npm:1":\n  resolution: "a@npm:1"\n  dependencies:\n    b: o/b\n`,
    ],
    ["yarn 3 and 4: below a patch", berry, '"a@npm:1":\n  resolution: "a@patch:a@o%2Fa#./a.patch"\n'],
    ["yarn 3 and 4: an escape", berry, '"a@npm:1":\n  resolution: "a@\\x67it:h.example/a"\n'],
    [
      "pnpm: type git",
      pnpm,
      "packages:\n  a@1:\n    resolution: {type: git, repo: 'http://h.example/a', commit: abc}\n",
    ],
    ["pnpm: an escape", pnpm, 'packages:\n  a@1:\n    resolution: {"\\x72epo": x}\n'],
    ["pnpm: a merge", pnpm, "packages:\n  a@1:\n    resolution:\n      <<: {type: git}\n"],
    [
      "pnpm: codeload",
      pnpm,
      "packages:\n  a@1:\n    resolution:\n      tarball: https://codeload.github.com/o/a/tar.gz/abc\n",
    ],
    ["pnpm: the second document", pnpm, "a: 1\n---\npackages:\n  a@1:\n    resolution: {type: git}\n"],
    [
      "pnpm: a git host's tarball",
      pnpm,
      `packages:\n  a@1:\n    resolution: {gitHosted: true, tarball: '${tarball}'}\n`,
    ],
    ["bun: git", bun, `{ "packages": { "a": ["a@${git}#abc", {}, "abc"], }, }`],
    ["bun: github", bun, '{ "packages": { "a": ["a@github:o/a#abc", {}, "o-a-abc"] } }'],
    ["bun: another address", bun, '{ "packages": { "a": ["a@https://h.example/a.tgz", {}] } }'],
    ["bun: what a workspace asks for", bun, `{ "workspaces": { "": { "dependencies": { "a": "${git}" } } } }`],
    ["bun: one of two equal keys", bun, '{ "packages": { "a": ["a@github:o/a"], "a": ["a@1.0.0"] } }'],
    ["bun: the binary form", fetched("bun", "bun.lockb"), "\0\0a\0git+ssh://h.example/a\0"],
  ])("%s", (_title, wanted, lock) => expect(found(wanted, lock)).not.toBeNull());
});

describe("the twins come from the registry or the tree", () => {
  test.each<[string, Installable, string]>([
    ["npm", npm, npmLock({ version: "1.0.0", resolved: tarball, dependencies: { b: "^1.0.0" } })],
    ["npm: a workspace", npm, npmLock({ resolved: "packages/w", link: true })],
    ["npm: our own", npm, readFileSync(fileURLToPath(new URL("../../package-lock.json", import.meta.url)), "utf8")],
    [
      "yarn 1",
      classic,
      `# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@>=1, <2":\n  name "@s/a"\n  version "1.0.0"\n  resolved "${tarball}#${"a".repeat(40)}"\n  integrity sha512-a/b+c==\n  dependencies:\n    "@s/b" "npm:b@1"\n`,
    ],
    [
      "yarn 3 and 4",
      berry,
      '__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":\n  version: 1.1.0\n  resolution: "@s/a@npm:1.1.0"\n  dependencies:\n    b: "npm:^1.0.0"\n  checksum: 10c0/abc\n  languageName: node\n\n"p@workspace:.":\n  resolution: "p@workspace:."\n',
    ],
    [
      "pnpm",
      pnpm,
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      commit: {specifier: ^1.0.0, version: 1.0.0(@s/b@1.0.0)}\npackages:\n  commit@1.0.0:\n    resolution: {integrity: sha512-a/b+c==}\n",
    ],
    ["bun", bun, '{ "packages": { "@s/a": ["@s/a@1.0.0", "", { "dependencies": { "b": "^1" } }, "sha512-a/b=="], }, }'],
  ])("%s", (_title, wanted, lock) => expect(found(wanted, lock)).toBeNull());
});

test("what the tree asks for past its lockfile is found as well, because npm and yarn would fetch it", () => {
  const asks = JSON.stringify({ dependencies: { a: git } });
  const workspaces = JSON.stringify({ workspaces: ["packages/*"] });
  const empty = "__metadata:\n  version: 8\n";
  expect(found(npm, npmLock({}), { "package.json": asks })).toBe(git);
  expect(found(npm, npmLock({}), { "package.json": JSON.stringify({ overrides: { a: { ".": git } } }) })).toBe(git);
  expect(found(berry, empty, { "package.json": workspaces, "packages/w/package.json": asks })).toBe(git);
  expect(
    found(berry, empty, { ".yarnrc.yml": `packageExtensions:\n  a@*:\n    dependencies:\n      b: ${git}\n` }),
  ).toBe(git);
  // A package.json that belongs to no workspace is nobody's wish.
  expect(found(berry, empty, { "test/fixture/package.json": asks })).toBeNull();
});

test.each<[string, Installable]>([
  ["yarn 1", classic],
  ["yarn 3 and 4", berry],
  ["pnpm", pnpm],
  ["bun", bun],
])("a lockfile of %s that was made to keep a pattern busy is answered", (_title, wanted) => {
  const size = 512 * 1024;
  expect(found(wanted, `${wanted === bun ? "{}" : ""}\n${"\n".repeat(size)}\n`)).toBeNull();
  expect(found(wanted, `  resolved "https://h.example/@${"%2f".repeat(size / 3)}"\n: [`)).not.toBeNull();
});

test("twenty thousand keys are read; what is equal is found without comparing each with each", () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `"k${index}": {}`);
  expect([found(berry, keys.join("\n")), found(pnpm, keys.join("\n")), found(bun, `{ ${keys.join(",\n")} }`)]).toEqual([
    null,
    null,
    null,
  ]);
});
