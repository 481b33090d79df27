import { expect, test } from "vitest";
import { inspectLockfiles } from "../../src/inspect/lockfiles.ts";
import { madeSides, said, type Edit } from "./made-change.ts";

const registry = "https://registry.example.test";
const entry = (name: string, version: string, more: object = {}) => ({
  version,
  resolved: `${registry}/${name}/-/${name.replace(/^.*\//, "")}-${version}.tgz`,
  integrity: `sha512-${name}${version}`,
  ...more,
});
const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages: { "": { name: "x" }, ...packages } });

const a1 = { "node_modules/a": entry("a", "1.0.0") };
const asking = { dependencies: { a: "^1.0.0", b: "*", "@s/b": "2.0.0" } };
const manifest: Record<string, Edit> = { "package.json": ["{}", JSON.stringify(asking)] };

const cases: [string, object, string[]][] = [
  ["updates a version with its hash", { "node_modules/a": entry("a", "1.0.1") }, []],
  ["adds a package from the same host", { ...a1, "node_modules/@s/b": entry("@s/b", "2.0.0") }, []],
  ["adds a nested package", { ...a1, "node_modules/a/node_modules/b": entry("b", "2.0.0") }, []],
  ["adds a workspace link", { ...a1, "node_modules/w": { resolved: "packages/w", link: true } }, []],
  ["adds a bundled package", { ...a1, "node_modules/b": { version: "1.0.0", inBundle: true } }, []],
  [
    "swaps a hash at the same version",
    { "node_modules/a": entry("a", "1.0.0", { integrity: "sha512-evil" }) },
    ["block lockfile-integrity: The hash of a@1.0.0 changed, its version did not."],
  ],
  [
    "drops a hash",
    { "node_modules/a": entry("a", "1.0.0", { integrity: undefined }) },
    ["block lockfile-integrity: a@1.0.0 has no integrity hash."],
  ],
  [
    "moves to another host",
    { "node_modules/a": entry("a", "1.0.0", { resolved: "https://evil.example.test/a/-/a-1.0.0.tgz" }) },
    ["block lockfile-source: a@1.0.0 would come from a place that the lockfile did not use before."],
  ],
  [
    "leaves https",
    { "node_modules/a": entry("a", "1.0.0", { resolved: "http://registry.example.test/a/-/a-1.0.0.tgz" }) },
    ["block lockfile-source: a@1.0.0 would come from a place that the lockfile did not use before."],
  ],
  [
    "takes git",
    { ...a1, "node_modules/b": entry("b", "1.0.0", { resolved: "git+ssh://git@registry.example.test/b.git#1" }) },
    ["block lockfile-source: b@1.0.0 would come from a place that the lockfile did not use before."],
  ],
  [
    "names another package's archive",
    { ...a1, "node_modules/b": entry("b", "1.0.0", { resolved: `${registry}/evil/-/evil-1.0.0.tgz` }) },
    ["block lockfile-source: The entry for b@1.0.0 names another package's archive."],
  ],
  [
    "names another package by an alias",
    { ...a1, "node_modules/b": entry("evil", "1.0.0", { name: "evil" }) },
    ["block lockfile-source: The entry for b@1.0.0 names another package's archive."],
  ],
  [
    "brings an install script",
    { "node_modules/a": entry("a", "1.0.1", { hasInstallScript: true }) },
    ["block install-script: a@1.0.1 runs a script of its own when it is installed."],
  ],
];

test.each(cases)("A lockfile that %s", (_, packages, expected) => {
  const sides = madeSides({ ...manifest, "package-lock.json": [lock(a1), lock(packages)] });
  const [first, ...rest] = said(inspectLockfiles(sides)).map((line) => line.replace(" package-lock.json:", ":"));
  expect(first).toBe("warn lockfile: The lockfile changed: it decides which code is installed.");
  expect(rest).toEqual(expected);
});

test("An install script that was there before is not reported again", () => {
  const with1 = lock({ "node_modules/a": entry("a", "1.0.0", { hasInstallScript: true }) });
  const with2 = lock({ "node_modules/a": entry("a", "1.0.1", { hasInstallScript: true }) });
  const findings = inspectLockfiles(madeSides({ ...manifest, "package-lock.json": [with1, with2] }));
  expect(findings.map(({ rule }) => rule)).toEqual(["lockfile"]);
});

test("A lockfile that changes without the manifest beside it is reported, in every folder", () => {
  const edit: Edit = [lock(a1), lock({})];
  const sides = madeSides({ ...manifest, "package-lock.json": edit, "packages/a/package-lock.json": edit });
  expect(inspectLockfiles(sides).map(({ path, rule }) => `${path} ${rule}`)).toEqual([
    "package-lock.json lockfile",
    "packages/a/package-lock.json lockfile",
    "packages/a/package-lock.json lockfile-without-manifest",
  ]);
});

test("The first lockfile of a repository shows where packages come from", () => {
  const sides = madeSides({ ...manifest, "package-lock.json": [null, lock(a1)] });
  expect(said(inspectLockfiles(sides)).at(-1)).toBe(
    "warn lockfile-source package-lock.json: The lockfile names its first sources of packages: registry.example.test.",
  );
});

test.each([
  ["a deleted lockfile", "package-lock.json", lock(a1), null, "lockfile-deleted"],
  ["version 1 without a packages table", "package-lock.json", lock(a1), '{"dependencies":{}}', "lockfile-unread"],
  ["a lockfile that is no JSON", "package-lock.json", lock(a1), "{", "lockfile-unread"],
  ["yarn", "yarn.lock", "a", "b", "lockfile-unread"],
  ["pnpm", "pnpm-lock.yaml", "a", "b", "lockfile-unread"],
  ["bun", "bun.lock", "a", "b", "lockfile-unread"],
])("Nobody compared hosts and hashes: %s", (...[, path, before, after, rule]) => {
  expect(inspectLockfiles(madeSides({ ...manifest, [path]: [before, after] })).map((one) => one.rule)).toEqual([
    "lockfile",
    rule,
  ]);
});
