import { stripVTControlCharacters } from "node:util";

/** Lines and UTF-16 code units of output kept as evidence of one outcome. */
const linesMax = 40;
const unitsMax = 4_000;

/** A command's output as plain lines: no ANSI sequences, no control characters, only the last state of a line that was overwritten. */
export function plainLines(output: string): string {
  return stripVTControlCharacters(output)
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.slice(line.lastIndexOf("\r") + 1))
    .map((line) => line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "").trimEnd())
    .join("\n");
}

/** The last lines of an output, within the limits. In: the output of `plainLines`. */
export function lastLines(plain: string): string {
  const lines = plain.trim().split("\n");
  const kept = lines.slice(-linesMax).join("\n");
  const cut = kept.length > unitsMax ? kept.slice(kept.length - unitsMax).replace(/^[^\n]*\n/, "") : kept;
  return cut.toWellFormed();
}

/** The last line that says something; empty when there is none. */
export function lastLine(plain: string): string {
  const line = plain.trim().split("\n").at(-1) ?? "";
  return line.slice(0, 200).toWellFormed();
}
