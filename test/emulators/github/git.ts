import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const outputBytesMax = 256 * 1024 * 1024;

/** Nothing of the host's git configuration reaches the emulator's repositories. */
const gitEnvironment = {
  PATH: process.env["PATH"] ?? "/usr/bin:/bin",
  HOME: join(tmpdir(), "no-home"),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  LC_ALL: "C",
};

export interface GitCall {
  input?: string | Buffer;
  env?: Record<string, string>;
  /** The working directory; only for commands that look at files. */
  cwd?: string;
}

/** Runs git in a bare repository. Out: its standard output. @throws Error with git's own words. */
export function git(bare: string, args: string[], call: GitCall = {}): Buffer {
  const done = tryGit(bare, args, call);
  if (done.ok) return done.out;
  throw new Error(`git ${args[0] ?? ""}: ${done.error}`);
}

export function tryGit(
  bare: string,
  args: string[],
  { input, env = {}, cwd }: GitCall = {},
): { ok: true; out: Buffer } | { ok: false; error: string } {
  const child = spawnSync("git", ["-c", "core.quotePath=false", "-c", "gc.auto=0", ...args], {
    env: { ...gitEnvironment, GIT_DIR: bare, ...env },
    maxBuffer: outputBytesMax,
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (child.error) throw child.error;
  if (child.status === 0) return { ok: true, out: child.stdout };
  return { ok: false, error: child.stderr.toString("utf8").trim() };
}

export function gitText(bare: string, args: string[], call: GitCall = {}): string {
  return git(bare, args, call).toString("utf8").trimEnd();
}

/** Environment of `git http-backend`, which finds the repository by itself. */
export function backendEnvironment(projectRoot: string): Record<string, string> {
  return { ...gitEnvironment, GIT_PROJECT_ROOT: projectRoot, GIT_HTTP_EXPORT_ALL: "1" };
}

/** A bare repository whose default branch is `main` and which takes pushes over HTTP. */
export function initBare(bare: string): void {
  mkdirSync(bare, { recursive: true });
  git(bare, ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
  git(bare, ["config", "http.receivepack", "true"]);
  git(bare, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
}

/** The files of a directory become the first commit on `main`; what its `.gitignore` names stays out. */
export function importDirectory(bare: string, from: string, at: number): string {
  const env = {
    GIT_WORK_TREE: from,
    GIT_INDEX_FILE: join(bare, "import.index"),
    ...identity("Import", "import@example.com", at),
  };
  git(bare, ["add", "--all", "--", "."], { env, cwd: from });
  const tree = gitText(bare, ["write-tree"], { env });
  const commit = gitText(bare, ["commit-tree", "-m", "First commit", tree], { env });
  git(bare, ["update-ref", "refs/heads/main", commit]);
  return commit;
}

/** Author and committer variables; the same moment gives the same commit id. */
export function identity(name: string, email: string, at: number): Record<string, string> {
  const date = `${Math.floor(at / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}
