import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { readManifests } from "../../src/environment/manifests.ts";

const tiny = fileURLToPath(new URL("fixtures/tiny", import.meta.url));
const lockOf = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "airlock-manifests-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test("package.json, the lockfile and the workspaces the lockfile names are read, and nothing else", async () => {
  const read = await readManifests(tiny, "package-lock.json");
  expect(read).toMatchObject({ kind: "read", npmrc: null });
  expect(read.kind === "read" && read.files.map(({ path }) => path)).toEqual([
    "package.json",
    "package-lock.json",
    "packages/lib/package.json",
  ]);
});

test("a local tarball and the project's .npmrc are read", async () => {
  const lock = lockOf({ "": {}, "node_modules/a": { resolved: "file:vendor/a.tgz" } });
  const root = tree({
    "package.json": "{}",
    "package-lock.json": lock,
    "vendor/a.tgz": "x",
    ".npmrc": "legacy-peer-deps=true",
  });
  const read = await readManifests(root, "package-lock.json");
  expect(read).toMatchObject({ kind: "read", npmrc: "legacy-peer-deps=true" });
  expect(read.kind === "read" && read.files.at(-1)).toEqual({ path: "vendor/a.tgz", content: Buffer.from("x") });
});

test.each<[string, Record<string, string>, RegExp]>([
  ["no lockfile", { "package.json": "{}" }, /package-lock\.json is missing/],
  ["no package.json", { "package-lock.json": lockOf({}) }, /package\.json is missing/],
  [
    "a lockfile that is no JSON",
    { "package.json": "{}", "package-lock.json": "<<<<<<<" },
    /cannot be read as a lockfile/,
  ],
  ["a lockfile of npm 6", { "package.json": "{}", "package-lock.json": '{"lockfileVersion":1}' }, /lockfileVersion 1/],
  [
    "a workspace that is missing",
    { "package.json": "{}", "package-lock.json": lockOf({ "packages/a": {} }) },
    /packages\/a\/package\.json, which is missing/,
  ],
  [
    "a workspace outside",
    { "package.json": "{}", "package-lock.json": lockOf({ "../a": {} }) },
    /outside the repository/,
  ],
  [
    "an absolute workspace",
    { "package.json": "{}", "package-lock.json": lockOf({ "/etc": {} }) },
    /outside the repository/,
  ],
  [
    "a tarball outside",
    { "package.json": "{}", "package-lock.json": lockOf({ "node_modules/a": { resolved: "file:../../etc/x.tgz" } }) },
    /outside the repository/,
  ],
])("%s cannot be installed from", async (_title, files, reason) => {
  expect(await readManifests(tree(files), "package-lock.json")).toEqual({
    kind: "unusable",
    reason: expect.stringMatching(reason),
  });
});

test("no link is followed: not as the file, not on the way, not as .npmrc", async () => {
  const lock = lockOf({ "packages/a": {} });
  const outside = tree({ "package.json": "{}", "a/package.json": "{}", npmrc: "x" });
  const asFile = tree({ "package-lock.json": lock });
  symlinkSync(join(outside, "package.json"), join(asFile, "package.json"));
  const onTheWay = tree({ "package.json": "{}", "package-lock.json": lock });
  symlinkSync(outside, join(onTheWay, "packages"));
  const npmrc = tree({ "package.json": "{}", "package-lock.json": lockOf({}) });
  symlinkSync(join(outside, "npmrc"), join(npmrc, ".npmrc"));
  for (const root of [asFile, onTheWay, npmrc]) {
    expect(await readManifests(root, "package-lock.json")).toEqual({
      kind: "unusable",
      reason: expect.stringMatching(/symlink|not a directory/),
    });
  }
});
