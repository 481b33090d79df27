// npm run bench:sandbox -- [--rounds 30] [--peers DIR]: what a sandbox costs, ours and the peers' in one run. Absolute figures
// belong to one machine and one hour; the goals are ratios.
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir, release, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openSandbox } from "../sandbox/open.ts";
import type { Profile, Sandbox } from "../sandbox/sandbox.ts";
import { type Case, interleaved, table, timedProcess, type Timing } from "./measure.ts";
import { codexName, findPeers, srtName } from "./peers.ts";

const names = {
  bare: "bare /bin/true",
  minimal: "bwrap, no policy",
  built: "Airlock, built for the command",
  ready: "Airlock, kept ready",
  node: "an empty Node process",
  cli: "airlock sandbox -- true, whole process",
};

/** Milliseconds in which a ready sandbox is built; a model thinks longer. */
const thinkMs = 120;

interface Goal {
  what: string;
  ratio: number;
  goal: number;
  stretch: number;
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "30" }, peers: { type: "string" } } });
const home = join(homedir(), ".cache", "airlock-bench");
mkdirSync(home, { recursive: true });
const dir = mkdtempSync(join(tmpdir(), "airlock-bench-"));
try {
  chmodSync(dir, 0o711);
  await using sandbox = await openSandbox({ path: process.env["PATH"] ?? "", stateDir: join(dir, "state") });
  const peers = await findPeers(values.peers, home);
  const cases = [...ours(sandbox), ...wholeProcesses(), ...peers.cases];
  const timings = await interleaved(cases, Number(values.rounds));
  report(timings, peers.missing, sandbox.certificate.bwrap);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
// A peer's proxy may still listen.
process.exit();

function ours(sandbox: Sandbox): Case[] {
  const workspace = join(dir, "workspace");
  mkdirSync(workspace);
  if (process.getuid?.() === 0) chownSync(workspace, sandbox.user.uid, sandbox.user.gid);
  const profile: Profile = {
    workspace: { host: workspace, mode: "workspace-write" },
    limits: { timeoutMs: 30_000, output: { headBytes: 65_536, tailBytes: 65_536 } },
  };
  const run = async () => {
    const begun = performance.now();
    const result = await sandbox.run(profile, ["/bin/true"]);
    const ms = performance.now() - begun;
    return { ms, fault: result.kind === "exited" && result.exitCode === 0 ? null : result.kind };
  };
  const env = { PATH: "/usr/bin:/bin" };
  const minimal = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--", "/bin/true"];
  return [
    { name: names.bare, run: () => timedProcess("/bin/true", [], { env }) },
    { name: names.minimal, run: () => timedProcess("bwrap", minimal, { env }) },
    { name: names.built, run },
    {
      name: names.ready,
      async run() {
        sandbox.ready(profile);
        await sleep(thinkMs);
        return run();
      },
    },
  ];
}

function wholeProcesses(): Case[] {
  const [node, cli, empty] = [
    realpathSync(process.execPath),
    join(import.meta.dirname, "../dist/airlock.cjs"),
    join(dir, "empty.mjs"),
  ];
  writeFileSync(empty, "");
  const here = join(dir, "here");
  mkdirSync(here);
  const env = { PATH: `${dirname(node)}:/usr/bin:/bin`, HOME: home, ...runtimeDirectory() };
  const cases = [{ name: names.node, run: () => timedProcess(node, [empty], { env, cwd: here }) }];
  if (existsSync(cli))
    cases.push({
      name: names.cli,
      run: () => timedProcess(node, [cli, "sandbox", "--", "true"], { env, cwd: here }),
    });
  return cases;
}

function runtimeDirectory(): Record<string, string> {
  const directory = process.env["XDG_RUNTIME_DIR"];
  return directory === undefined ? {} : { XDG_RUNTIME_DIR: directory };
}

function report(timings: ReadonlyMap<string, Timing>, missing: readonly string[], bwrap: string): void {
  const bare = timings.get(names.bare)?.median ?? Number.NaN;
  const machine = `${availableParallelism()} cores, kernel ${release().split("-")[0]}, Node ${process.versions.node}`;
  console.log(`${new Date().toISOString().slice(0, 10)}, ${machine}, ${bwrap.replace(/ \(.*/, "")}, ${caller()}\n`);
  const rows = [...timings.values()].map(({ name, median, min, p90, fault }) => [
    fault === null ? name : `${name} (FAILED: ${fault})`,
    ...[median, min, p90, median - bare].map((ms) => ms.toFixed(1)),
  ]);
  console.log(table(["case", "median ms", "min", "p90", "over bare"], rows));
  console.log(`\n${table(["goal", "ratio", "goal", "", "stretch", ""], goals(timings, bare).map(goalRow))}`);
  for (const line of missing) console.log(`\n${line}`);
  if (!timings.has(names.cli)) console.log("\ndist/airlock.cjs is not built: npm run build");
}

function goals(timings: ReadonlyMap<string, Timing>, bare: number): Goal[] {
  const time = (name: string) => {
    const found = timings.get(name);
    return found === undefined || found.fault !== null ? Number.NaN : found.median;
  };
  const over = (name: string, peer: string) => (time(name) - bare) / (time(peer) - bare);
  return [
    { what: "kept ready ÷ codex, over bare", ratio: over(names.ready, codexName), goal: 0.15, stretch: 0.05 },
    { what: "kept ready ÷ srt, over bare", ratio: over(names.ready, srtName), goal: 0.2, stretch: 0.07 },
    { what: "built ÷ codex, over bare", ratio: over(names.built, codexName), goal: 0.15, stretch: 0.05 },
    { what: "built ÷ srt, over bare", ratio: over(names.built, srtName), goal: 0.2, stretch: 0.07 },
    { what: "airlock sandbox ÷ empty Node", ratio: time(names.cli) / time(names.node), goal: 2, stretch: 1.5 },
  ];
}

function goalRow({ what, ratio, goal, stretch }: Goal): string[] {
  const word = (limit: number) => (Number.isNaN(ratio) ? "not measured" : ratio <= limit ? "pass" : "FAIL");
  const shown = Number.isNaN(ratio) ? "" : ratio.toFixed(3);
  return [what, shown, `≤ ${goal}`, word(goal), `≤ ${stretch}`, word(stretch)];
}

function caller(): string {
  return process.getuid?.() === 0 ? "called by root" : "called by an ordinary user";
}
