import { wellFormed } from "../text/clip.ts";

/** GitHub writes the moment before each line, and a byte order mark before the first. */
const stamp = /^\uFEFF?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ?/;

/** A job's log as lines without moments, terminal sequences and characters that nobody sees; only the last state of a line that was overwritten. Pure. */
export function logLines(log: string): string[] {
  const lines = log
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => wellFormed(lastState(line.replace(stamp, ""))).trimEnd());
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

function lastState(line: string): string {
  return line.slice(line.replace(/\r+$/, "").lastIndexOf("\r") + 1);
}
