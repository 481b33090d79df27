import { posix } from "node:path";
import type { Instruction } from "../handoff/task.ts";

/** Bytes of all instruction files together, as in Codex (`project_doc_max_bytes`). */
const instructionBytesMax = 32 * 1024;

export interface Merged {
  text: string;
  /** The files that are in the text, in its order. */
  used: string[];
  /** Of these or after these, what did not fit: the first entry may be in the text in part. */
  cut: string[];
}

/**
 * Selects and joins the instruction files of the trusted commit: per directory `AGENTS.override.md`, else `AGENTS.md`; root first,
 * nearest last, so that the nearest has the last word. Empty files and other names do not count. Pure.
 */
export function mergeInstructions(files: readonly Instruction[], bytesMax = instructionBytesMax): Merged {
  const merged: Merged = { text: "", used: [], cut: [] };
  let room = bytesMax;
  for (const { path, content } of selected(files)) {
    const text = head(content.trim(), room);
    if (text !== content.trim()) merged.cut.push(path);
    if (text === "") continue;
    room -= Buffer.byteLength(text);
    merged.used.push(path);
    merged.text += `${merged.text === "" ? "" : "\n\n"}## ${path} (for ${scopeOf(path)})\n\n${text}`;
  }
  return merged;
}

const names = ["AGENTS.override.md", "AGENTS.md"];

function selected(files: readonly Instruction[]): Instruction[] {
  const chosen = new Map<string, Instruction>();
  for (const name of names) {
    for (const file of files) {
      if (posix.basename(file.path) !== name || file.content.trim() === "") continue;
      const directory = posix.dirname(file.path);
      if (!chosen.has(directory)) chosen.set(directory, file);
    }
  }
  return [...chosen].toSorted(([a], [b]) => depth(a) - depth(b) || (a < b ? -1 : 1)).map(([, file]) => file);
}

function depth(directory: string): number {
  return directory === "." ? 0 : directory.split("/").length;
}

function scopeOf(path: string): string {
  const directory = posix.dirname(path);
  return directory === "." ? "the whole repository" : `files under ${directory}/`;
}

/** The longest start of the text with at most this many bytes, ending at the end of a line. */
function head(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  let kept = "";
  let bytes = 0;
  for (const line of text.split(/(?<=\n)/)) {
    bytes += Buffer.byteLength(line);
    if (bytes > bytesMax) break;
    kept += line;
  }
  return kept.trimEnd();
}
