import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isProtectedName, scanWorkspace } from "../../sandbox/protected.ts";
import { isGitName } from "../../src/change/git-name.ts";

test.each([
  ".git",
  ".GIT",
  ".Git",
  "git~1",
  "GIT~1",
  ".git.",
  ".git ",
  ".git. .",
  ".git::$INDEX_ALLOCATION",
  ".g\u200cit",
  "\ufeff.git",
  ".agents",
  ".AGENTS",
  ".codex",
  ".codex...",
  "git~2",
  "GIT~17",
  "\uff0egit",
  ".\uff47it",
  "a\\.git",
  ".git\\x",
])("%j is protected", (name) => expect(isProtectedName(name)).toBe(true));
test.each([
  "git",
  ".gitignore",
  ".github",
  ".gitattributes",
  ".gitmodules",
  "agents",
  ".codexrc",
  ".git-x",
  "x.git",
  "git~",
  "git~x",
  ".claude",
])("%j is not", (name) => expect(isProtectedName(name)).toBe(false));

test("the list is the one that judges a change: no spelling of .git is known there and not here", () => {
  const dots = [".", "\uff0e", ".\u200c", "\ufeff.", "\u2024"];
  const words = ["git", "GIT", "\uff47it", "g\u200dit", "g\u0131t", "gi\u206ft", "\u210ait"];
  const ends = ["", ".", " ", ". .", ":x", "::$INDEX_ALLOCATION", "\\", "\\x", "~1", "x"];
  const shorts = ["git~1", "GIT~9", "git~12", "git~1.", "git~x", "a\\git~2", "git~1:x", "git~\uff11"];
  const names = [...dots.flatMap((dot) => words.flatMap((word) => ends.map((end) => dot + word + end))), ...shorts];
  expect(names.filter((name) => isGitName(name) !== isProtectedName(name))).toEqual([]);
  expect(names.filter(isGitName).length).toBeGreaterThan(100);
});

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "airlock-scan-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test("entries are found at any depth, and what lies inside one is not listed again", () => {
  const root = tree({
    ".git/config": "",
    ".git/modules/x/.git/config": "",
    "a/b/c/d/e/.codex/x": "",
    "a/node_modules/p/.git": "",
    "src/x.ts": "",
  });
  expect(scanWorkspace(root, "workspace-write")).toEqual({
    protectedPaths: [".git", "a/b/c/d/e/.codex", "a/node_modules/p/.git"],
    sockets: [],
  });
});

test("a worktree's git directory and its common directory are found, one outside is not", () => {
  const root = tree({
    ".git": "gitdir: data/worktrees/one\n",
    "data/worktrees/one/commondir": "../..\n",
    "data/config": "",
    "sub/.git": "gitdir: /etc\n",
    "odd/.git": "no such line",
  });
  expect(scanWorkspace(root, "workspace-write").protectedPaths).toEqual([
    ".git",
    "data",
    "data/worktrees/one",
    "odd/.git",
    "sub/.git",
  ]);
});

test("links are not followed; a protected link or a linked git directory is refused", () => {
  const root = tree({ "real/.git/config": "" });
  symlinkSync("/", join(root, "everything"));
  expect(scanWorkspace(root, "workspace-write").protectedPaths).toEqual(["real/.git"]);
  symlinkSync("real", join(root, ".agents"));
  expect(() => scanWorkspace(root, "workspace-write")).toThrow(/\.agents is a symlink/);
  const linked = tree({ ".git": "gitdir: link\n", "real/config": "" });
  symlinkSync("real", join(linked, "link"));
  expect(() => scanWorkspace(linked, "workspace-write")).toThrow(/through a symlink/);
});

test("more entries than bwrap can take is an error that says so", () => {
  const root = tree({});
  for (let index = 0; index < 2501; index += 1) mkdirSync(join(root, `r${index}`, ".git"), { recursive: true });
  expect(() => scanWorkspace(root, "workspace-write")).toThrow(/holds 2501 protected entries/);
});

test("a closed directory and a name that is no UTF-8 hide nothing", () => {
  const root = tree({ "closed/repo/.git/config": "" });
  chmodSync(join(root, "closed"), 0o011);
  const odd = Buffer.concat([Buffer.from(`${root}/odd-`), Buffer.from([0xff])]);
  mkdirSync(odd);
  expect(scanWorkspace(root, "workspace-write").protectedPaths).toEqual(["closed/repo/.git"]);
  // Opened for its owner and for nobody else.
  expect(statSync(join(root, "closed")).mode & 0o777).toBe(0o711);
  mkdirSync(Buffer.concat([odd, Buffer.from("/.git")]));
  expect(() => scanWorkspace(root, "workspace-write")).toThrow(/no UTF-8/);
});

test("a read-only workspace is left as it is: nothing is opened, and what is protected anyway is not refused", async () => {
  const root = tree({ "closed/repo/.git/config": "", ".git/config": "" });
  symlinkSync("closed", join(root, ".codex"));
  // Whoever runs in the sandbox cannot get there, so nothing needs to be covered, and bwrap could not cover it.
  const listener = createServer();
  listener.listen(join(root, "closed/socket"));
  await once(listener, "listening");
  onTestFinished(() => void listener.close());
  expect(scanWorkspace(root, "read-only").sockets).toEqual(["closed/socket"]);
  chmodSync(join(root, "closed"), 0o000);
  expect(scanWorkspace(root, "read-only")).toEqual({ protectedPaths: [], sockets: [] });
  const { mode } = statSync(join(root, "closed"));
  chmodSync(join(root, "closed"), 0o700);
  expect(mode & 0o777).toBe(0o000);
});

test("a socket is found inside a protected directory too: git's own daemon listens there", async () => {
  const root = tree({ ".git/config": "" });
  const listener = createServer();
  listener.listen(join(root, ".git/fsmonitor--daemon.ipc"));
  await once(listener, "listening");
  onTestFinished(() => void listener.close());
  const sockets = [".git/fsmonitor--daemon.ipc"];
  expect(scanWorkspace(root, "workspace-write")).toEqual({ protectedPaths: [".git"], sockets });
  expect(scanWorkspace(root, "read-only")).toEqual({ protectedPaths: [], sockets });
});

test("a pipe in the place of a git file is not waited for", () => {
  const root = tree({ "x/.git": "gitdir: ../data\n", "data/config": "" });
  execFileSync("mkfifo", [join(root, "data/commondir")]);
  expect(scanWorkspace(root, "workspace-write").protectedPaths).toEqual(["data", "x/.git"]);
});

test("what a command can leave behind is an unmountable workspace, not a broken sandbox", () => {
  const root = tree({});
  symlinkSync("/etc", join(root, ".git"));
  expect(() => scanWorkspace(root, "workspace-write")).toThrow(
    expect.objectContaining({
      name: "SandboxError",
      kind: "workspace",
      message: ".git is a symlink; it cannot be protected.",
      fix: expect.stringContaining("fresh copy"),
    }),
  );
});
