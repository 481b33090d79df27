import { lintSource } from "@secretlint/core";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Change } from "../change.ts";
import { contentOf } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import { findingId } from "./finding-id.ts";
import { isExample, ownMatches, type Match } from "./secret-patterns.ts";
import type { BeforeContents } from "./sides.ts";

/** Stands for a file name that is itself a secret, so that the finding does not carry it. */
export const hiddenPath = "(a file name that holds a secret)";

/** UTF-16 code units that secretlint gets at once, and by how many two neighbours overlap (a PGP key has about 10,000). */
const windowUnits = 49_152;
const overlapUnits = 16_384;

/**
 * secretlint's recommended rules one by one, without the one that lets a comment in the file switch the others off: the author of the
 * file is who we check. `enableIDScanRule` also reports a bare AWS access key id.
 */
const config = {
  rules: rules
    .filter((rule) => !rule.meta.id.includes("filter"))
    .map((rule) => ({ id: rule.meta.id, rule, options: { enableIDScanRule: true } })),
};

/**
 * Secrets in what a Change adds: the whole new content of every changed file (so also its added lines) and the new paths. Rule `secret`
 * (block), or `secret-existing` (warn) when `before` is given and the same file already held the same value on base.
 * No finding carries the value: `before` and `after` are null, the message names the kind, the line is where it starts.
 */
export async function scanSecrets(change: Change, before: BeforeContents = new Map()): Promise<Finding[]> {
  const perEntry = await Promise.all(
    change.map(async (entry) => {
      if (entry.after === null) return [];
      const newName = entry.before === null ? await scanText(hiddenPath, entry.path) : [];
      const named = newName.map((finding) => ({ ...finding, line: null }));
      const bytes = contentOf(entry);
      const held = await valuesIn(before.get(entry.path) ?? null);
      return [...named, ...(bytes === null ? [] : await scan(named.length > 0 ? hiddenPath : entry.path, bytes, held))];
    }),
  );
  return perEntry.flat();
}

/** Secrets in a text that is no file: a commit message, a summary, a tool's output. `name` becomes the finding's path. */
export async function scanText(name: string, text: string): Promise<Finding[]> {
  return scan(name, Buffer.from(text, "utf8"), new Set());
}

async function scan(path: string, bytes: Uint8Array, held: ReadonlySet<string>): Promise<Finding[]> {
  const text = scannable(bytes);
  const matches = await matchesIn(text);
  const lineAt = lineCounter(text);
  return matches.map(({ kind, start, end }, index) => {
    const existing = held.has(text.slice(start, end));
    const rule = existing ? "secret-existing" : "secret";
    return {
      // The value must not be in the id, not even hashed; its place among the file's matches tells two of them apart.
      id: findingId({ rule, path, before: null, after: `${kind} ${index + 1}` }),
      rule,
      level: existing ? "warn" : "block",
      path,
      line: lineAt(start),
      message: existing
        ? `The file holds what looks like a secret (${kind}); it was there before.`
        : `The new content holds what looks like a secret (${kind}).`,
      before: null,
      after: null,
    };
  });
}

async function valuesIn(bytes: Uint8Array | null): Promise<ReadonlySet<string>> {
  if (bytes === null) return new Set();
  const text = scannable(bytes);
  return new Set((await matchesIn(text)).map(({ start, end }) => text.slice(start, end)));
}

/** Any bytes as text: wrong UTF-8 is replaced, and NULs are dropped so that UTF-16 text and binaries show their ASCII. */
function scannable(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").replaceAll("\0", "");
}

async function matchesIn(text: string): Promise<Match[]> {
  const found = [...(await secretlintMatches(text)), ...ownMatches(text)].toSorted(
    (a, b) => a.start - b.start || b.end - a.end,
  );
  const separate: Match[] = [];
  for (const match of found) {
    if (match.start >= (separate.at(-1)?.end ?? 0)) separate.push(match);
  }
  return separate;
}

async function secretlintMatches(text: string): Promise<Match[]> {
  const found: Match[] = [];
  for (const { from, to } of windowsOf(text)) {
    for (const { kind, start, end } of await secretlintIn(text.slice(from, to))) {
      found.push({ kind, start: from + start, end: from + end });
    }
  }
  return found;
}

/**
 * The parts in which secretlint reads a text: its time grows with matches times length, so no part is long. Each begins at a line,
 * where there is one, and overlaps the one before by more than a secret is long; what is found twice counts once (`matchesIn`).
 */
function windowsOf(text: string): { from: number; to: number }[] {
  const windows = [{ from: 0, to: Math.min(windowUnits, text.length) }];
  for (let last = windows[0]; last !== undefined && last.to < text.length; last = windows.at(-1)) {
    const line = text.indexOf("\n", last.to - overlapUnits);
    const from = line === -1 || line >= last.to ? last.to - overlapUnits : line + 1;
    windows.push({ from, to: Math.min(from + windowUnits, text.length) });
  }
  return windows;
}

async function secretlintIn(text: string): Promise<Match[]> {
  // Never the file's own name: its author chose it, some rules depend on it, and the one for `.p12` opens it on our disk.
  const source = { content: text, filePath: "content.txt", ext: ".txt", contentType: "text" as const };
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true, noPhysicFilePath: true } });
  return messages
    .map(({ ruleId, messageId, range: [start, end] }) => ({ kind: kindOf(ruleId, messageId), start, end }))
    .filter(({ start, end }) => !isExample(text.slice(start, end)));
}

function kindOf(ruleId: string, messageId: string): string {
  return `${ruleId.replace(/^.*secretlint-rule-/, "")} ${messageId}`;
}

/** Line numbers, 1-based, for offsets that never go back: counts each line once, however many matches there are. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (offset) => {
    for (; next !== -1 && next < offset; next = text.indexOf("\n", next + 1)) line += 1;
    return line;
  };
}
