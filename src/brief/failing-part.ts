import { isErrorLine } from "./error-line.ts";

/** UTF-16 code units of one failure's log, and lines that are kept around each error, at the start and at the end. */
const partUnitsMax = 12_000;
const contextLines = { before: 4, after: 14 };
const startLines = 6;
const endLines = 40;

/**
 * The lines of the step that failed. In: a job's log, and the step's name as GitHub shows it (null: the job itself failed). GitHub begins each
 * step with a group whose title is the command; where the step has a name of its own, the last group with an error is the one. Pure.
 */
export function failingPart(lines: readonly string[], step: string | null): string[] {
  const starts = lines.flatMap((line, index) => (line.startsWith("##[group]Run ") ? [index] : []));
  const parts = [0, ...starts].map((start, index) => lines.slice(start, starts[index] ?? lines.length));
  const failed = parts.filter((part) => part.some((line) => line.startsWith("##[error]")));
  const named = failed.findLast((part) => part[0] === `##[group]${step ?? ""}`);
  const part = named ?? failed.at(-1) ?? parts.at(-1) ?? [];
  const end = part.findLastIndex((line) => line.startsWith("##[error]"));
  return end === -1 ? part : part.slice(0, end + 1);
}

/** A failing part within the limits: its start, its end, and the errors with their surroundings. What was left out is said. Pure. */
export function cutPart(lines: readonly string[]): string {
  const text = lines.join("\n");
  if (text.length <= partUnitsMax) return text;
  const near = new Set<number>();
  const errors = lines.flatMap((line, index) => (isErrorLine(line) ? [index] : []));
  const spans = [
    [0, startLines],
    [lines.length - endLines, lines.length],
    ...errors.map((at) => [at - contextLines.before, at + contextLines.after + 1] as const),
  ] as const;
  let units = 0;
  for (const [from, to] of spans)
    for (let index = Math.max(0, from); index < Math.min(to, lines.length); index += 1) {
      if (near.has(index)) continue;
      units += (lines[index]?.length ?? 0) + 1;
      if (units > partUnitsMax) return withGaps(lines, near);
      near.add(index);
    }
  return withGaps(lines, near);
}

function withGaps(lines: readonly string[], kept: ReadonlySet<number>): string {
  const shown: string[] = [];
  let left = 0;
  const told = () => {
    if (left > 0) shown.push(`… ${left} lines left out …`);
    left = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (!kept.has(index)) {
      left += 1;
      continue;
    }
    told();
    shown.push(line);
  }
  told();
  return shown.join("\n");
}
