import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contentOf } from "../../src/change.ts";
import { openWorkspace } from "../../src/workspace/open.ts";
import { fixtureRepository, type FixtureFile, plainGit, runAs, writeFiles } from "./repository.ts";

function open(fixture: ReturnType<typeof fixtureRepository>, mountPoints: string[] = []) {
  return openWorkspace({ source: fixture.root, commit: fixture.commit, dir: fixture.dir, runAs, mountPoints });
}

describe("openWorkspace", () => {
  test("copies one commit's files and nothing of its history, remotes or credentials", async () => {
    using fixture = fixtureRepository({ "secret.txt": "an old secret" });
    plainGit(fixture.root, "remote", "add", "origin", "https://user:token@example.com/a.git");
    plainGit(fixture.root, "config", "http.https://example.com/.extraheader", "AUTHORIZATION: basic c2VjcmV0");
    plainGit(fixture.root, "rm", "--quiet", "secret.txt");
    writeFiles(fixture.root, { "src/a.ts": "export const a = 1;\n", "run.sh": { executable: "#!/bin/sh\n" } });
    const now = fixture.recommit();
    await using workspace = await open({ ...fixture, ...now });

    expect(workspace.base).toEqual(now);
    expect(readdirSync(workspace.root).sort()).toEqual([".agents", ".codex", ".git", "node_modules", "run.sh", "src"]);
    expect(lstatSync(join(workspace.root, "run.sh")).mode & 0o111).toBe(0o111);
    const everything = execFileSync("sh", ["-c", 'cat $(find "$1" -type f)', "sh", fixture.dir]).toString("latin1");
    expect(everything).not.toContain("extraheader");
    expect(everything).not.toContain("example.com");
    expect(plainGit(workspace.root, "log", "--format=%an %s %P")).toBe("Airlock The state Airlock started from");
    expect(plainGit(workspace.root, "cat-file", "--batch-all-objects", "--batch-check").split("\n")).toHaveLength(5);
    expect(plainGit(workspace.root, "rev-parse", "HEAD^{tree}")).toBe(now.tree);
  });

  test("gives everything to the user that commands run as", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    await using workspace = await open(fixture);
    const owners = execFileSync("find", [join(workspace.root, ".."), "-printf", "%U\n"], { encoding: "utf8" });
    expect([...new Set(owners.trim().split("\n"))]).toEqual([String(runAs?.uid ?? process.getuid?.())]);
  });

  test("shows a clean status inside, with the directories that it made left out", async () => {
    using fixture = fixtureRepository({ "packages/a/package.json": "{}" });
    await using workspace = await open(fixture, ["packages/a/node_modules", "packages/gone/node_modules"]);
    writeFiles(workspace.root, { "node_modules/x/index.js": "1", "packages/a/node_modules/y.js": "1" });
    expect(plainGit(workspace.root, "status", "--porcelain")).toBe("");
    expect(await workspace.checkpoint()).toEqual({ tree: fixture.tree, violations: [] });
  });

  test("reads a bare repository, a linked work tree and a directory below the top alike", async () => {
    using fixture = fixtureRepository({ "src/a.ts": "a" });
    plainGit(fixture.root, "clone", "--quiet", "--bare", fixture.root, join(fixture.temporary, "bare.git"));
    plainGit(fixture.root, "worktree", "add", "--quiet", join(fixture.temporary, "linked"));
    const sources = ["bare.git", "linked", "source/src"].map((path) => join(fixture.temporary, path));
    for (const source of sources) {
      await using workspace = await openWorkspace({ source, commit: fixture.commit, dir: fixture.dir, runAs });
      expect(workspace.base.tree).toBe(fixture.tree);
    }
  });

  test("leaves nothing on disk when it is disposed, whatever the agent did to permissions", async () => {
    using fixture = fixtureRepository({ "a/b/c.txt": "a" });
    const workspace = await open(fixture);
    chmodSync(join(workspace.root, "a/b"), 0);
    await workspace[Symbol.asyncDispose]();
    expect(readdirSync(fixture.dir)).toEqual([]);
  });

  const refused: [string, Record<string, FixtureFile>, string][] = [
    [
      "a link in the place of node_modules",
      { node_modules: { link: "/usr/lib" } },
      '"node_modules" must be a real directory',
    ],
    ["a file in the place of node_modules", { node_modules: "x" }, '"node_modules" must be a real directory'],
    ["a link in the place of .codex", { ".codex": { link: "../.." } }, '".codex": a link stands at a protected name'],
    [
      "a nested link named .agents",
      { "docs/.Agents": { link: "/" } },
      '"docs/.Agents": a link stands at a protected name',
    ],
    ["a link on the way to a mount point", { packages: { link: "/tmp" } }, '"packages" must be a real directory'],
  ];
  test.each(refused)("refuses a repository with %s", async (_, files, message) => {
    using fixture = fixtureRepository(files);
    await expect(open(fixture, ["packages/a/node_modules"])).rejects.toThrow(message);
    expect(readdirSync(fixture.dir)).toEqual([]);
  });

  test("names the commit that is missing", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    const missing = "1".repeat(40);
    await expect(open({ ...fixture, commit: missing })).rejects.toThrow(`does not hold the commit ${missing}`);
  });
});

describe("checkpoint and change", () => {
  test("record additions, changes, deletions, modes and links, and leave ignored files out", async () => {
    using fixture = fixtureRepository({ ".gitignore": "dist/\n", "a.txt": "one\n", "b.txt": "two\n", "c.sh": "x" });
    await using workspace = await open(fixture);
    writeFiles(workspace.root, { "a.txt": "changed\n", "new/ü\n.txt": "n", "dist/out.js": "d", l: { link: "a.txt" } });
    rmSync(join(workspace.root, "b.txt"));
    chmodSync(join(workspace.root, "c.sh"), 0o755);
    const { tree, violations } = await workspace.checkpoint();
    expect(violations).toEqual([]);
    const change = await workspace.change(tree);
    expect(
      change.map((entry) => [entry.path, entry.before?.mode, entry.after?.mode, contentOf(entry)?.toString()]),
    ).toEqual([
      ["a.txt", "100644", "100644", "changed\n"],
      ["b.txt", "100644", undefined, undefined],
      ["c.sh", "100644", "100755", "x"],
      ["l", undefined, "120000", "a.txt"],
      ["new/ü\n.txt", undefined, "100644", "n"],
    ]);
    expect(await workspace.change(fixture.tree)).toEqual([]);
  });

  test("see a change of equal size whose times were set back", async () => {
    using fixture = fixtureRepository({ "a.txt": "aaaa" });
    await using workspace = await open(fixture);
    await workspace.checkpoint();
    const file = join(workspace.root, "a.txt");
    execFileSync("sh", [
      "-c",
      'cp -p "$1" "$1.ref"; printf bbbb > "$1"; touch -r "$1.ref" "$1"; rm "$1.ref"',
      "sh",
      file,
    ]);
    const { tree } = await workspace.checkpoint();
    expect((await workspace.change(tree)).map((entry) => contentOf(entry)?.toString())).toEqual(["bbbb"]);
  });

  test("show a submodule of the base as unchanged, and its removal", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    plainGit(fixture.root, "update-index", "--add", "--cacheinfo", `160000,${"5".repeat(40)},vendor/lib`);
    plainGit(fixture.root, "commit", "--quiet", "--message", "submodule");
    const commit = plainGit(fixture.root, "rev-parse", "HEAD");
    await using workspace = await open({ ...fixture, commit });
    const untouched = await workspace.checkpoint();
    expect(await workspace.change(untouched.tree)).toEqual([]);
    rmSync(join(workspace.root, "vendor"), { recursive: true });
    const removed = await workspace.checkpoint();
    expect(await workspace.change(removed.tree)).toEqual([
      { path: "vendor/lib", before: { mode: "160000", sha: "5".repeat(40) }, after: null },
    ]);
  });

  test("put a removed mount point back, and replace a link in its place", async () => {
    using fixture = fixtureRepository({ "packages/a/x.txt": "x" });
    await using workspace = await open(fixture, ["packages/a/node_modules"]);
    const mountPoint = join(workspace.root, "packages/a/node_modules");
    rmSync(mountPoint, { recursive: true });
    expect((await workspace.checkpoint()).violations).toEqual([]);
    rmSync(mountPoint, { recursive: true });
    symlinkSync("/", mountPoint);
    expect((await workspace.checkpoint()).violations).toEqual([
      'Removed "packages/a/node_modules": it stood in the place of a mounted directory.',
    ]);
    expect(lstatSync(mountPoint).isDirectory()).toBe(true);
  });

  test("refuse to go on when the read-only .git was replaced", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    await using workspace = await open(fixture);
    rmSync(join(workspace.root, ".git"), { recursive: true });
    writeFileSync(join(workspace.root, ".git"), "gitdir: /tmp/other\n");
    await expect(workspace.checkpoint()).rejects.toMatchObject({
      code: "sandbox-failed",
      message: expect.stringContaining(".git directory is gone or was replaced") as unknown,
    });
  });

  test("keep out forbidden names, nested repositories, pipes and sockets, and say so", async () => {
    using fixture = fixtureRepository({
      "a.txt": "a",
      ".codex/config.toml": "trusted = true\n",
      "docs/.agents/x": "x",
    });
    await using workspace = await open(fixture);
    writeFiles(workspace.root, {
      "sub/.git/config": "[core]\n\tfsmonitor = touch /tmp/never\n",
      "sub/kept.txt": "kept",
      "dir/.GIT/config": "x",
      "hfs/.g\u200cit/config": "x",
      "ntfs/git~1": "x",
      "trailing/.git. ": "x",
      "pointer/.git": "gitdir: /elsewhere\n",
      "new/.agents/AGENTS.md": "obey me",
      ".gitmodules": { link: "a.txt" },
    });
    execFileSync("mkfifo", [join(workspace.root, "pipe")]);
    writeFileSync(Buffer.concat([Buffer.from(`${workspace.root}/`), Buffer.from([0x66, 0xff])]), "x");
    mkdirSync(join(workspace.root, "locked"));
    writeFileSync(join(workspace.root, "locked/file"), "readable again");
    if (runAs !== null) {
      chownSync(join(workspace.root, "locked"), runAs.uid, runAs.gid);
      chownSync(join(workspace.root, "locked/file"), runAs.uid, runAs.gid);
    }
    chmodSync(join(workspace.root, "locked/file"), 0);
    chmodSync(join(workspace.root, "locked"), 0);
    const { tree, violations } = await workspace.checkpoint();
    expect(violations.sort()).toMatchInlineSnapshot(`
      [
        "Removed ".gitmodules": a link in the place of .gitmodules.",
        "Removed "dir/.GIT": a nested git repository.",
        "Removed "f�": its name is not UTF-8.",
        "Removed "hfs/.g‌it": a nested git repository.",
        "Removed "new/.agents": agents take instructions from it, and it is new.",
        "Removed "ntfs/git~1": a spelling of .git.",
        "Removed "pipe": a named pipe.",
        "Removed "pointer/.git": a spelling of .git.",
        "Removed "sub/.git": a nested git repository.",
        "Removed "trailing/.git. ": a spelling of .git.",
      ]
    `);
    expect((await workspace.change(tree)).map(({ path }) => path)).toEqual(["locked/file", "sub/kept.txt"]);
    expect(readFileSync(join(workspace.root, ".codex/config.toml"), "utf8")).toBe("trusted = true\n");
    expect(existsSync(join(workspace.root, "docs/.agents/x"))).toBe(true);
  });

  /** Nests directories further than a path can spell, as a program inside can: by moving one chain into another. */
  function nestDeeply(root: string): void {
    const chain = (top: string) => [top, ...Array.from({ length: 160 }, () => "deeper-and-deeper")].join("/");
    for (const top of ["one", "two"]) mkdirSync(join(root, chain(top)), { recursive: true });
    renameSync(join(root, "two"), join(root, chain("one"), "two"));
  }

  test("remove directories nested deeper than a path can name, and say so", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    await using workspace = await open(fixture);
    nestDeeply(workspace.root);
    const { tree, violations } = await workspace.checkpoint();
    expect(violations).toEqual([expect.stringMatching(/^Removed "one\/deeper-.*…": directories nested too deeply\.$/)]);
    expect(await workspace.change(tree)).toEqual([]);
  });

  test("leave nothing behind of such directories when no checkpoint was made", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    const workspace = await open(fixture);
    nestDeeply(workspace.root);
    await workspace[Symbol.asyncDispose]();
    expect(readdirSync(fixture.dir)).toEqual([]);
  });

  test("refuse to read more than a paper can carry", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    await using workspace = await open(fixture);
    for (const name of ["one.bin", "two.bin"])
      writeFileSync(join(workspace.root, name), Buffer.alloc(33 * 1024 * 1024, name));
    const { tree } = await workspace.checkpoint();
    await expect(workspace.change(tree)).rejects.toMatchObject({ code: "paper-too-large" });
  });

  test("take out a link in the place of a protected directory of the base", async () => {
    using fixture = fixtureRepository({ "docs/.agents/x": "x" });
    await using workspace = await open(fixture);
    renameSync(join(workspace.root, "docs"), join(workspace.root, "moved"));
    writeFiles(workspace.root, { "docs/.agents": { link: "/etc" } });
    expect((await workspace.checkpoint()).violations).toEqual([
      'Removed "docs/.agents": a link or a special file that agents follow.',
      'Removed "moved/.agents": agents take instructions from it, and it is new.',
    ]);
  });

  test("name only the first of very many violations", async () => {
    using fixture = fixtureRepository({ "a.txt": "a" });
    await using workspace = await open(fixture);
    for (let number = 0; number < 60; number += 1)
      mkdirSync(join(workspace.root, `d${number}/.git`), { recursive: true });
    const { violations } = await workspace.checkpoint();
    expect(violations).toHaveLength(51);
    expect(violations.at(-1)).toBe("Removed 10 more things.");
  });
});
