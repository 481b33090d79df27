import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import type { TestFacts } from "./facts.ts";
import { childrenOf, isFunction, nodesIn, wordsOf } from "./nodes.ts";
import { newOccurrences, occurrence } from "./occurrences.ts";
import { lineOf, tampering, textAt, type CodePair, type Source } from "./source.ts";

const inputPath =
  /auth|login|session|token|permission|input|request|handler|route|api|webhook|valid|sanit|parse|schema|security/;
const validating =
  /^(parse|safeParse|parseAsync|safeParseAsync|validate|validateSync|sanitize|escape|verify|authorize|authenticate|assert\w*|check\w*|ensure\w*|require(Auth|User|Role|Permission)\w*)$/;

/** Their `parse` reads a text and checks nothing that matters here. */
const notInput = /^(JSON|Number|Date|path|posix|url|URL|yaml|YAML|toml|assert|expect|t)$/;

/** V25: what the program offers to others became `any`, or a check of input is no longer called. */
export function typeHoles({ code }: TestFacts): Finding[] {
  const program = code.filter(({ role }) => role === "source");
  return [...program.flatMap(newAny), ...lostChecks(program)];
}

function newAny({ path, before, after }: CodePair): Finding[] {
  if (before === null || after === null) return [];
  const was = signatures(before);
  return [...signatures(after)].flatMap(([name, { node, any }]) => {
    const old = was.get(name);
    if (old === undefined || any <= old.any) return [];
    const message = `The exported ${JSON.stringify(name)} takes or gives \`any\` in more places now.`;
    return [
      tampering({
        rule: "v25-type-hole",
        level: "warn",
        path,
        line: lineOf(node),
        message,
        before: heading(before, old.node),
        after: heading(after, node),
      }),
    ];
  });
}

/** Exported names with the number of `any` in their types; what is inside functions does not count. */
function signatures({ tree }: Source): Map<string, { node: Node; any: number }> {
  const found = new Map<string, { node: Node; any: number }>();
  for (const statement of tree.program.body) {
    if (statement.type !== "ExportNamedDeclaration" || statement.declaration == null) continue;
    const { declaration } = statement;
    const declared: Node[] = declaration.type === "VariableDeclaration" ? declaration.declarations : [declaration];
    for (const node of declared) {
      const id = "id" in node ? (node.id as Node | null) : null;
      if (id?.type === "Identifier") found.set(id.name, { node, any: anyIn(node) });
    }
  }
  return found;
}

function anyIn(node: Node): number {
  if (node.type === "TSAnyKeyword") return 1;
  // `<T extends List<any> = List<any>>` leaves the type to who uses it; `<T = any>` does not ask for one.
  if (node.type === "TSTypeParameter") return node.default?.type === "TSAnyKeyword" ? 1 : 0;
  const inside =
    isFunction(node) && "body" in node ? childrenOf(node).filter((child) => child !== node.body) : childrenOf(node);
  return inside.reduce((sum, child) => sum + anyIn(child), 0);
}

/** Calls of validation that base has more of, over the whole change; where the file is about input by its name. */
function lostChecks(program: readonly CodePair[]): Finding[] {
  const judged = program.filter(({ path, deleted }) => inputPath.test(foldPath(path)) && !deleted);
  const turned = judged.map((pair) => ({ ...pair, before: pair.after, after: pair.before }));
  return newOccurrences(turned, (source) =>
    [...nodesIn(source.tree)].flatMap(({ node }) => {
      const last = node.type === "CallExpression" ? wordsOf(node)?.at(-1) : undefined;
      if (
        last === undefined ||
        last.outer !== node ||
        !validating.test(last.name) ||
        notInput.test(wordsOf(node)?.[0]?.name ?? "")
      )
        return [];
      return [occurrence(source, node, last.name)];
    }),
  ).map(({ path, line, text, key }) =>
    tampering({
      rule: "v25-type-hole",
      level: "warn",
      path,
      line,
      message: `A call of \`${key}\` is gone.`,
      before: text,
      after: null,
    }),
  );
}

function heading(source: Source, node: Node): string {
  return textAt(source, node).split("\n", 1)[0] ?? "";
}
