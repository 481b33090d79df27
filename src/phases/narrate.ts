import { z } from "zod";
import type { OnEvent, ToolItem } from "../agent/session.ts";

/** UTF-16 code units of a call that are shown. */
const callShown = 100;

/** Tells, in one line per call, what the agent does. Model text: whoever prints it makes it inert. */
export function narrator(say: (line: string) => void): OnEvent {
  let turn = 0;
  return (event) => {
    if (event.type === "turn.started") turn = event.turn;
    if (event.type !== "item.completed" || event.item.type === "agent_message") return;
    say(`turn ${turn}: ${oneLine(callText(event.item))} → ${resultText(event.item)}`);
  };
}

const Command = z.object({ command: z.array(z.string()) });
const Lines = z.object({ path: z.string(), start_line: z.int().nullish(), end_line: z.int().nullish() });
const Outcome = z.object({ outcome: z.string() });

/** A call as a person would type it. What is not understood is shown as the model wrote it. */
function callText({ tool, arguments: written, changes }: ToolItem): string {
  if (changes !== undefined) return `${tool} (${filesText(changes.length)})`;
  const given = readJson(written);
  const command = Command.safeParse(given);
  if (command.success) return `${tool} ${command.data.command.map(quoted).join(" ")}`;
  const lines = Lines.safeParse(given);
  if (lines.success) return `${tool} ${lines.data.path}${linesText(lines.data)}`;
  const outcome = Outcome.safeParse(given);
  if (outcome.success) return `${tool} ${outcome.data.outcome}`;
  // A patch that failed is long and holds nothing for one line.
  return tool === "apply_patch" ? tool : `${tool} ${written}`;
}

/** How many files, in words. */
export function filesText(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

function resultText({ exit_code, status }: ToolItem): string {
  return typeof exit_code === "number" ? `exit ${exit_code}` : status;
}

function linesText({ start_line, end_line }: z.output<typeof Lines>): string {
  if (typeof start_line !== "number" && typeof end_line !== "number") return "";
  return `:${start_line ?? 1}-${end_line ?? ""}`;
}

function quoted(word: string): string {
  return /^[^\s"'`$\\]+$/.test(word) ? word : JSON.stringify(word).replaceAll(/\\[nrt]/g, " ");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > callShown ? `${line.slice(0, callShown).toWellFormed()}…` : line;
}
