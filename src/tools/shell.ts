import { z } from "zod";
import type { Egress, RunResult } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { capText } from "./cap.ts";
import type { Inside } from "./files.ts";
import { insidePath } from "./paths.ts";
import type { Tool, ToolResult } from "./tool.ts";

const input = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .describe('Program and arguments, e.g. ["npm", "test"] or ["bash", "-lc", "ls | head"].'),
  workdir: z.string().nullable().default(null).describe("Directory relative to the workspace; null is its root."),
  timeout_s: z.int().min(1).nullable().default(null).describe("Seconds the command may take; null is the default."),
});

const description = `Runs one command in the sandbox and gives back its exit code, stdout and stderr. There is no network. The
command is a list; no shell reads it unless you call one. Nothing stays running after it ends. Use apply_patch to edit files.`;

const throughProxy = "Only the opened hosts can be reached, through the proxy that the environment names.";

/** Different requests that one answer names. */
const blockedMax = 10;

/** Linux refuses a single argument above 128 KiB (MAX_ARG_STRLEN in execve(2)); all of them together are kept well below the stack limit. */
const argumentBytesMax = 120_000;
const argumentsBytesMax = 1_000_000;
/** What one argument costs besides its own bytes: its end mark and its pointer. */
const perArgumentBytes = 9;

// A missing directory must come back as a result, so the command's own shell enters it, not the sandbox.
const enterAndRun = 'cd -- "$1" || exit 2; shift; exec "$@"';

/** The tool that runs commands. Its time and its output are bounded by the task's limits. */
export function shellTool(inside: Inside, limits: Config["limits"], egress?: Egress): Tool<typeof input> {
  return {
    name: "shell",
    description: egress === undefined ? description : description.replace("There is no network.", throughProxy),
    input,
    writes: true,
    async run({ command, workdir, timeout_s }, signal) {
      const directory = insidePath(workdir ?? ".");
      if (directory.kind === "outside") return { ok: false, output: `${directory.reason}; workdir must be inside it.` };
      const why = unusable(command);
      if (why !== null) return { ok: false, output: why };
      const seconds = Math.min(timeout_s ?? limits.command_s, limits.command_max_s);
      const output = { headBytes: limits.output_head_bytes, tailBytes: limits.output_tail_bytes };
      const profile = { ...inside.profile, limits: { ...inside.profile.limits, timeoutMs: seconds * 1000, output } };
      const argv = directory.path === "." ? command : ["sh", "-c", enterAndRun, "sh", directory.path, ...command];
      const blocked = new Set<string>();
      const ran = await inside.sandbox.run(
        egress === undefined ? profile : { ...profile, egress: watched(egress, blocked) },
        argv,
        { signal },
      );
      return withBlocked(report(ran, seconds, limits), blocked);
    },
  };
}

/** A program says "network unreachable" or nothing where a policy refused: so the model is told. */
function watched(egress: Egress, blocked: Set<string>): Egress {
  return {
    rule: egress.rule,
    onDecision: (decision) => {
      egress.onDecision?.(decision);
      const { host, port, allowed, reason } = decision;
      if (!allowed && blocked.size < blockedMax) blocked.add(`blocked: ${host}:${port} (${reason})`);
    },
  };
}

function withBlocked(result: ToolResult, blocked: ReadonlySet<string>): ToolResult {
  return blocked.size === 0 ? result : { ...result, output: [result.output, ...blocked].join("\n") };
}

function unusable(command: readonly string[]): string | null {
  if (command.some((argument) => argument.includes("\0")))
    return "The command contains a NUL character, which no argument can carry.";
  const bytes = command.map((argument) => Buffer.byteLength(argument));
  if (bytes.some((one) => one > argumentBytesMax))
    return `An argument has more than ${argumentBytesMax} bytes. Write large texts with apply_patch.`;
  if (bytes.reduce((sum, one) => sum + one + perArgumentBytes, 0) > argumentsBytesMax)
    return `The arguments have more than ${argumentsBytesMax} bytes in all.`;
  return null;
}

function report(ran: RunResult, seconds: number, limits: Config["limits"]): ToolResult {
  const head = headline(ran, seconds);
  const streams = [
    ["stdout", ran.stdout.text],
    ["stderr", ran.stderr.text],
  ].filter(([, text]) => text !== "");
  const body = streams.map(([name, text]) => `${name}:\n${text}`).join("\n");
  const cap = { headBytes: limits.output_head_bytes, tailBytes: limits.output_tail_bytes };
  const exitCode = ran.kind === "exited" ? ran.exitCode : null;
  return {
    ok: exitCode === 0,
    output: capText(body === "" ? `${head}, no output` : `${head}\n${body}`, cap),
    detail: { kind: "command", exitCode },
  };
}

function headline(ran: RunResult, seconds: number): string {
  const endings: Record<RunResult["kind"], string> = {
    exited: `exit code ${ran.kind === "exited" ? ran.exitCode : ""}`,
    signalled: `killed by signal ${ran.kind === "signalled" ? ran.signal : ""}`,
    "timed-out": `stopped after ${seconds} s: the command took too long`,
    cancelled: "cancelled: the run is ending",
    limit: ran.kind === "limit" ? `stopped by the sandbox's limit "${ran.limit}": ${ran.detail}` : "",
  };
  return endings[ran.kind];
}
