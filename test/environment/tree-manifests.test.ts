import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSettings, readTreeManifests } from "../../src/environment/tree-manifests.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

async function pathsOf(files: Parameters<typeof writeFiles>[1]): Promise<unknown> {
  using at = temporaryDirectory();
  writeFiles(at.path, files);
  const read = await readTreeManifests(at.path, "pnpm-lock.yaml");
  return read.kind === "read" ? read.files.map(({ path }) => path) : read;
}

const root = { "package.json": "{}", "pnpm-lock.yaml": "" };

test("every package.json of the tree is read, and what tells how they hang together", async () => {
  expect(
    await pathsOf({
      ...root,
      "pnpm-workspace.yaml": "",
      "packages/a/package.json": "{}",
      "packages/a/node_modules/x/package.json": "{}",
      "node_modules/x/package.json": "{}",
      ".git/package.json": "{}",
      ".npmrc": "registry=https://evil.example/",
      ".pnpmfile.cjs": "",
      "src/index.ts": "",
    }),
  ).toEqual(["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "packages/a/package.json"]);
});

test("patches and tarballs are read when a manifest or the lockfile names them", async () => {
  expect(
    await pathsOf({
      ...root,
      "package.json": '{ "pnpm": { "patchedDependencies": { "a@1": "patches/a.patch" } } }',
      "pnpm-lock.yaml": "a@file:vendor/a.tgz",
      "patches/a.patch": "",
      "patches/unused.patch": "",
      "vendor/a.tgz": "",
    }),
  ).toEqual(["package.json", "pnpm-lock.yaml", "patches/a.patch", "vendor/a.tgz"]);
});

test.each<[string, Parameters<typeof writeFiles>[1], RegExp]>([
  ["no package.json", { "pnpm-lock.yaml": "" }, /package\.json is missing/],
  ["no lockfile", { "package.json": "{}" }, /pnpm-lock\.yaml is missing/],
  ["a lockfile that is a link", { "package.json": "{}", "pnpm-lock.yaml": { link: "/etc/hostname" } }, /symlink/],
  ["a workspace file that is a link", { ...root, "pnpm-workspace.yaml": { link: "/etc/hostname" } }, /symlink/],
])("%s is nothing to install from", async (_title, files, reason) => {
  expect(await pathsOf(files)).toEqual({ kind: "unusable", reason: expect.stringMatching(reason) });
});

test("links are not followed on the way", async () => {
  using outside = temporaryDirectory();
  writeFiles(outside.path, { "a/package.json": "{}" });
  using at = temporaryDirectory();
  writeFiles(at.path, root);
  mkdirSync(join(at.path, "packages"));
  symlinkSync(join(outside.path, "a"), join(at.path, "packages/a"));
  const read = await readTreeManifests(at.path, "pnpm-lock.yaml");
  expect(read.kind === "read" && read.files.map(({ path }) => path)).toEqual(["package.json", "pnpm-lock.yaml"]);
});

test("the settings files at the top are read, and no link", async () => {
  using at = temporaryDirectory();
  writeFiles(at.path, { ".npmrc": "a=b", "bunfig.toml": "x", "packages/a/.npmrc": "c=d" });
  expect(await readSettings(at.path)).toEqual({ ".npmrc": "a=b", "bunfig.toml": "x" });
  symlinkSync("/etc/hostname", join(at.path, ".yarnrc.yml"));
  await expect(readSettings(at.path)).rejects.toThrow(/symlink/);
});
