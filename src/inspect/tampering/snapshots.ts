import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import { textOf, type Sides } from "../sides.ts";
import type { TestFacts } from "./facts.ts";
import { bare, nodesIn, stringValue } from "./nodes.ts";
import { parseCode } from "./parse.ts";
import { tampering } from "./source.ts";

interface Entry {
  line: number;
  value: string;
}

/**
 * V10: stored snapshots (`.snap` files of vitest and jest, which are programs). A new key is quiet; a changed one says that the tests expect
 * something else; a key that went without its test no longer says anything.
 */
export function changedSnapshots(sides: readonly Sides[], { after: cases }: TestFacts): Finding[] {
  const files = sides.filter(({ entry }) => foldPath(entry.path).endsWith(".snap"));
  const read = files.map(({ entry, before, after }) => ({
    path: entry.path,
    was: entriesOf(before),
    now: entriesOf(after),
    gone: after === null,
  }));
  const unread = read.filter(({ was, now }) => was === null || now === null);
  const everywhere = new Set(read.flatMap(({ now }) => [...(now ?? [])].map(([key, { value }]) => `${key}\n${value}`)));
  const titles = cases.map(({ title }) => title.replaceAll(" > ", " "));
  return [
    ...unread.map(({ path }) => {
      const message = "The snapshots could not be read, so nobody compared what the tests expect.";
      return tampering({
        rule: "v10-snapshot-changed",
        level: "warn",
        path,
        line: null,
        message,
        before: null,
        after: null,
      });
    }),
    ...read.flatMap(({ path, was, now }) =>
      [...(was ?? [])].flatMap(([key, { line, value }]) => {
        const found = now?.get(key);
        const name = JSON.stringify(key);
        if (found === undefined) {
          if (everywhere.has(`${key}\n${value}`) || now === null) return [];
          const title = key.replaceAll(" > ", " ").replace(/( \d+)?(: .*)? \d+$/, "");
          const isLeft = titles.some((one) => one === title);
          const message = `The snapshot ${name} was removed${isLeft ? " while its test stays" : ""}.`;
          return [
            tampering({
              rule: "v10-snapshot-changed",
              level: isLeft ? "warn" : "info",
              path,
              line,
              message,
              before: value,
              after: null,
            }),
          ];
        }
        if (found.value === value) return [];
        const message = `The snapshot ${name} changed: the test expects something else now.`;
        return [
          tampering({
            rule: "v10-snapshot-changed",
            level: "warn",
            path,
            line: found.line,
            message,
            before: value,
            after: found.value,
          }),
        ];
      }),
    ),
  ];
}

/** Key → value of `exports[`key`] = `value`;`. null: it could not be read. */
function entriesOf(bytes: Uint8Array | null): Map<string, Entry> | null {
  const entries = new Map<string, Entry>();
  if (bytes === null) return entries;
  const text = textOf(bytes);
  const parsed = text === null ? null : parseCode("snapshot.js", text);
  if (text === null || parsed?.kind !== "parsed") return null;
  for (const { node } of nodesIn(parsed.tree)) {
    if (node.type !== "AssignmentExpression" || node.left.type !== "MemberExpression") continue;
    const key = stringValue(node.left.property);
    const value = bare(node.right);
    if (key !== null)
      entries.set(key, { line: node.loc?.start.line ?? 1, value: text.slice(value.start ?? 0, value.end ?? 0) });
  }
  // Something else than snapshots of vitest or jest: not even its keys are known.
  return entries.size === 0 && parsed.tree.program.body.length > 0 ? null : entries;
}
