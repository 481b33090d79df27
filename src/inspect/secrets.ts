import type { Change } from "../change.ts";
import { contentOf } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import { findingRules, inOrder, isFinding, type Match } from "../text/find-secrets.ts";
import { matcherOf, type RuleMatch } from "../text/secret-matches.ts";
import type { SecretRule } from "../text/secret-rule.ts";
import { findingId } from "./finding-id.ts";
import { secondOpinion } from "./second-opinion.ts";
import { secretlintTriggers } from "./secretlint-triggers.ts";
import type { BeforeContents } from "./sides.ts";

/** Stands for a file name that is itself a secret, so that the finding does not carry it. */
export const hiddenPath = "(a file name that holds a secret)";

/** One pass for our own rules and for what the second opinion's rules need. */
const matches = matcherOf([...findingRules, ...secretlintTriggers]);
const triggerRules: ReadonlySet<SecretRule> = new Set(secretlintTriggers);

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
      const path = named.length > 0 ? hiddenPath : entry.path;
      return [...named, ...(bytes === null ? [] : await scan(path, scannable(bytes), before.get(entry.path)))];
    }),
  );
  return perEntry.flat();
}

/** Secrets in a text that is no file: a commit message, a summary, a tool's output. `name` becomes the finding's path. */
export async function scanText(name: string, text: string): Promise<Finding[]> {
  return scan(name, text);
}

async function scan(path: string, text: string, before: Uint8Array | null = null): Promise<Finding[]> {
  const matches = await secretsIn(text);
  // What the old side held is only asked where the new side holds something.
  const held = matches.length > 0 ? await valuesIn(before) : new Set();
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
  return new Set((await secretsIn(text)).map(({ start, end }) => text.slice(start, end)));
}

/** Any bytes as text: wrong UTF-8 is replaced, and NULs are dropped so that UTF-16 text and binaries show their ASCII. */
function scannable(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").replaceAll("\0", "");
}

/** Every place of a text where a secret stands, by our own rules and by secretlint's; those that overlap are one. */
export async function secretsIn(text: string): Promise<Match[]> {
  const [own, triggers]: [RuleMatch[], RuleMatch[]] = [[], []];
  for (const match of matches(text)) (triggerRules.has(match.rule) ? triggers : own).push(match);
  return united(inOrder(own.filter(isFinding)), await secondOpinion(text, triggers));
}

/**
 * Overlapping matches become one, over all of them: a new value that begins inside an old one must not pass as the old one. It has the name
 * that we give it, where we do.
 */
function united(own: readonly Match[], second: readonly Match[]): Match[] {
  const places: (Match & { named: boolean })[] = [];
  const found = [
    ...own.map((match) => ({ ...match, named: true })),
    ...second.map((match) => ({ ...match, named: false })),
  ];
  for (const match of found.toSorted((a, b) => a.start - b.start)) {
    const last = places.at(-1);
    if (last === undefined || match.start >= last.end) places.push(match);
    else {
      if (match.named && !last.named) [last.kind, last.named] = [match.kind, true];
      last.end = Math.max(last.end, match.end);
    }
  }
  return places.map(({ kind, start, end }) => ({ kind, start, end }));
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
