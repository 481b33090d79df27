// npm run bench:verify -- [--modules 300] [--rounds 1]: the head's side of verify, with the base carried, against the plain sequential gate
// of the same generated project on the same machine; and the same for a project that chose the fast forms of its tools, against the
// same plain gate. Absolute figures belong to one machine and one hour; the goals are ratios. Each round begins
// with the plain gate, and its ratios are to that one, because a machine is not as busy all the time.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox } from "../sandbox/open.ts";
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
import { type Form, scripts, touched, writeProject } from "./verify-project.ts";

const goals: Record<Form, { cold: number; repair: number; red: number }> = {
  plain: { cold: 0.75, repair: 0.25, red: 0.1 },
  "opt-ins": { cold: 0.3, repair: 0.12, red: 0.1 },
};
const { values } = parseArgs({
  options: { modules: { type: "string", default: "300" }, rounds: { type: "string", default: "1" } },
});
const path = process.env["PATH"] ?? "";
const dir = mkdtempSync(join(tmpdir(), "airlock-bench-"));
chmodSync(dir, 0o711);
const git = (project: string, ...args: string[]) =>
  execFileSync("git", ["-C", project, ...args], { encoding: "utf8" }).trim();
try {
  await measure();
} finally {
  await removeTree(dir);
}
process.exit();

async function measure(): Promise<void> {
  const sandbox = await openSandbox({ path, toolchain: toolchainOf(path), stateDir: join(dir, "state") });
  const ground: Ground = {
    sandbox,
    dir,
    registry: new URL(execFileSync("npm", ["config", "get", "registry"], { cwd: "/", encoding: "utf8" }).trim()),
    limits: Config.parse({}).limits,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  const load = loadavg()[0] ?? Number.NaN;
  const heads = { plain: await headOf(ground, "plain"), "opt-ins": await headOf(ground, "opt-ins") };
  const rounds: Round[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const plain = plainGate(heads.plain);
    rounds.push({
      plain,
      forms: { plain: await measureForm(heads.plain), "opt-ins": await measureForm(heads["opt-ins"]) },
    });
  }
  print(rounds, load);
}

/** Milliseconds. */
type Times = Record<"begin" | "cold" | "repair" | "red", number>;

interface Round {
  plain: number;
  forms: Record<Form, Times>;
}

/** `cold` has the base's outcomes and nothing else; the others start from its caches too. */
async function measureForm(head: Head): Promise<Times> {
  const { commits, baseline } = head;
  const { caches: _caches, ...outcomes } = baseline;
  const red = await verifyHead(head, commits.broken, baseline);
  const cold = await verifyHead(head, commits.good, outcomes);
  const repair = await verifyHead(head, commits.repaired, baseline);
  return { red: red.firstRed, begin: repair.begin, cold: cold.all, repair: repair.all };
}

async function headOf(ground: Ground, form: Form): Promise<Head> {
  const project = join(dir, form);
  const commits = makeProject(project, form);
  const installed = await installFor(ground, project);
  if (installed.kind !== "installed") throw new Error(JSON.stringify(installed));
  const head = { project, form, ground, installed, commits };
  const cachesDir = join(dir, `${form}-caches`);
  mkdirSync(cachesDir, { mode: 0o700 });
  return { ...head, baseline: await runBaseline({ ...orderOf(head), cachesDir }) };
}

/** A base, a change that is good, one that breaks the types, and one more file changed on top of the good one. */
function makeProject(project: string, form: Form): Commits {
  mkdirSync(project);
  writeProject(project, Number(values.modules), form);
  execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit"], { cwd: project });
  git(project, "init", "--quiet");
  const commit = () => {
    git(project, "add", "--all");
    git(
      project,
      "-c",
      "user.name=bench",
      "-c",
      "user.email=bench@localhost",
      "commit",
      "--quiet",
      "--message",
      "state",
    );
    return git(project, "rev-parse", "HEAD");
  };
  const change = (append: string) => {
    const file = join(project, touched);
    writeFileSync(file, `${readFileSync(file, "utf8")}${append}\n`);
    return commit();
  };
  const base = commit();
  const broken = change("export const broken: number = 'text';");
  git(project, "checkout", "--quiet", base);
  const good = change("export const answer: number = 42;");
  return { base, broken, good, repaired: change("export const more: number = 43;") };
}

/** Every step of the gate one after the other, as a person or CI runs it: no sandbox, one side, nothing compared. */
function plainGate({ project, installed, commits }: Head): number {
  git(project, "checkout", "--quiet", commits.good);
  rmSync(join(project, "node_modules"), { recursive: true, force: true });
  cpSync(join(installed.directory, "node_modules"), join(project, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const env = { PATH: `${join(project, "node_modules/.bin")}:${path}`, CI: "1", HOME: dir };
  const begun = performance.now();
  for (const script of Object.values(scripts.plain)) {
    execFileSync("/bin/sh", ["-c", script], { cwd: project, env, stdio: ["ignore", "ignore", "inherit"] });
  }
  return performance.now() - begun;
}

type Commits = Record<"base" | "good" | "broken" | "repaired", string>;

interface Head {
  project: string;
  form: Form;
  ground: Ground;
  installed: Extract<Installed, { kind: "installed" }>;
  commits: Commits;
  baseline: Baseline;
}

function orderOf({ project, form, ground, installed, commits }: Omit<Head, "baseline">) {
  const config = Config.parse({ verify: { fail_fast: true, lint_cache: form === "opt-ins" } });
  return {
    sandbox: ground.sandbox,
    source: project,
    dir,
    task: { trusted: { commit: commits.base }, config },
    base: { commit: commits.base },
    dependencies: dependenciesBySide(ground, [installed]),
  };
}

/** Milliseconds until the first check began, until the first red was known, and until all was. */
type Verified = Record<"begin" | "firstRed" | "all", number>;

async function verifyHead(head: Head, commit: string, baseline: Baseline): Promise<Verified> {
  const change = await changeOf(head.project, head.commits.base, commit);
  const begun = performance.now();
  const seen = { begin: Number.NaN, firstRed: Number.NaN };
  const { checks } = await runChecks({
    ...orderOf(head),
    change,
    baseline: Promise.resolve(baseline),
    registry: null,
    scanSecrets,
    onProgress: ({ state }) => {
      if (Number.isNaN(seen.begin)) seen.begin = performance.now() - begun;
      if (state === "failed" && Number.isNaN(seen.firstRed)) seen.firstRed = performance.now() - begun;
    },
  });
  const all = performance.now() - begun;
  const wrong = checks.find((check) => check.kind !== "audit" && check.class !== "pass");
  if (Number.isNaN(seen.firstRed) && wrong !== undefined) throw new Error(JSON.stringify(wrong));
  return { ...seen, all };
}

async function changeOf(project: string, from: string, to: string) {
  await using view = await viewRepository(project, dir);
  const [before, after] = await Promise.all([treeOf(view, from), treeOf(view, to)]);
  return await changeBetween(view, before, after);
}

function print(rounds: readonly Round[], load: number): void {
  const row = (what: string, goal: number | null, of: (round: Round) => number) => [
    what,
    String(Math.round(median(rounds.map(of)))),
    median(rounds.map((round) => of(round) / round.plain)).toFixed(2),
    goal === null ? "" : `≤ ${goal}`,
  ];
  const rowsOf = (form: Form) => {
    const { cold, repair, red } = goals[form];
    return [
      row(`${form}: head's side, base's outcomes carried`, cold, ({ forms }) => forms[form].cold),
      row(`${form}: one more file changed, base's caches too`, repair, ({ forms }) => forms[form].repair),
      row(`${form}: of that until the first check begins`, null, ({ forms }) => forms[form].begin),
      row(`${form}: a type error is known (fail_fast)`, red, ({ forms }) => forms[form].red),
    ];
  };
  const gate = row("plain gate: types, lint, tests, build in sequence, on the host", null, ({ plain }) => plain);
  const lines = table(["", "ms", "× plain", "goal"], [gate, ...rowsOf("plain"), ...rowsOf("opt-ins")]);
  const after = (loadavg()[0] ?? Number.NaN).toFixed(1);
  process.stdout.write(
    `${values.modules} modules, ${availableParallelism()} cores, load ${load.toFixed(1)} before and ${after} after, Linux ${release()}, Node ${process.version}, ${values.rounds} round(s)\n\n${lines}\n`,
  );
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
