export interface Place {
  /** 1-based. */
  line: number;
  column: number;
}

/** Parts of a dotted key that get a place; the configuration itself has three. */
const depthMax = 8;

/**
 * Where each key of a TOML file stands, by its path (`limits.turns`, `checks.0.run`). In: text that a TOML parser has already accepted.
 * Keys inside inline tables and arrays have no place of their own: `placeOf` gives the nearest one above.
 */
export function keyPlaces(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  const rows = new Map<string, number>();
  let table: string[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const end = statementEnd(text, at);
    const statement = text.slice(at, end);
    const column = statement.search(/\S/) + 1;
    const header = /^\s*(\[\[?)([^\n]*?)\]\]?\s*(?:#[^\n]*)?$/.exec(statement);
    const key = header === null ? keyOf(statement) : null;
    if (header !== null) {
      table = openTable(segmentsOf(header[2] ?? ""), header[1] === "[[", rows);
      addPlaces(places, [], table, { line, column });
    } else if (key !== null) addPlaces(places, table, segmentsOf(key), { line, column });
    line += statement.split("\n").length;
    at = end + 1;
  }
  return places;
}

/** The place of a key, or of the nearest table above it; null when the file names neither. */
export function placeOf(places: ReadonlyMap<string, Place>, path: readonly PropertyKey[]): Place | null {
  for (let length = path.length; length > 0; length -= 1) {
    const place = places.get(path.slice(0, length).map(String).join("."));
    if (place !== undefined) return place;
  }
  return null;
}

function addPlaces(places: Map<string, Place>, table: readonly string[], key: readonly string[], place: Place): void {
  for (const [index] of key.slice(0, depthMax).entries()) {
    const path = [...table, ...key.slice(0, index + 1)].join(".");
    if (!places.has(path)) places.set(path, place);
  }
}

/** The full path of a table header: a table that is an array is entered at its last element. */
function openTable(segments: readonly string[], isArray: boolean, rows: Map<string, number>): string[] {
  const path: string[] = [];
  for (const [index, segment] of segments.entries()) {
    path.push(segment);
    const name = path.join(".");
    if (isArray && index === segments.length - 1) rows.set(name, (rows.get(name) ?? -1) + 1);
    const row = rows.get(name);
    if (row !== undefined) path.push(String(row));
  }
  return path;
}

/** Index of the line break that ends the statement at `at`: strings, comments and brackets may hold others. */
function statementEnd(text: string, at: number): number {
  let depth = 0;
  for (let index = at; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "\n" && depth === 0) return index;
    if (character === "#") index = lineEnd(text, index) - 1;
    else if (character === '"' || character === "'") index = stringEnd(text, index);
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
  }
  return text.length;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** Index of the last quote of the string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  const quote = text.charAt(at);
  const mark = text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  for (let index = at + mark.length; index < text.length; index += 1) {
    if (quote === '"' && text.charAt(index) === "\\") index += 1;
    else if (text.startsWith(mark, index)) {
      let last = index + mark.length - 1;
      // Up to two quotes may stand before the three that end a long string.
      while (mark.length === 3 && text.charAt(last + 1) === quote) last += 1;
      return last;
    }
  }
  return text.length;
}

function keyOf(statement: string): string | null {
  return /^\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_.\t -])+?)\s*=/.exec(statement)?.[1] ?? null;
}

function segmentsOf(key: string): string[] {
  return [...key.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}
