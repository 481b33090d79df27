/** One line of an update: kept, removed or added. */
export interface PatchLine {
  op: " " | "-" | "+";
  text: string;
}

/** A run of lines to find and change. `context` is the text after `@@`, searched first; null when there is none. */
export interface Chunk {
  context: string | null;
  lines: PatchLine[];
  endOfFile: boolean;
}

export type Hunk =
  | { kind: "add"; path: string; content: string }
  | { kind: "delete"; path: string }
  /** `moveTo` null means that the file stays where it is. No chunks and a `moveTo` is a pure move. */
  | { kind: "update"; path: string; moveTo: string | null; chunks: Chunk[] };

/** `line` is 1-based within the text that was given. */
export type Parsed = { kind: "patch"; hunks: Hunk[] } | { kind: "invalid"; line: number; why: string };

/**
 * Reads a `*** Begin Patch` text. Lenient where models are careless (white space around markers and headers, a missing first
 * `@@`, a heredoc around the whole, a bare empty line as empty context), strict everywhere else. Pure; never throws.
 */
export function parsePatch(text: string): Parsed {
  const body = unwrap(text.split("\n").map((raw, index) => ({ number: index + 1, text: raw.replace(/\r$/, "") })));
  if (body.kind === "invalid") return body;
  const cursor: Cursor = { lines: body.lines, at: 0 };
  const hunks: Hunk[] = [];
  for (;;) {
    skipBlank(cursor);
    const line = cursor.lines[cursor.at];
    if (line === undefined) break;
    const read = readHunk(cursor, line);
    if (read.kind === "invalid") return read;
    hunks.push(read.hunk);
  }
  if (hunks.length === 0) return { kind: "invalid", line: 1, why: "the patch changes nothing: it has no file section" };
  return { kind: "patch", hunks };
}

interface Line {
  number: number;
  text: string;
}
interface Cursor {
  lines: Line[];
  at: number;
}
type Invalid = Extract<Parsed, { kind: "invalid" }>;
type HunkRead = { kind: "hunk"; hunk: Hunk } | Invalid;

const begin = "*** Begin Patch";
const end = "*** End Patch";

/** The lines between the markers. */
function unwrap(lines: Line[]): { kind: "body"; lines: Line[] } | Invalid {
  let inner = trimBlank(lines);
  const last = inner.at(-1);
  if (last?.text.trim() === "EOF" && /^<<\s*(EOF|'EOF'|"EOF")$/.test(inner[0]?.text.trim() ?? ""))
    inner = trimBlank(inner.slice(1, -1));
  const first = inner[0];
  if (first?.text.trim() !== begin) return invalid(first, `the first line must be \`${begin}\``);
  const final = inner.at(-1);
  if (inner.length < 2 || final?.text.trim() !== end) return invalid(final, `the last line must be \`${end}\``);
  const body = inner.slice(1, -1);
  const early = body.find((line) => line.text.trimEnd() === end);
  if (early) return invalid(early, `nothing may follow \`${end}\``);
  return { kind: "body", lines: body };
}

function readHunk(cursor: Cursor, header: Line): HunkRead {
  const match = /^\*\*\* (Add|Delete|Update) File: (.+)$/.exec(header.text.trim());
  const path = match?.[2]?.trim() ?? "";
  if (match === null || path === "")
    return invalid(
      header,
      `expected \`*** Add File: path\`, \`*** Delete File: path\` or \`*** Update File: path\`, found ${quote(header.text)}`,
    );
  cursor.at++;
  if (match[1] === "Delete") return { kind: "hunk", hunk: { kind: "delete", path } };
  if (match[1] === "Add") return { kind: "hunk", hunk: { kind: "add", path, content: readAdded(cursor) } };
  return readUpdate(cursor, header, path);
}

function readAdded(cursor: Cursor): string {
  let content = "";
  for (;;) {
    const line = cursor.lines[cursor.at];
    if (!line?.text.startsWith("+")) return content;
    content += `${line.text.slice(1)}\n`;
    cursor.at++;
  }
}

function readUpdate(cursor: Cursor, header: Line, path: string): HunkRead {
  const move = /^\*\*\* Move to: (.+)$/.exec(cursor.lines[cursor.at]?.text.trim() ?? "");
  if (move) cursor.at++;
  const moveTo = move?.[1]?.trim() ?? null;
  const chunks: Chunk[] = [];
  for (;;) {
    if (chunks.length > 0) skipBlank(cursor);
    const line = cursor.lines[cursor.at];
    if (line === undefined || isHeader(line.text, chunks.length > 0)) break;
    const read = readChunk(cursor, line, chunks.length === 0);
    if (read.kind === "invalid") return read;
    chunks.push(read.chunk);
  }
  if (chunks.length === 0 && moveTo === null) return invalid(header, `the update of ${path} has no lines`);
  return { kind: "hunk", hunk: { kind: "update", path, moveTo, chunks } };
}

function readChunk(cursor: Cursor, first: Line, isFirst: boolean): { kind: "chunk"; chunk: Chunk } | Invalid {
  const chunk: Chunk = { context: null, lines: [], endOfFile: false };
  if (first.text.trimEnd() === "@@" || first.text.startsWith("@@ ")) {
    const context = first.text.slice(3);
    chunk.context = context.trim() === "" ? null : context;
    cursor.at++;
  } else if (!isFirst) {
    return invalid(first, `expected \`@@\` before further lines, found ${quote(first.text)}`);
  }
  for (;;) {
    const line = cursor.lines[cursor.at];
    if (line === undefined || line.text.startsWith("@@") || isHeader(line.text, false)) break;
    cursor.at++;
    if (line.text.trimEnd() === "*** End of File") {
      chunk.endOfFile = true;
      break;
    }
    const read = readLine(line.text);
    if (read === null)
      return invalid(line, `every line of an update starts with a space, - or +; found ${quote(line.text)}`);
    chunk.lines.push(read);
  }
  if (chunk.lines.length === 0) return invalid(first, "a chunk has no lines");
  return { kind: "chunk", chunk };
}

function readLine(text: string): PatchLine | null {
  if (text === "") return { op: " ", text: "" };
  const op = text[0];
  return op === " " || op === "-" || op === "+" ? { op, text: text.slice(1) } : null;
}

/** Inside an update an indented header is a context line; between chunks that were closed it may be a header. */
function isHeader(text: string, afterChunk: boolean): boolean {
  if (!/^\s*\*\*\* (Add|Delete|Update) File: /.test(text)) return false;
  return afterChunk || !/^\s/.test(text);
}

function skipBlank(cursor: Cursor): void {
  while (cursor.lines[cursor.at]?.text.trim() === "") cursor.at++;
}

function trimBlank(lines: Line[]): Line[] {
  const isText = (line: Line) => line.text.trim() !== "";
  return lines.slice(lines.findIndex(isText), lines.findLastIndex(isText) + 1);
}

function invalid(line: Line | undefined, why: string): Invalid {
  return { kind: "invalid", line: line?.number ?? 1, why };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
