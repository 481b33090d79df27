import type { Chunk, PatchLine } from "./patch-parse.ts";

export type Applied = { kind: "applied"; text: string } | { kind: "no-match"; why: string };

/**
 * Line comparisons and readings left to one patch. Matching holds up everything else this process does, so it is bounded:
 * hundreds of changes in long files need a fraction of this, and this is less than a second.
 */
export interface Work {
  left: number;
}
export const wholeWork = (): Work => ({ left: 20_000_000 });

/**
 * Applies the chunks of one update to a file's text. Kept lines stay as they are in the file, also where the match was
 * only approximate; every line keeps its own ending (LF, CRLF or CR), and a new line takes the ending of its neighbours.
 * The result ends in a line ending. Takes from `work`, and answers `no-match` when that is used up; otherwise pure.
 */
export function applyChunks(text: string, chunks: readonly Chunk[], work: Work = wholeWork()): Applied {
  const file = openFile(text, work);
  const edits: Edit[] = [];
  let from = 0;
  for (const chunk of chunks) {
    const found = locate(file, chunk, from);
    if (work.left < 0) return { kind: "no-match", why: "the patch is too much work; use smaller patches" };
    if (found.kind === "no-match") return found;
    edits.push(found.edit);
    from = Math.max(from, found.next);
  }
  // Stable: among equal places the earlier chunk comes first.
  const ordered = edits.toSorted((a, b) => a.at - b.at);
  if (overlap(ordered)) return { kind: "no-match", why: "two chunks touch the same lines" };
  return { kind: "applied", text: assemble(file, ordered) };
}

interface FileLine {
  text: string;
  /** Empty only for a last line without one. */
  ending: "" | "\n" | "\r\n" | "\r";
}

/** A file's lines with what is worked out about them once, when first asked for. */
interface OpenFile {
  lines: FileLine[];
  /** The lines' texts in the form of one pass. */
  normalised: (pass: number) => string[];
  /** The most frequent ending. */
  ending: () => FileLine["ending"];
  work: Work;
}

function openFile(text: string, work: Work): OpenFile {
  const lines = splitLines(text);
  // Splitting costs more than comparing.
  work.left -= 2 * lines.length;
  const forms: string[][] = [];
  let ending: FileLine["ending"] | null = null;
  return {
    lines,
    work,
    normalised(pass) {
      const known = forms[pass];
      if (known !== undefined) return known;
      work.left -= lines.length;
      const normalise = passes[pass] ?? ((line: string) => line);
      return (forms[pass] = lines.map((line) => normalise(line.text)));
    },
    ending: () => (ending ??= mostFrequent(lines.map((line) => line.ending)) ?? "\n"),
  };
}

/** `count` lines at `at` give way to `lines`. */
interface Edit {
  at: number;
  count: number;
  lines: FileLine[];
}

/** In: edits by place. An edit without lines of its own counts where it stands inside another one. */
function overlap(ordered: readonly Edit[]): boolean {
  let end = 0;
  for (const { at, count } of ordered) {
    if (at < end) return true;
    end = Math.max(end, at + count);
  }
  return false;
}

type Located = { kind: "found"; edit: Edit; next: number } | Extract<Applied, { kind: "no-match" }>;

function locate(file: OpenFile, chunk: Chunk, from: number): Located {
  const { lines } = file;
  let start = from;
  if (chunk.context !== null) {
    const at = seek(file, [chunk.context], start, false);
    if (at === null) return { kind: "no-match", why: `no line matches the context \`@@ ${chunk.context}\`` };
    start = at + 1;
  }
  if (chunk.lines.every((line) => line.op === "+")) {
    const at = chunk.context === null ? endOf(lines) : start;
    return { kind: "found", edit: { at, count: 0, lines: rebuilt(file, chunk.lines, at) }, next: start };
  }
  for (const candidate of [chunk.lines, withoutLastBlank(chunk.lines)]) {
    const old = oldSide(candidate);
    const at = old.length === 0 ? null : seek(file, old, start, chunk.endOfFile);
    if (at === null) continue;
    const edit = { at, count: old.length, lines: rebuilt(file, candidate, at) };
    return { kind: "found", edit, next: at + old.length };
  }
  return {
    kind: "no-match",
    why: `these lines were not found${from > 0 ? " after the previous chunk" : ""}:\n${oldSide(chunk.lines).join("\n")}`,
  };
}

const oldSide = (lines: PatchLine[]) => lines.filter((line) => line.op !== "+").map((line) => line.text);

/** Where lines without any context go: the end, but before a last blank line. */
function endOf(lines: FileLine[]): number {
  return lines.at(-1)?.text === "" ? lines.length - 1 : lines.length;
}

/** The same lines without the blank one that ends the old side, and without its blank partner on the new side. */
function withoutLastBlank(lines: PatchLine[]): PatchLine[] {
  const last = lines.findLastIndex((line) => line.op !== "+");
  const line = lines[last];
  if (line?.text !== "") return lines;
  const rest = lines.toSpliced(last, 1);
  const end = rest.at(-1);
  return line.op === "-" && end?.op === "+" && end.text === "" ? rest.slice(0, -1) : rest;
}

/** How exactly a line must match, from strict to loose. The first pass with a hit wins. */
const passes: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.trimEnd(),
  (text) => text.trim(),
  (text) => plainPunctuation(text.trim()),
];

/**
 * Index of the first place at or after `start` where all lines match; with `atEnd` the end of the file is tried first. Null also
 * when the work is used up.
 */
function seek(file: OpenFile, pattern: readonly string[], start: number, atEnd: boolean): number | null {
  const { work } = file;
  const last = file.lines.length - pattern.length;
  for (const [pass, normalise] of passes.entries()) {
    const has = file.normalised(pass);
    const wanted = pattern.map(normalise);
    const matches = (at: number) =>
      wanted.every((text, index) => {
        work.left -= 1;
        return has[at + index] === text;
      });
    if (atEnd && last >= start && matches(last)) return last;
    for (let at = start; at <= last && work.left >= 0; at++) if (matches(at)) return at;
  }
  return null;
}

/** Typographic dashes, quotes and spaces as their ASCII forms, which is how models tend to write them. */
function plainPunctuation(text: string): string {
  return text
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");
}

function rebuilt(file: OpenFile, patch: PatchLine[], at: number): FileLine[] {
  const { lines } = file;
  const ending = endingNear(file, patch, at);
  const result: FileLine[] = [];
  let index = at;
  for (const line of patch) {
    if (line.op === "+") result.push({ text: line.text, ending });
    else {
      const own = lines[index++];
      if (line.op === " " && own) result.push(own);
    }
  }
  return result;
}

/** The most frequent ending of the kept lines; without them of the removed ones; else of the whole file. */
function endingNear({ lines, ending }: OpenFile, patch: PatchLine[], at: number): FileLine["ending"] {
  const old = patch.filter((line) => line.op !== "+").map((line, index) => ({ op: line.op, own: lines[at + index] }));
  const endings = (op: " " | "-") => old.flatMap((line) => (line.op === op && line.own ? [line.own.ending] : []));
  return mostFrequent(endings(" ")) ?? mostFrequent(endings("-")) ?? ending();
}

/** Ties go to the first seen. Missing endings do not count. */
function mostFrequent(endings: FileLine["ending"][]): FileLine["ending"] | null {
  const counts = new Map<FileLine["ending"], number>();
  for (const ending of endings) if (ending !== "") counts.set(ending, (counts.get(ending) ?? 0) + 1);
  let best: FileLine["ending"] | null = null;
  for (const [ending, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = ending;
  return best;
}

/** In: edits by place, none touching another. */
function assemble({ lines, ending }: OpenFile, ordered: readonly Edit[]): string {
  const result: FileLine[][] = [];
  let done = 0;
  for (const edit of ordered) {
    result.push(lines.slice(done, edit.at), edit.lines);
    done = edit.at + edit.count;
  }
  result.push(lines.slice(done));
  return result.flatMap((part) => part.map((line) => line.text + (line.ending || ending()))).join("");
}

function splitLines(text: string): FileLine[] {
  const lines: FileLine[] = [];
  for (const [, body = "", ending = ""] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (body === "" && ending === "") continue;
    lines.push({ text: body, ending: asEnding(ending) });
  }
  return lines;
}

function asEnding(text: string): FileLine["ending"] {
  return text === "\n" || text === "\r\n" || text === "\r" ? text : "";
}
