import { z } from "zod";
import type { Config } from "../config.ts";
import { capText } from "./cap.ts";
import type { Inside } from "./files.ts";
import { insidePath } from "./paths.ts";
import type { Tool, ToolResult } from "./tool.ts";

const input = z.strictObject({
  path: z.string().describe("Path relative to the workspace."),
  start_line: z.int().min(1).nullable().default(null).describe("First line, counted from 1; null is the first."),
  end_line: z.int().min(1).nullable().default(null).describe("Last line, included; null is the last."),
});

const description = `Gives back a text file, or some of its lines, exactly as they are. Long files are cut in the middle: ask for
lines then.`;

const readMs = 30_000;

// The exit codes tell refusals apart from failures of the tools themselves.
const script = `
if [ -d "$1" ]; then exit 41; fi
if [ ! -e "$1" ]; then exit 42; fi
if [ ! -f "$1" ]; then exit 43; fi
if [ "$2" = all ]; then exec cat < "$1"; fi
exec sed -n "$2" < "$1"`;

/** The tool that reads one file, inside the sandbox: the same mounts, the same uid, no secrets of the host. */
export function readFileTool(inside: Inside, limits: Config["limits"]): Tool<typeof input> {
  const output = { headBytes: limits.output_head_bytes, tailBytes: limits.output_tail_bytes };
  return {
    name: "read_file",
    description,
    input,
    writes: false,
    async run({ path, start_line, end_line }, signal) {
      const named = insidePath(path);
      if (named.kind === "outside") return { ok: false, output: `${named.reason}.` };
      if (start_line !== null && end_line !== null && end_line < start_line)
        return { ok: false, output: `Line ${end_line} stands before line ${start_line}.` };
      const profile = { ...inside.profile, limits: { ...inside.profile.limits, timeoutMs: readMs, output } };
      const argv = ["sh", "-c", script, "sh", named.path, linesOf(start_line, end_line)];
      const ran = await inside.sandbox.run(profile, argv, { signal });
      if (ran.kind === "limit") return { ok: false, output: `${path} could not be read: ${ran.detail}` };
      if (ran.kind !== "exited") return { ok: false, output: `${path} could not be read: ${ran.kind}.` };
      if (ran.exitCode !== 0) return { ok: false, output: refusal(path, ran.exitCode, ran.stderr.text) };
      return contents(path, ran.stdout.text, start_line !== null || end_line !== null, output);
    },
  };
}

/** The sed program that prints these lines and stops. */
function linesOf(start: number | null, end: number | null): string {
  if (start === null && end === null) return "all";
  return end === null ? `${start ?? 1},$p` : `${start ?? 1},${end}p;${end}q`;
}

function refusal(path: string, exitCode: number, stderr: string): string {
  if (exitCode === 41) return `${path} is a directory.`;
  if (exitCode === 42) return `${path} does not exist.`;
  if (exitCode === 43) return `${path} is not a regular file.`;
  return `${path} could not be read: ${stderr.trim() || `exit code ${exitCode}`}`;
}

function contents(
  path: string,
  text: string,
  isPart: boolean,
  cap: { headBytes: number; tailBytes: number },
): ToolResult {
  if (text.includes("\0")) return { ok: false, output: `${path} is binary.` };
  if (text === "") return { ok: true, output: isPart ? `${path} has no such lines.` : `${path} is empty.` };
  return { ok: true, output: capText(text, cap) };
}
