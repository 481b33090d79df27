import type { Lock, LockEntry, LockSource } from "./lock-entry.ts";

/** UTF-16 code units of one line; longer ones are nobody's package. */
const lineMax = 10_000;

interface Raw {
  patterns: string[];
  fields: Map<string, string>;
  headings: Set<string>;
  asks: Map<string, string>;
}

/** Reads yarn.lock as yarn 1 writes it. Pure. Out: null when any line is not in its form: yarn itself would then read it as something else. */
export function readYarnLock(text: string): Lock | null {
  if (!/^# yarn lockfile v1\r?$/m.test(text)) return null;
  const raw = entriesIn(text);
  if (raw === null) return null;
  const entries = raw.map(entryOf);
  const pins = raw.flatMap(({ patterns, fields }) =>
    patterns.map((pattern) => {
      const [name, range] = split(pattern);
      return { folder: null, name, range, version: fields.get("version") ?? "?" };
    }),
  );
  return { format: "yarn 1", entries, roots: new Map(), pins, era: null };
}

const knownFields = new Set(["version", "resolved", "integrity", "uid", "name", "registry"]);
const fieldLine = /^ {2}("[^"]*"|[^\s":]+) ("[^"]*"|[^\s"]+)$/;
const askLine = /^ {4}("[^"]*"|[^\s":]+) ("[^"]*"|[^\s"]+)$/;

/** Of two equal keys one reader takes the first, another the last, so no key is twice in one place. */
function entriesIn(text: string): Raw[] | null {
  const found: Raw[] = [];
  const known = new Set<string>();
  /** Names in the list that is open; null: none is. Two lists of one entry can name the same package. */
  let list: Set<string> | null = null;
  for (const raw of text.split("\n")) {
    const line = raw.replace(/\r$/, "");
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (line.length > lineMax || line.includes("\\")) return null;
    const open = found.at(-1);
    if (/^[^\s]/.test(line)) {
      if (!line.endsWith(":")) return null;
      const patterns = patternsIn(line.slice(0, -1));
      if (patterns === null) return null;
      for (const pattern of patterns) if (!isNew(pattern, known)) return null;
      list = null;
      found.push({ patterns, fields: new Map(), headings: new Set(), asks: new Map() });
      continue;
    }
    if (open === undefined) return null;
    const [, heading] = /^ {2}(dependencies|optionalDependencies):$/.exec(line) ?? [];
    if (heading !== undefined) {
      if (!isNew(heading, open.headings)) return null;
      list = new Set();
      continue;
    }
    const isAsk = line.startsWith("    ");
    const [, name, value] = (isAsk ? askLine : fieldLine).exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const key = bare(name);
    if (isAsk && (list === null || !isNew(key, list))) return null;
    if (!isAsk && (!knownFields.has(key) || open.fields.has(key))) return null;
    (isAsk ? open.asks : open.fields).set(key, bare(value));
  }
  return found;
}

/** The patterns of a heading; null: not as yarn writes it. A comma inside quotes belongs to a range (`"a@>=1, <2"`). */
function patternsIn(heading: string): string[] | null {
  const parts = [...heading.matchAll(/ ?("[^"]*"|[^", ][^",]*)(,|$)/gy)];
  const isWhole = parts.reduce((sum, [part]) => sum + part.length, 0) === heading.length;
  return isWhole ? parts.map(([, pattern = ""]) => bare(pattern)) : null;
}

/** Adds a key that was not met before and gives no object another prototype. */
function isNew(key: string, met: Set<string>): boolean {
  if (met.has(key) || key === "__proto__") return false;
  met.add(key);
  return true;
}

function entryOf({ patterns, fields, asks }: Raw): LockEntry {
  const [as, range] = split(patterns[0] ?? "");
  const alias = range.startsWith("npm:") ? split(range.slice("npm:".length))[0] : as;
  const [url = null, sha1 = ""] = fields.get("resolved")?.split("#") ?? [];
  return {
    key: patterns.toSorted().join(", "),
    name: fields.get("name") ?? alias,
    as,
    version: fields.get("version") ?? "?",
    source: sourceOf(url, range),
    integrity: fields.get("integrity") ?? (/^[0-9a-f]{40}$/.test(sha1) ? `sha1-${sha1}` : null),
    without: null,
    installScript: false,
    asks,
  };
}

function sourceOf(url: string | null, range: string): LockSource {
  if (url === null) return /^(file|link):/.test(range) ? { kind: "tree" } : { kind: "registry", url: null };
  return /^https?:/.test(url) ? { kind: "registry", url } : { kind: "elsewhere", spec: url };
}

function split(pattern: string): [name: string, range: string] {
  const at = pattern.indexOf("@", 1);
  return at === -1 ? [pattern, ""] : [pattern.slice(0, at), pattern.slice(at + 1)];
}

function bare(text: string): string {
  return text.trim().replace(/^"|"$/g, "");
}
