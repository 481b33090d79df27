import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Change, blobSha } from "../../src/change.ts";
import type { RunAs } from "../../src/workspace/workspace.ts";

/** The sandbox user when the tests run as root, else the caller. */
export const runAs: RunAs = process.getuid?.() === 0 ? { uid: 61000, gid: 61000 } : null;

/** What a file of a fixture is: its content, or a link, or an executable. */
export type FixtureFile = string | Buffer | { link: string } | { executable: string };

/** A temporary directory that the sandbox user may pass through; removed with the fixture. */
export function temporaryDirectory() {
  const path = mkdtempSync(join(tmpdir(), "airlock-test-"));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Plain git, as any user runs it: with hooks, filters and everything else a repository configures. */
export function plainGit(cwd: string, ...argv: string[]): string {
  const env = { PATH: process.env.PATH, HOME: cwd, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"];
  const full = ["-c", "safe.directory=*", ...identity, ...argv];
  return execFileSync("git", full, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trimEnd();
}

export function writeFiles(root: string, files: Record<string, FixtureFile>): void {
  for (const [path, file] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (typeof file === "string" || Buffer.isBuffer(file)) writeFileSync(full, file);
    else if ("link" in file) symlinkSync(file.link, full);
    else writeFileSync(full, file.executable, { mode: 0o755 });
  }
}

/** A real repository with one commit of these files in a temporary directory. */
export function fixtureRepository(files: Record<string, FixtureFile>) {
  const temporary = temporaryDirectory();
  const root = join(temporary.path, "source");
  const dir = join(temporary.path, "work");
  mkdirSync(root);
  mkdirSync(dir);
  plainGit(root, "init", "--quiet");
  const commit = () => {
    plainGit(root, "add", "--all", "--force");
    plainGit(root, "commit", "--quiet", "--allow-empty", "--message", "state");
    return { commit: plainGit(root, "rev-parse", "HEAD"), tree: plainGit(root, "rev-parse", "HEAD^{tree}") };
  };
  writeFiles(root, files);
  return {
    root,
    dir,
    temporary: temporary.path,
    ...commit(),
    recommit: commit,
    [Symbol.dispose]: temporary[Symbol.dispose],
  };
}

/** A Change entry from texts, for tests that write one by hand. */
export function entry(path: string, before: string | null, after: string | null): Change[number] {
  const side = (text: string) => ({ mode: "100644" as const, sha: blobSha(Buffer.from(text)) });
  return {
    path,
    before: before === null ? null : side(before),
    after: after === null ? null : { ...side(after), content: Buffer.from(after).toString("base64") },
  };
}
