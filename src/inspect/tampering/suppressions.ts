import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import type { TestFacts } from "./facts.ts";
import { bare, nodesIn } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { tampering, type CodePair, type Source } from "./source.ts";

interface Directive {
  key: string;
  pattern: RegExp;
  /** Whether it switches a whole file off. */
  file: boolean;
}

/** At the start of a comment, as the tools read them; in the middle of a sentence they are words. */
const directives: readonly Directive[] = [
  { key: "@ts-nocheck", pattern: /^[\s*/]*@ts-nocheck\b/, file: true },
  { key: "@ts-ignore", pattern: /^[\s*/]*@ts-ignore\b/, file: false },
  { key: "@ts-expect-error", pattern: /^[\s*/]*@ts-expect-error\b/, file: false },
  { key: "a lint rule switched off for a line", pattern: /^[\s*]*(eslint|oxlint)-disable-(next-)?line\b/, file: false },
  { key: "the linter switched off for the file", pattern: /^[\s*]*(eslint|oxlint)-disable *($|--)/, file: true },
  { key: "a lint rule switched off for the file", pattern: /^[\s*]*(eslint|oxlint)-disable(?!-)/, file: true },
  { key: "a lint rule set by a comment", pattern: /^[\s*]*eslint +["\w@/-]+ *: *["[]?(off|0|warn|1)\b/, file: false },
  { key: "biome-ignore for the file", pattern: /^[\s*]*biome-ignore-all\b/, file: true },
  { key: "biome-ignore", pattern: /^[\s*]*biome-ignore(?!-all)\b/, file: false },
  { key: "deno-lint-ignore-file", pattern: /^[\s*]*deno-lint-ignore-file\b/, file: true },
  { key: "a coverage ignore for the file", pattern: /^[\s*]*(istanbul|c8|v8|vitest) ignore file\b/, file: true },
  {
    key: "a coverage ignore",
    pattern: /^[\s*]*((istanbul|c8|v8) ignore(?! (file|stop|end)\b)|node:coverage (ignore|disable))\b/,
    file: false,
  },
  { key: "svelte-ignore", pattern: /^[\s*]*svelte-ignore\b/, file: false },
  { key: "a comment for the compiler of Vue", pattern: /^[\s*]*@vue-(ignore|expect-error|skip)\b/, file: false },
  { key: "prettier-ignore", pattern: /^[\s*]*prettier-ignore\b/, file: false },
];

/**
 * V17: comments that switch a check off, and casts that switch the types off. Counted over the whole change, so moved code is quiet. In
 * tests, casts and comments for one line are how wrong input is made: they are only shown.
 */
export function suppressions({ code }: TestFacts): Finding[] {
  const isTest = new Set(code.filter(({ role }) => role === "test").map(({ path }) => path));
  const comments = newOccurrences(code, directivesIn).map((one) => {
    const known = directives.find(({ key }) => key === one.key);
    const harmless =
      isTest.has(one.path) && (known?.file === false || one.key === "a lint rule switched off for the file");
    return found(
      one,
      harmless ? "info" : known?.file === true ? "block" : "warn",
      `The file has one more comment of the kind: ${one.key}.`,
    );
  });
  const casts = newOccurrences(code, castsIn).map((one) =>
    found(
      one,
      isTest.has(one.path) || one.key === fromContainer ? "info" : "warn",
      `The types are switched off here: ${one.key}.`,
    ),
  );
  return [...comments, ...casts];
}

function found({ path, line, text }: Occurrence, level: Finding["level"], message: string): Finding {
  return tampering({ rule: "v17-suppression", level, path, line, message, before: null, after: text });
}

function directivesIn(source: Source): Occurrence[] {
  return (source.tree.comments ?? []).flatMap((comment) => {
    const known = directives.find(({ pattern }) => pattern.test(comment.value));
    return known === undefined ? [] : [occurrence(source, comment, known.key)];
  });
}

/** Where the compiler cannot know, and a mistake is an error at once: `list[0]!`, `found.get(key)!`, `open.pop()!`. */
const fromContainer = "what a list or a map holds is said to be there";

function isFromContainer(node: Node): boolean {
  const value = bare(node);
  if (value.type === "MemberExpression" || value.type === "OptionalMemberExpression") return value.computed;
  if (value.type !== "CallExpression" || value.callee.type !== "MemberExpression") return false;
  const { property } = value.callee;
  return property.type === "Identifier" && /^(get|pop|shift|at)$/.test(property.name);
}

/** `as any`, `as unknown as`; and `!` in files that existed, because in new code the compiler's own strictness is the judge. */
function castsIn(source: Source, { added }: CodePair): Occurrence[] {
  return [...nodesIn(source.tree)].flatMap(({ node }) => {
    if (node.type === "TSNonNullExpression" && !added)
      return [
        occurrence(source, node, isFromContainer(node.expression) ? fromContainer : "a value is said not to be null"),
      ];
    if (node.type !== "TSAsExpression" && node.type !== "TSTypeAssertion") return [];
    if (node.typeAnnotation.type === "TSAnyKeyword") return [occurrence(source, node, "a cast to any")];
    const inner = node.expression;
    const through =
      (inner.type === "TSAsExpression" || inner.type === "TSTypeAssertion") &&
      inner.typeAnnotation.type === "TSUnknownKeyword";
    return through ? [occurrence(source, node, "a cast through unknown")] : [];
  });
}
