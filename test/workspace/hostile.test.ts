import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkoutTree, hashTree } from "../../src/workspace/checkout.ts";
import { openWorkspace } from "../../src/workspace/open.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { type FixtureFile, fixtureRepository, plainGit, runAs, writeFiles } from "./repository.ts";

/** A repository whose own configuration runs a program at every occasion git offers. The canary file shows that it ran. */
function boobyTrapped() {
  const fixture = fixtureRepository({
    "a.txt": "a $Id$\n",
    "crlf.bat": "echo\r\n",
    "lf.bat": "echo\n",
    "odd.utf16": "\ufefftext",
  });
  const attributes =
    "*.txt filter=trap diff=trap ident\n*.utf16 working-tree-encoding=UTF-16LE-BOM\n*.bat text eol=crlf\n";
  // Alone, because plain git can no longer add the other files once these attributes hold.
  writeFiles(fixture.root, { ".gitattributes": attributes });
  plainGit(fixture.root, "add", ".gitattributes");
  plainGit(fixture.root, "commit", "--quiet", "--message", "attributes");
  const commit = plainGit(fixture.root, "rev-parse", "HEAD");
  const tree = plainGit(fixture.root, "rev-parse", "HEAD^{tree}");
  const canary = join(fixture.temporary, "canary");
  const trap = join(fixture.temporary, "trap.sh");
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> ${canary}\nchmod 666 ${canary}\ncat\n`, { mode: 0o755 });
  return { ...fixture, commit, tree, canary, trap, [Symbol.dispose]: fixture[Symbol.dispose] };
}

function arm(gitDirectoryOf: string, trap: string): void {
  const settings = [
    ["core.fsmonitor", trap],
    ["core.hooksPath", join(gitDirectoryOf, ".git/hooks")],
    ["core.alternateRefsCommand", trap],
    ["core.sshCommand", trap],
    ["core.pager", trap],
    ["filter.trap.clean", trap],
    ["filter.trap.smudge", trap],
    ["filter.trap.process", trap],
    ["filter.trap.required", "true"],
    ["diff.trap.textconv", trap],
    ["diff.external", trap],
    ["uploadpack.packObjectsHook", trap],
    ["gpg.program", trap],
  ];
  for (const [key, value] of settings) plainGit(gitDirectoryOf, "config", key ?? "", value ?? "");
  const hooks = [
    "post-checkout",
    "pre-commit",
    "post-commit",
    "reference-transaction",
    "post-index-change",
    "fsmonitor-watchman",
  ];
  for (const hook of hooks) {
    writeFiles(gitDirectoryOf, { [`.git/hooks/${hook}`]: { executable: `#!/bin/sh\nexec ${trap} hook\n` } });
  }
}

describe("a repository whose configuration runs programs", () => {
  test("runs nothing when it is copied, recorded and compared", async () => {
    using fixture = boobyTrapped();
    arm(fixture.root, fixture.trap);
    await using workspace = await openWorkspace({
      source: fixture.root,
      commit: fixture.commit,
      dir: fixture.dir,
      runAs,
    });
    writeFiles(workspace.root, { "b.txt": "new $Id$\n" });
    const { tree } = await workspace.checkpoint();
    expect((await workspace.change(tree)).map(({ path }) => path)).toEqual(["b.txt"]);
    expect(existsSync(fixture.canary)).toBe(false);
  });

  test("runs its programs under plain git: the canary works", () => {
    using fixture = boobyTrapped();
    arm(fixture.root, fixture.trap);
    writeFiles(fixture.root, { "b.txt": "new\n" });
    expect(() => plainGit(fixture.root, "add", "--all")).toThrow("Command failed");
    expect(existsSync(fixture.canary)).toBe(true);
  });

  test("keeps every byte: ident, working-tree-encoding and line endings change nothing", async () => {
    using fixture = boobyTrapped();
    await using workspace = await openWorkspace({
      source: fixture.root,
      commit: fixture.commit,
      dir: fixture.dir,
      runAs,
    });
    expect(await workspace.checkpoint()).toEqual({ tree: fixture.tree, violations: [] });
    await using view = await viewRepository(fixture.root, fixture.dir);
    await using store = await copyTrees(view, [fixture.tree], fixture.dir, runAs);
    await using checkout = await checkoutTree(store, { tree: fixture.tree, name: "check" });
    expect(await hashTree(store, checkout)).toEqual({ tree: fixture.tree, changed: [] });
  });
});

describe("an agent that plants git data in its work tree", () => {
  const planted: Record<string, FixtureFile> = {
    ".gitattributes": "* filter=trap\n",
    "nested/file.txt": "x",
  };

  function plantNested(root: string, trap: string): void {
    writeFiles(root, planted);
    const nested = join(root, "nested");
    plainGit(nested, "init", "--quiet");
    plainGit(nested, "add", "--all");
    plainGit(nested, "commit", "--quiet", "--message", "nested");
    arm(nested, trap);
  }

  test("gets none of it run, and the nested repository is reported and its files are kept", async () => {
    using fixture = boobyTrapped();
    await using workspace = await openWorkspace({
      source: fixture.root,
      commit: fixture.commit,
      dir: fixture.dir,
      runAs,
    });
    arm(workspace.root, fixture.trap);
    plantNested(workspace.root, fixture.trap);
    const { tree, violations } = await workspace.checkpoint();
    expect(violations).toEqual(['Removed "nested/.git": a nested git repository.']);
    expect((await workspace.change(tree)).map(({ path }) => path)).toEqual([".gitattributes", "nested/file.txt"]);
    expect(existsSync(fixture.canary)).toBe(false);
  });

  test("gets its nested fsmonitor run by a plain git status: the canary works", () => {
    using fixture = boobyTrapped();
    plantNested(fixture.root, fixture.trap);
    const head = plainGit(join(fixture.root, "nested"), "-c", "core.fsmonitor=false", "rev-parse", "HEAD");
    plainGit(fixture.root, "update-index", "--add", "--cacheinfo", `160000,${head},nested`);
    plainGit(fixture.root, "status", "--porcelain");
    expect(existsSync(fixture.canary)).toBe(true);
  });

  test("gets nothing run when a check's files are hashed again", async () => {
    using fixture = boobyTrapped();
    await using view = await viewRepository(fixture.root, fixture.dir);
    await using store = await copyTrees(view, [fixture.tree], fixture.dir, runAs);
    await using checkout = await checkoutTree(store, { tree: fixture.tree, name: "check" });
    arm(checkout.root, fixture.trap);
    plantNested(checkout.root, fixture.trap);
    writeFiles(checkout.root, { "a.txt": "changed by the check\n" });
    expect((await hashTree(store, checkout)).changed).toEqual([".gitattributes", "a.txt"]);
    expect(existsSync(fixture.canary)).toBe(false);
  });
});

describe("a source with objects elsewhere", () => {
  test("asks no promisor remote for what is missing", async () => {
    using fixture = boobyTrapped();
    const partial = join(fixture.temporary, "partial");
    plainGit(fixture.root, "config", "uploadpack.allowFilter", "true");
    plainGit(
      fixture.temporary,
      "clone",
      "--quiet",
      "--no-checkout",
      "--filter=blob:none",
      `file://${fixture.root}`,
      partial,
    );
    plainGit(partial, "config", "remote.origin.uploadpack", fixture.trap);
    const opened = openWorkspace({ source: partial, commit: fixture.commit, dir: fixture.dir, runAs });
    await expect(opened).rejects.toMatchObject({ code: "git-failed" });
    expect(existsSync(fixture.canary)).toBe(false);
  });
});
