import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isProtectedName, scanWorkspace } from "../../sandbox/protected.ts";

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
  "git~2",
  ".claude",
])("%j is not", (name) => expect(isProtectedName(name)).toBe(false));

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
  expect(scanWorkspace(root)).toEqual({
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
  expect(scanWorkspace(root).protectedPaths).toEqual([".git", "data", "data/worktrees/one", "odd/.git", "sub/.git"]);
});

test("links are not followed; a protected link or a linked git directory is refused", () => {
  const root = tree({ "real/.git/config": "" });
  symlinkSync("/", join(root, "everything"));
  expect(scanWorkspace(root).protectedPaths).toEqual(["real/.git"]);
  symlinkSync("real", join(root, ".agents"));
  expect(() => scanWorkspace(root)).toThrow(/\.agents is a symlink/);
  const linked = tree({ ".git": "gitdir: link\n", "real/config": "" });
  symlinkSync("real", join(linked, "link"));
  expect(() => scanWorkspace(linked)).toThrow(/through a symlink/);
});

test("more entries than bwrap can take is an error that says so", () => {
  const root = tree({});
  for (let index = 0; index < 2501; index += 1) mkdirSync(join(root, `r${index}`, ".git"), { recursive: true });
  expect(() => scanWorkspace(root)).toThrow(/holds 2501 protected entries/);
});

test("a closed directory and a name that is no UTF-8 hide nothing", () => {
  const root = tree({ "closed/repo/.git/config": "" });
  chmodSync(join(root, "closed"), 0o000);
  const odd = Buffer.concat([Buffer.from(`${root}/odd-`), Buffer.from([0xff])]);
  mkdirSync(odd);
  expect(scanWorkspace(root).protectedPaths).toEqual(["closed/repo/.git"]);
  mkdirSync(Buffer.concat([odd, Buffer.from("/.git")]));
  expect(() => scanWorkspace(root)).toThrow(/no UTF-8/);
});
