import { execFileSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { dependencyMounts, makeCacheDirectories, makeMountPoints } from "../../src/environment/mounts.ts";
import { installFor } from "../../src/phases/dependencies.ts";
import { openGround } from "../../src/phases/prepare.ts";
import { plainGit, temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import type { RunResult, Sandbox } from "../../sandbox/sandbox.ts";
import type { Case } from "./case.ts";

const limits = { timeoutMs: 50_000, output: { headBytes: 65_536, tailBytes: 65_536 } };
const ownPackages = realpathSync(join(import.meta.dirname, "../../node_modules"));

/** One proved sandbox for all cases of a file, and the dependency trees that they share. */
export interface Bed extends Disposable {
  sandbox: Sandbox;
  /** Names of the programs that are on the sandbox's PATH. */
  programs: ReadonlySet<string>;
  /** Runs a case in a fresh workspace. */
  try(one: Case, mode: "workspace-write" | "read-only"): Promise<RunResult>;
}

/** In: the programs that cases of the file need; which trees they use, by their directory (which holds `node_modules`). */
export async function openBed(
  cases: readonly Case[],
  trees: (bed: { dir: string; sandbox: Sandbox }) => Promise<Partial<Record<"own" | "registry", string>>> = () =>
    Promise.resolve({}),
): Promise<Bed> {
  const temporary = temporaryDirectory();
  const { path: dir } = temporary;
  const sandbox = await openGround({ dir: join(dir, "ground"), path: process.env["PATH"] ?? "" });
  const directories = await trees({ dir, sandbox });
  const programs = await programsInside(
    sandbox,
    cases.flatMap(({ needs = [] }) => needs),
  );
  let count = 0;
  return {
    sandbox,
    programs,
    async try(one, mode) {
      const workspace = join(dir, `workspace-${(count += 1)}`);
      const tree = one.packages === undefined ? undefined : directories[one.packages];
      await makeWorkspace(workspace, one, { tree, sandbox });
      const mounts = tree === undefined ? {} : dependencyMounts(tree);
      const argv = typeof one.run === "string" ? ["bash", "-c", one.run] : one.run;
      return sandbox.run({ workspace: { host: workspace, mode }, ...mounts, limits }, argv);
    },
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

/** The registered tests of a table: every case in each mode that makes sense. A missing program is told, never passed over. */
export function testCases(cases: readonly Case[], bed: () => Bed): void {
  const runs = cases.flatMap((one) =>
    (one.mode === undefined ? (["workspace-write", "read-only"] as const) : [one.mode]).map(
      (mode) => [`${one.title} (${mode})`, one, mode] as const,
    ),
  );
  test.concurrent.for(runs)("%s", async ([title, one, mode], { skip }) => {
    const missing = (one.needs ?? []).filter((program) => !bed().programs.has(program));
    if (missing.length > 0) skip(notRun(title, `${missing.join(", ")} is not on the sandbox's PATH`));
    expectRan(await bed().try(one, mode), one);
  });
}

/** Says on stderr what was not run and why; out: the note for the test's record. */
export function notRun(what: string, why: string): string {
  process.stderr.write(`compatibility: NOT RUN: ${what}: ${why}\n`);
  return why;
}

/** This project's packages with mount points for caches: hard links where the file system can, so nothing in place is touched. */
export async function ownTree({ dir, sandbox }: { dir: string; sandbox: Sandbox }): Promise<string> {
  const tree = join(dir, "own");
  mkdirSync(tree);
  try {
    execFileSync("cp", ["-al", "--", ownPackages, join(tree, "node_modules")], { stdio: "ignore" });
  } catch {
    cpSync(ownPackages, join(tree, "node_modules"), { recursive: true, verbatimSymlinks: true, force: true });
  }
  await makeCacheDirectories(tree, sandbox.user);
  return tree;
}

/** Installs `packages/` inside the sandbox, as a repository's dependencies are. @throws when that fails. */
export async function registryTree(
  { dir, sandbox }: { dir: string; sandbox: Sandbox },
  registry: URL,
): Promise<string> {
  const installed = await installFor(
    {
      sandbox,
      dir: join(dir, "ground"),
      registry,
      limits: Config.parse({}).limits,
      onProgress: () => {},
      signal: AbortSignal.timeout(120_000),
    },
    join(import.meta.dirname, "packages"),
  );
  if (installed.kind !== "installed") throw new Error(`the packages are not installed: ${JSON.stringify(installed)}`);
  return installed.directory;
}

function expectRan(result: RunResult, one: Case): void {
  const { stdout, stderr } = result;
  const matching = (wanted: string | RegExp): unknown => expect.stringMatching(wanted);
  const text = (wanted: string | RegExp) => (typeof wanted === "string" ? wanted : matching(wanted));
  expect({
    ended: result.kind === "exited" ? result.exitCode : result.kind,
    stdout: stdout.text.replace(/\n$/, ""),
    stderr: stderr.text.replace(/\n$/, ""),
  }).toEqual({ ended: one.exitCode ?? 0, stdout: text(one.expect), stderr: text(one.stderr ?? /(?:)/) });
}

async function makeWorkspace(
  workspace: string,
  one: Case,
  { tree, sandbox }: { tree: string | undefined; sandbox: Sandbox },
): Promise<void> {
  mkdirSync(workspace);
  writeFiles(workspace, one.files ?? {});
  if (one.git === true) {
    plainGit(workspace, "init", "--quiet");
    plainGit(workspace, "add", "--all");
    plainGit(workspace, "commit", "--quiet", "--message", "first");
  }
  if (process.getuid?.() === 0) await giveAll(workspace, sandbox.user);
  if (tree !== undefined && existsSync(join(tree, "node_modules")))
    await makeMountPoints(tree, workspace, sandbox.user);
}

async function giveAll(directory: string, { uid, gid }: Sandbox["user"]): Promise<void> {
  chownSync(directory, uid, gid);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    chownSync(join(entry.parentPath, entry.name), uid, gid);
}

async function programsInside(sandbox: Sandbox, names: readonly string[]): Promise<ReadonlySet<string>> {
  const script = 'for name do command -v "$name" > /dev/null && echo "$name"; done; exit 0';
  const result = await sandbox.run({ limits }, ["/bin/sh", "-c", script, "sh", ...new Set(names)]);
  return new Set(result.stdout.text.split("\n").filter(Boolean));
}
