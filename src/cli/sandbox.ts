import { constants } from "node:os";
import { parseArgs } from "node:util";
import type { Access } from "../../sandbox/allow-list.ts";
import type { Egress, EgressDecision, RunResult } from "../../sandbox/sandbox.ts";
import type { SandboxMode } from "../config.ts";
import { explain } from "../errors.ts";
import { quickSandbox } from "./place.ts";
import { stage } from "./stage.ts";
import { temporaryDirectory } from "./temporary.ts";
import { type Terminal, UsageError, type Verb } from "./verb.ts";
import { workDirectory } from "./work-directory.ts";

/** Exit codes of the sandbox's own, as `timeout` and shells use them; every other code is the command's. */
const ownCode = { timedOut: 124, broken: 125, cancelled: 130, limit: 137 } as const;

/** Written again, because the configuration's schema is slow to load; the type keeps the two equal. */
const modes = ["read-only", "workspace-write"] as const satisfies SandboxMode[];

const megabyte = 1024 * 1024;

export const verb: Verb = {
  usage:
    "sandbox [-s read-only|workspace-write] [-C DIR] [--timeout SECONDS] [--allow-domain HOST]… [--deny-domain HOST]… [--json] -- COMMAND…",
  summary:
    "Runs one command in the sandbox, with DIR (default: here) as its workspace and no network but the hosts that --allow-domain opens. With workspace-write it works on a copy; its changes are written back, new .git, .agents and .codex never.",
  async run(args, terminal) {
    const split = args.indexOf("--");
    const command = split === -1 ? [] : args.slice(split + 1);
    const { values } = parseArgs({
      args: split === -1 ? args : args.slice(0, split),
      options: {
        sandbox: { type: "string", short: "s", default: "read-only" },
        directory: { type: "string", short: "C", default: "." },
        timeout: { type: "string", default: "120" },
        "allow-domain": { type: "string", multiple: true, default: [] },
        "deny-domain": { type: "string", multiple: true, default: [] },
        json: { type: "boolean" },
      },
    });
    if (command.length === 0) throw new UsageError("name a command after --");
    const mode = modes.find((one) => one === values.sandbox);
    if (mode === undefined)
      throw new UsageError(`--sandbox takes read-only or workspace-write, not "${values.sandbox}"`);
    const seconds = Number(values.timeout);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3600)
      throw new UsageError("--timeout takes 1 to 3600 seconds");
    const network = await networkOf({ allow: values["allow-domain"], deny: values["deny-domain"] });
    try {
      const where = workDirectory(terminal.cwd, values.directory);
      const asJson = values.json === true;
      const result = await runInside({ workspace: where, mode, seconds, command, network, asJson }, terminal);
      if (asJson) {
        terminal.out(JSON.stringify(result));
        tellCut(result, terminal);
      }
      for (const line of network.blocked) terminal.err(`airlock: ${line}`);
      return codeOf(result, seconds, terminal);
    } catch (thrown) {
      const { code, message, fix } = explain(thrown);
      // What the caller got wrong is told like any wrong use; a defect with its stack.
      if (code === "bad-input" || code === "internal") throw thrown;
      terminal.err(`airlock: ${message}\n  fix: ${fix}`);
      return ownCode.broken;
    }
  },
};

interface Order {
  workspace: string;
  mode: SandboxMode;
  seconds: number;
  command: string[];
  network: Network;
  /** The output is kept for one object at the end; else it is passed on as it comes. */
  asJson: boolean;
}

interface Network {
  /** Absent: no network at all. */
  egress?: Egress;
  /** One line for each different request that was refused, in the order of the first. */
  blocked: ReadonlySet<string>;
}

/** Different refused requests that are told. */
const blockedMax = 100;

async function networkOf(access: Access): Promise<Network> {
  if (access.allow.length === 0 && access.deny.length === 0) return { blocked: new Set() };
  // Loaded only when it is asked for: reading addresses takes longer than a short command.
  const { readAccess } = await import("../../sandbox/allow-list.ts");
  const read = readAccess(access);
  if (read.kind === "invalid") {
    const all = read.problems.map(({ list, entry, why }) => `--${list}-domain ${quoted(entry)}: ${why}`);
    throw new UsageError(all.join("\n"));
  }
  const blocked = new Set<string>();
  if (access.allow.length === 0) return { blocked };
  const onDecision = ({ host, port, allowed, reason }: EgressDecision) => {
    if (!allowed && blocked.size < blockedMax) blocked.add(`blocked: ${host}:${port} (${reason})`);
  };
  return { egress: { rule: read.rule, onDecision }, blocked };
}

async function runInside(
  { workspace, mode, seconds, command, network, asJson }: Order,
  terminal: Terminal,
): Promise<RunResult> {
  await using ours = await temporaryDirectory();
  await using sandbox = await quickSandbox(ours.path, terminal, workspace);
  const { now, err } = terminal;
  const onLong = (files: number) => err(`airlock: copying ${files} files …`);
  const staged = await stage(workspace, {
    user: sandbox.user,
    mode,
    ours: ours.path,
    now,
    onLong,
    signal: terminal.signal,
  });
  for (const path of staged.leftOut)
    terminal.err(`airlock: not shown to the command, it cannot be read: ${quoted(path)}`);
  // Kept also when it was passed on: from what a program says in the end it is told which limit it met.
  const limits = { timeoutMs: seconds * 1000, output: { headBytes: 8 * megabyte, tailBytes: 8 * megabyte } };
  const egress = network.egress === undefined ? {} : { egress: network.egress };
  const profile = { workspace: { host: staged.host, mode }, limits, ...egress };
  const stdin = terminal.input === undefined ? {} : { stdin: terminal.input };
  const onOutput = asJson ? {} : { onOutput: terminal.pass };
  const result = await sandbox.run(profile, command, { signal: terminal.signal, ...stdin, ...onOutput });
  if (mode === "read-only") return result;
  const { left } = await staged.bringBack();
  for (const { path, why } of left) terminal.err(`airlock: left as it was: ${quoted(path)}: ${why}`);
  return result;
}

/** A command chooses names, and a name may hold what a terminal obeys. */
function quoted(path: string): string {
  return JSON.stringify(path).replaceAll(/[\u007f-\u009f]/g, "?");
}

function tellCut({ stdout, stderr }: RunResult, { err }: Terminal): void {
  for (const [name, { truncated, bytes }] of [["stdout", stdout] as const, ["stderr", stderr] as const])
    if (truncated) err(`airlock: the middle of ${name} is left out: it wrote ${bytes} bytes`);
}

function codeOf(result: RunResult, seconds: number, { err }: Terminal): number {
  switch (result.kind) {
    case "exited":
      return result.exitCode;
    case "signalled":
      err(`airlock: killed by signal ${signalName(result.signal)}`);
      return 128 + result.signal;
    case "timed-out":
      err(`airlock: stopped after ${seconds} s; everything it had started was killed`);
      return ownCode.timedOut;
    case "limit":
      err(`airlock: stopped by the limit "${result.limit}": ${result.detail} Everything it had started was killed.`);
      return ownCode.limit;
    case "cancelled":
      return ownCode.cancelled;
  }
}

function signalName(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? String(signal);
}
