import type { Finding } from "../handoff/finding.ts";
import { findingOf } from "./finding-id.ts";
import { foldPath } from "./fold-path.ts";
import { textOrEmpty, type Sides } from "./sides.ts";

interface Marker {
  rule: string;
  /** What a reader calls it. */
  name: string;
  pattern: RegExp;
  /** Which files it can stand in. */
  files: RegExp;
}

const code = /\.([cm]?[jt]sx?|vue|svelte|astro)$/;

/**
 * Markers that make a red check green. Counted in the text, so a marker in a string or a comment counts too: a warning is shown, no more.
 * (Findings by syntax tree follow with the tampering rules.)
 */
const markers: readonly Marker[] = [
  marker(
    "test-skipped",
    "a skipped test",
    /\b(?:it|test|describe|suite|bench)(?:\.\w{1,20}){0,4}\.(?:skip|skipIf|todo|fails|failing)\b/g,
  ),
  marker("test-skipped", "a skipped test (x-form)", /\bx(?:it|test|describe|specify)\s?\(/g),
  marker("test-focused", "a focused test", /\b(?:it|test|describe|suite|bench)(?:\.\w{1,20}){0,4}\.only\b/g),
  marker("test-focused", "a focused test (f-form)", /\bf(?:it|describe)\s?\(/g),
  marker("check-suppressed", "@ts-ignore", /@ts-ignore\b/g),
  marker("check-suppressed", "@ts-nocheck", /@ts-nocheck\b/g),
  marker("check-suppressed", "@ts-expect-error", /@ts-expect-error\b/g),
  marker("check-suppressed", "eslint-disable", /\beslint-disable\b/g),
  marker("check-suppressed", "oxlint-disable", /\boxlint-disable\b/g),
  marker("check-suppressed", "biome-ignore", /\bbiome-ignore\b/g),
  marker("check-suppressed", "a coverage ignore comment", /\b(?:istanbul|c8|v8|node:coverage) (?:ignore|disable)\b/g),
];

/** Whether a path is a test by the conventions of vitest, jest, mocha and node:test. */
export function isTestPath(path: string): boolean {
  const folded = foldPath(path);
  return (
    code.test(folded) &&
    (/[._-](test|tests|spec|e2e|cy)\.[a-z]+$/.test(folded) || /(^|\/)(tests?|specs?|__tests__|e2e)\//.test(folded))
  );
}

/** Deleted tests, and markers that switch tests or checks off, as far as a count shows them. All are warnings for now. */
export function inspectTests(sides: readonly Sides[]): Finding[] {
  return [...sides.flatMap((side) => deleted(side, sides)), ...markers.flatMap((one) => added(one, sides))];
}

/** A deletion is forgiven when the very same bytes are a new test elsewhere in the change: it moved. */
function deleted({ entry }: Sides, sides: readonly Sides[]): Finding[] {
  if (entry.after !== null || entry.before === null || !isTestPath(entry.path)) return [];
  const { sha } = entry.before;
  const movedTo = sides.find(
    (other) => other.entry.before === null && other.entry.after?.sha === sha && isTestPath(other.entry.path),
  );
  const seen = { path: entry.path, line: null, before: sha };
  if (movedTo !== undefined) {
    const message = "A test file moved without a change.";
    return [findingOf({ ...seen, rule: "test-moved", level: "info", message, after: movedTo.entry.path })];
  }
  return [
    findingOf({ ...seen, rule: "test-deleted", level: "warn", message: "A test file was deleted.", after: null }),
  ];
}

/** One finding per file where a marker became more frequent, unless it became rarer elsewhere by as much: then code only moved. */
function added({ rule, name, pattern, files }: Marker, sides: readonly Sides[]): Finding[] {
  const counts = sides
    .filter(({ entry }) => files.test(foldPath(entry.path)))
    .map(({ entry, before, after }) => ({
      path: entry.path,
      before: count(pattern, textOrEmpty(before)),
      after: count(pattern, textOrEmpty(after)),
    }));
  const more = counts.reduce((sum, { before, after }) => sum + after - before, 0);
  if (more <= 0) return [];
  return counts
    .filter(({ before, after }) => after > before)
    .map(({ path, before, after }) => {
      const message = `The file has ${name}: ${after} now, ${before} before.`;
      return findingOf({
        rule,
        level: "warn",
        path,
        line: null,
        message,
        before: `${name}: ${before}`,
        after: `${name}: ${after}`,
      });
    });
}

function count(pattern: RegExp, text: string | null): number {
  return text === null ? 0 : [...text.matchAll(pattern)].length;
}

function marker(rule: string, name: string, pattern: RegExp): Marker {
  return { rule, name, pattern, files: code };
}
