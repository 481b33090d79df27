// npm run bench:verify -- [--modules 120] [--rounds 1]: the head's side of verify, with the base carried, against the plain sequential gate
// of the same generated project on the same machine. Absolute figures belong to one machine and one hour; the goals are ratios.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox } from "../sandbox/open.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { type Baseline, runBaseline } from "../src/checks/baseline.ts";
import { runChecks } from "../src/checks/verify.ts";
import { Config } from "../src/config.ts";
import { toolchainOf } from "../src/environment/host.ts";
import { scanSecrets } from "../src/inspect/secrets.ts";
import { dependenciesBySide, type Ground, type Installed, installFor } from "../src/phases/dependencies.ts";
import { changeBetween } from "../src/workspace/diff.ts";
import { removeTree } from "../src/workspace/owned.ts";
import { treeOf, viewRepository } from "../src/workspace/store.ts";
import { table } from "./measure.ts";
import { scripts, touched, writeProject } from "./verify-project.ts";

const goals = { cold: 0.75, repair: 0.25, red: 0.1 };
const { values } = parseArgs({
  options: { modules: { type: "string", default: "120" }, rounds: { type: "string", default: "1" } },
});
const path = process.env["PATH"] ?? "";
const dir = mkdtempSync(join(tmpdir(), "airlock-bench-"));
chmodSync(dir, 0o711);
const project = join(dir, "project");
const git = (...args: string[]) => execFileSync("git", ["-C", project, ...args], { encoding: "utf8" }).trim();
try {
  await measure();
} finally {
  await removeTree(dir);
}
process.exit();

async function measure(): Promise<void> {
  const commits = makeProject(Number(values.modules));
  const sandbox = await openSandbox({ path, toolchain: toolchainOf(path), stateDir: join(dir, "state") });
  const ground: Ground = {
    sandbox,
    dir,
    registry: new URL(execFileSync("npm", ["config", "get", "registry"], { cwd: "/", encoding: "utf8" }).trim()),
    limits: Config.parse({}).limits,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  const installed = await installFor(ground, project);
  if (installed.kind !== "installed") throw new Error(JSON.stringify(installed));
  const head = { sandbox, ground, installed, base: commits.base };
  const baseline = await runBaseline(orderOf(head));
  const plain: number[] = [];
  const cold: number[] = [];
  const repair: number[] = [];
  const red: number[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    plain.push(plainGate(installed.directory, commits.good));
    red.push((await verifyHead(head, commits.broken, baseline)).firstRed);
    cold.push((await verifyHead(head, commits.good, baseline)).all);
    repair.push((await verifyHead(head, commits.repaired, baseline)).all);
  }
  print({ plain: median(plain), cold: median(cold), repair: median(repair), red: median(red) });
}

/** A base, a change that is good, one that breaks the types, and one more file changed on top of the good one. */
function makeProject(modules: number): Record<"base" | "good" | "broken" | "repaired", string> {
  mkdirSync(project);
  writeProject(project, modules);
  execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit"], { cwd: project });
  git("init", "--quiet");
  const commit = () => {
    git("add", "--all");
    git("-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--message", "state");
    return git("rev-parse", "HEAD");
  };
  const change = (append: string) => {
    const file = join(project, touched);
    writeFileSync(file, `${readFileSync(file, "utf8")}${append}\n`);
    return commit();
  };
  const base = commit();
  const broken = change("export const broken: number = 'text';");
  git("checkout", "--quiet", base);
  const good = change("export const answer: number = 42;");
  return { base, broken, good, repaired: change("export const more: number = 43;") };
}

/** Every step of the gate one after the other, as a person or CI runs it: no sandbox, one side, nothing compared. */
function plainGate(directory: string, commit: string): number {
  git("checkout", "--quiet", commit);
  rmSync(join(project, "node_modules"), { recursive: true, force: true });
  cpSync(join(directory, "node_modules"), join(project, "node_modules"), { recursive: true, verbatimSymlinks: true });
  const env = { PATH: `${join(project, "node_modules/.bin")}:${path}`, CI: "1", HOME: dir };
  const begun = performance.now();
  for (const script of Object.values(scripts)) {
    execFileSync("/bin/sh", ["-c", script], { cwd: project, env, stdio: ["ignore", "ignore", "inherit"] });
  }
  return performance.now() - begun;
}

interface Head {
  sandbox: Sandbox;
  ground: Ground;
  installed: Installed;
  base: string;
}

function orderOf({ sandbox, ground, installed, base }: Head, failFast = false) {
  const config = Config.parse({ verify: { fail_fast: failFast } });
  const dependencies = dependenciesBySide(ground, [installed]);
  return {
    sandbox,
    source: project,
    dir,
    task: { trusted: { commit: base }, config },
    base: { commit: base },
    dependencies,
  };
}

/** One verification with the base carried. Out: milliseconds until the first red was known, and until all was. */
async function verifyHead(head: Head, commit: string, baseline: Baseline): Promise<{ firstRed: number; all: number }> {
  const change = await changeOf(head.base, commit);
  const begun = performance.now();
  let firstRed = Number.NaN;
  const { checks } = await runChecks({
    ...orderOf(head, true),
    change,
    baseline: Promise.resolve(baseline),
    registry: null,
    scanSecrets,
    onProgress: ({ state }) => {
      if (state === "failed" && Number.isNaN(firstRed)) firstRed = performance.now() - begun;
    },
  });
  const all = performance.now() - begun;
  const rows = checks.filter(({ kind }) => kind !== "audit");
  const wrong = Number.isNaN(firstRed) && rows.find((check) => check.class !== "pass");
  if (wrong !== false && wrong !== undefined) throw new Error(JSON.stringify(wrong));
  return { firstRed, all };
}

async function changeOf(from: string, to: string) {
  await using view = await viewRepository(project, dir);
  const [before, after] = await Promise.all([treeOf(view, from), treeOf(view, to)]);
  return await changeBetween(view, before, after);
}

function print(ms: Record<"plain" | "cold" | "repair" | "red", number>): void {
  const row = (what: string, value: number, goal: number | null) => [
    what,
    String(Math.round(value)),
    (value / ms.plain).toFixed(2),
    goal === null ? "" : `≤ ${goal}`,
  ];
  const lines = table(
    ["", "ms", "× plain", "goal"],
    [
      row("plain gate: types, lint, tests, build in sequence, on the host", ms.plain, null),
      row("head's side in sandboxes, base carried", ms.cold, goals.cold),
      row("the same after one more file changed", ms.repair, goals.repair),
      row("a type error is known (fail_fast)", ms.red, goals.red),
    ],
  );
  process.stdout.write(
    `${values.modules} modules, ${availableParallelism()} cores, Linux ${release()}, Node ${process.version}, ${values.rounds} round(s)\n\n${lines}\n`,
  );
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
