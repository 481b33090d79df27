import type { Comment, File, Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import { findingOf } from "../finding-id.ts";
import { foldPath } from "../fold-path.ts";
import { textOf, type Sides } from "../sides.ts";
import { isTestPath } from "../test-path.ts";
import { isCode, parseCode } from "./parse.ts";
import type { RuleId } from "./rules.ts";

/** One side of a file as the rules read it. */
export interface Source {
  path: string;
  text: string;
  tree: File;
}

/** A changed file of code. null: it does not exist on that side, or could not be read there (which is a finding of its own). */
export interface CodePair {
  path: string;
  role: "test" | "source";
  before: Source | null;
  after: Source | null;
  /** Whether the file is new, or gone, whatever could be read. */
  added: boolean;
  deleted: boolean;
}

/** Folders with files that tests read and no runner starts: broken and odd code is there on purpose. */
export const fixture = /(^|\/)(__)?(fixtures?|testdata|test-data|__mocks__|snapshots?)(__)?\//;

/**
 * The changed files of code, parsed on both sides. A side that cannot be read is a finding: `block` for a test, because nobody knows
 * what it still tests, and `warn` for other code.
 */
export function readCode(sides: readonly Sides[]): { pairs: CodePair[]; unread: Finding[] } {
  const unread: Finding[] = [];
  const pairs = sides
    .filter(({ entry }) => isCode(entry.path) && !fixture.test(foldPath(entry.path)))
    .map(({ entry, before, after }): CodePair => {
      const { path } = entry;
      const role = isTestPath(path) ? "test" : "source";
      const read = (bytes: Uint8Array | null, side: string): Source | null => {
        if (bytes === null) return null;
        const text = textOf(bytes);
        const parsed = text === null ? { kind: "unreadable" as const, reason: "it is binary" } : parseCode(path, text);
        if (parsed.kind === "parsed") return { path, text: text ?? "", tree: parsed.tree };
        const message = `Nobody compared this file: ${side} of it could not be read, because ${parsed.reason}.`;
        const shas = { before: entry.before?.sha ?? null, after: entry.after?.sha ?? null };
        const level = role === "test" ? "block" : "warn";
        unread.push(findingOf({ rule: "v00-not-read", level, path, line: null, message, ...shas }));
        return null;
      };
      return {
        path,
        role,
        before: read(before, "the base"),
        after: read(after, "the result"),
        added: before === null,
        deleted: after === null,
      };
    });
  return { pairs, unread };
}

/** The text of a node as it stands in the file. */
export function textAt(source: Source, node: Node): string {
  return source.text.slice(node.start ?? 0, node.end ?? 0);
}

/** The text of a node without layout: no comments, no white space, one kind of quotes, no separators at the end of a list. */
export function normal(source: Source, node: Node): string {
  const [start, end] = [node.start ?? 0, node.end ?? 0];
  let text = "";
  let at = start;
  for (const comment of commentsIn(source, start, end)) {
    text += source.text.slice(at, comment.start);
    at = comment.end ?? at;
  }
  return `${text}${source.text.slice(at, end)}`
    .replace(/\s+/g, "")
    .replace(/['`]/g, '"')
    .replace(/[,;]([)\]}])/g, "$1")
    .replace(/;$/, "");
}

/** The comments between two places of a file. The list is sorted, so this is a binary search and not a walk. */
function commentsIn({ tree }: Source, start: number, end: number): Comment[] {
  const all = tree.comments ?? [];
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  const found: Comment[] = [];
  for (let index = low; index < all.length; index += 1) {
    const comment = all[index];
    if (comment === undefined || (comment.start ?? 0) >= end) break;
    found.push(comment);
  }
  return found;
}

export function lineOf(node: Node | Comment): number {
  return node.loc?.start.line ?? 1;
}

/** A finding of one of these rules. */
export function tampering(seen: Omit<Finding, "id" | "rule"> & { rule: RuleId }): Finding {
  return findingOf(seen);
}
