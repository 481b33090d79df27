// npm run bench:workspace -- [--project DIR] [--rounds 20]: a writable workspace with dependencies from the environment cache, against
// `npm ci` of the same project in one run. Absolute figures belong to one machine and one hour; the goal is a ratio.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox } from "../sandbox/open.ts";
import type { Profile } from "../sandbox/sandbox.ts";
import { Config } from "../src/config.ts";
import { openCache } from "../src/environment/cache.ts";
import { toolchainOf } from "../src/environment/host.ts";
import { dependencyMounts } from "../src/environment/mounts.ts";
import { treeFacts } from "../src/environment/tree-digest.ts";
import { openDependencyView } from "../src/environment/view.ts";
import { type Ground, installFor } from "../src/phases/dependencies.ts";
import { removeTree } from "../src/workspace/owned.ts";

const goal = { ratio: 0.01, stretch: 0.002 };
const { values } = parseArgs({
  options: { project: { type: "string", default: "." }, rounds: { type: "string", default: "20" } },
});
const project = resolve(values.project);
const rounds = Number(values.rounds);
const path = process.env["PATH"] ?? "";
const dir = mkdtempSync(join(tmpdir(), "airlock-bench-"));
chmodSync(dir, 0o711);
try {
  await measure();
} finally {
  await removeTree(dir);
}
process.exit();

async function measure(): Promise<void> {
  const checkout = copyManifests("checkout");
  const npmCi = baseline();
  const sandbox = await openSandbox({ path, toolchain: toolchainOf(path), stateDir: join(dir, "state") });
  if (sandbox.overlay.kind === "none") throw new Error(`No writable views on this machine: ${sandbox.overlay.reason}`);
  const opened = await openCache({ root: join(dir, "cache"), user: sandbox.user, now: Date.now });
  if (opened.kind === "refused") throw new Error(opened.reason);
  const ground: Ground = {
    sandbox,
    dir,
    registry: new URL(execFileSync("npm", ["config", "get", "registry"], { cwd: "/", encoding: "utf8" }).trim()),
    cache: opened.cache,
    limits: Config.parse({}).limits,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  const installed = await installFor(ground, checkout);
  if (installed.kind !== "installed") throw new Error(JSON.stringify(installed));
  const dependencies = { directory: installed.directory, ...dependencyMounts(installed.directory) };
  const { entries, bytes } = treeFacts(installed.directory);

  const workspace = join(dir, "workspace");
  mkdirSync(join(workspace, "node_modules"), { recursive: true });
  if (process.getuid?.() === 0)
    for (const at of [workspace, join(workspace, "node_modules")]) chownSync(at, sandbox.user.uid, sandbox.user.gid);
  const plain: Profile = {
    workspace: { host: workspace, mode: "workspace-write" },
    limits: { timeoutMs: 60_000, output: { headBytes: 1_000, tailBytes: 1_000 } },
  };
  const write = ["/bin/sh", "-c", "test -e node_modules/.package-lock.json && : > node_modules/.written"];
  const view = async () => {
    await using own = await openDependencyView({ sandbox, dir, dependencies });
    const result = await sandbox.run({ ...plain, ...own.mounts }, write);
    if (result.kind !== "exited" || result.exitCode !== 0) throw new Error(JSON.stringify(result));
  };
  const found = async () => {
    if ((await installFor(ground, checkout)).kind !== "installed") throw new Error("not in the cache");
  };
  const bare = async () => void (await sandbox.run(plain, ["/bin/true"]));
  const rows: [string, number][] = [
    ["`npm ci`, warm cache, scripts off, on the host", npmCi],
    ["the same sandbox without dependencies: one command", await median(bare)],
    ["a private writable view, one command that writes into it, and its removal", await median(view)],
    ["finding and verifying the installation in the cache, once per run", await median(found)],
  ];
  const whole = (rows[2]?.[1] ?? 0) + (rows[3]?.[1] ?? 0);
  rows.push(["**writable workspace with dependencies, environment cached** (both)", whole]);
  print(rows, { npmCi, whole, each: rows[2]?.[1] ?? 0, entries, bytes });
}

/** Milliseconds of the fastest of three: what the cache is compared with shall not pay for anybody else's work. */
function baseline(): number {
  const times: number[] = [];
  for (let run = 0; run < 4; run += 1) {
    const directory = copyManifests(`npm-ci-${run}`);
    const begun = performance.now();
    const words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", `--cache=${join(dir, "npm-cache-host")}`];
    const { status } = spawnSync("npm", words, { cwd: directory, stdio: "ignore" });
    // The first one fills npm's cache.
    if (run > 0) times.push(performance.now() - begun);
    if (status !== 0) throw new Error("npm ci failed");
    rmSync(directory, { recursive: true });
  }
  return Math.min(...times);
}

function copyManifests(name: string): string {
  const directory = join(dir, name);
  mkdirSync(directory);
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(project, file), join(directory, file));
  return directory;
}

async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const begun = performance.now();
    await work();
    if (round >= 0) times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function print(
  rows: readonly [string, number][],
  {
    npmCi,
    whole,
    each,
    entries,
    bytes,
  }: { npmCi: number; whole: number; each: number; entries: number; bytes: number },
): void {
  const size = `${entries} entries, ${Math.round(bytes / 1_048_576)} MB`;
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Linux ${release()}, ${availableParallelism()} cores, ${process.version}; ${size}\n`,
  );
  console.log("| | ms | × npm ci |\n| --- | --: | --: |");
  for (const [name, ms] of rows) console.log(`| ${name} | ${ms.toFixed(1)} | ${(ms / npmCi).toFixed(4)} |`);
  const verdict = (ratio: number) =>
    ratio <= goal.stretch ? "stretch goal met" : ratio <= goal.ratio ? "goal met" : "goal missed";
  console.log(
    `\ngoal ${goal.ratio}, stretch ${goal.stretch}: first use in a run ${verdict(whole / npmCi)}; each further check ${verdict(each / npmCi)}`,
  );
}
