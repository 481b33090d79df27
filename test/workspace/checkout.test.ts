import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkoutTree, hashTree } from "../../src/workspace/checkout.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { type FixtureFile, fixtureRepository, plainGit, runAs, writeFiles } from "./repository.ts";

async function checkedOut(files: Record<string, FixtureFile>) {
  const fixture = fixtureRepository(files);
  await using view = await viewRepository(fixture.root, fixture.dir);
  const store = await copyTrees(view, [fixture.tree], fixture.dir, runAs);
  const checkout = await checkoutTree(store, {
    tree: fixture.tree,
    name: "check",
    mountPoints: ["packages/a/node_modules"],
  });
  return {
    ...fixture,
    store,
    checkout,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      fixture[Symbol.dispose]();
    },
  };
}

const files: Record<string, FixtureFile> = {
  "a.txt": "a",
  "b.txt": "b",
  "c.txt": "c",
  "d.txt": "d",
  "dir/e.txt": "e",
  ".gitattributes": "*.bat eol=crlf\n",
  "run.bat": "echo\n",
  "packages/a/package.json": "{}",
};

test("a checkout has the tree's files, mount points and a git that answers", async () => {
  await using it = await checkedOut(files);
  expect(readdirSync(it.checkout.root).sort()).toEqual([
    ".agents",
    ".codex",
    ".git",
    ".gitattributes",
    "a.txt",
    "b.txt",
    "c.txt",
    "d.txt",
    "dir",
    "node_modules",
    "packages",
    "run.bat",
  ]);
  expect(readFileSync(join(it.checkout.root, "run.bat"), "utf8")).toBe("echo\n");
  expect(plainGit(it.checkout.root, "status", "--porcelain")).toBe("");
  expect(it.checkout.created).toEqual([".agents", ".codex", "node_modules", "packages/a/node_modules"]);
});

test("a bare checkout has the same files and no git", async () => {
  await using it = await checkedOut(files);
  const { tree, root } = it.checkout;
  await using bare = await checkoutTree(it.store, { tree, name: "bare", bare: true });
  const named = (path: string) => readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  const isOurs = (path: string) =>
    path === ".git" || path.startsWith(".git/") || path.startsWith("packages/a/node_modules");
  expect(named(bare.root)).toEqual(named(root).filter((path) => !isOurs(path)));
  expect((await hashTree(it.store, bare)).changed).toEqual([]);
});

test("hashing again sees every kind of change to a tracked file, and none of what is new", async () => {
  await using it = await checkedOut(files);
  writeFiles(it.checkout.root, { "dist/out.js": "x", "node_modules/.cache/y": "y", "coverage.json": "{}" });
  expect(await hashTree(it.store, it.checkout)).toEqual({ tree: it.tree, changed: [] });
  writeFiles(it.checkout.root, { "a.txt": "A" });
  rmSync(join(it.checkout.root, "b.txt"));
  rmSync(join(it.checkout.root, "c.txt"));
  symlinkSync("/etc/passwd", join(it.checkout.root, "c.txt"));
  chmodSync(join(it.checkout.root, "d.txt"), 0o755);
  rmSync(join(it.checkout.root, "dir"), { recursive: true });
  symlinkSync("/etc", join(it.checkout.root, "dir"));
  expect((await hashTree(it.store, it.checkout)).changed).toEqual(["a.txt", "b.txt", "c.txt", "d.txt", "dir/e.txt"]);
});

test("a disposed checkout leaves the store as it was", async () => {
  await using it = await checkedOut(files);
  await it.checkout[Symbol.asyncDispose]();
  expect(readdirSync(it.store.directory)).toEqual(["git"]);
  await using again = await checkoutTree(it.store, { tree: it.tree, name: "check" });
  expect(await hashTree(it.store, again)).toEqual({ tree: it.tree, changed: [] });
});

test("hashing again does not wait for a pipe in the place of a file that git reads", async () => {
  await using it = await checkedOut(files);
  rmSync(join(it.checkout.root, ".gitattributes"));
  execFileSync("mkfifo", [join(it.checkout.root, ".gitattributes"), join(it.checkout.root, "dir/.gitattributes")]);
  expect((await hashTree(it.store, it.checkout)).changed).toEqual([".gitattributes"]);
});
