import type { Node } from "@babel/types";
import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import type { TestFacts } from "./facts.ts";
import { dotted, isFunction, keyName, nodesIn } from "./nodes.ts";
import { newOccurrences, occurrence, type Occurrence } from "./occurrences.ts";
import { tampering, type CodePair, type Source } from "./source.ts";

/** Programs that a person or a shell starts end with an exit code of their own, also those that tests start. */
const entry =
  /(^|\/)(bin|cli|scripts?|tools?|bench(marks?)?|examples?|cmd)(\/|\.[cm]?[jt]s$)|(^|\/)(main|server|cli|index)\.[cm]?[jt]s$|[-.]cli\.[cm]?[jt]s$/;

/** V16: what makes a run green whatever happened: exit codes set to 0, `process.exit` replaced, a matcher that always passes. */
export function forcedSuccess({ code, after }: TestFacts): Finding[] {
  const testing = new Set(after.map(({ source }) => source.path));
  const judged = code.filter((pair) => testing.has(pair.path) || !isEntry(pair));
  return newOccurrences(judged, forcedIn).map(({ path, line, text }) =>
    tampering({
      rule: "v16-forced-success",
      level: "block",
      path,
      line,
      message: "The run ends as a success here, whatever the tests say.",
      before: null,
      after: text,
    }),
  );
}

function isEntry({ path, after }: CodePair): boolean {
  return entry.test(foldPath(path)) || after?.text.startsWith("#!") === true;
}

function forcedIn(source: Source): Occurrence[] {
  return [...nodesIn(source.tree)].flatMap(({ node }) => {
    const what = forcedBy(node);
    return what === null ? [] : [occurrence(source, node, what)];
  });
}

function forcedBy(node: Node): string | null {
  if (node.type === "CallExpression") {
    const name = dotted(node.callee);
    const [first] = node.arguments;
    if (
      /^(globalThis\.)?process\.(exit|reallyExit)$/.test(name) &&
      first?.type === "NumericLiteral" &&
      first.value === 0
    )
      return `${name}(0)`;
    if (name === "expect.extend" && first !== undefined && alwaysPasses(first)) return "expect.extend";
    return null;
  }
  if (node.type !== "AssignmentExpression") return null;
  const name = dotted(node.left);
  if (/(^|\.)process\.exitCode$/.test(name) && node.right.type === "NumericLiteral" && node.right.value === 0)
    return "exitCode = 0";
  if (/(^|\.)process\.(exit|reallyExit)$/.test(name) && isFunction(node.right)) return `${name} =`;
  return /^(globalThis|global)\.(expect|assert|it|test|describe)$/.test(name) ? `${name} =` : null;
}

/** A matcher that says `pass: true` and nowhere anything else. */
function alwaysPasses(matchers: Node): boolean {
  if (matchers.type !== "ObjectExpression") return false;
  return matchers.properties.some((one) => {
    const said = [...nodesIn(one)].flatMap(({ node }) =>
      node.type === "ObjectProperty" && keyName(node.key, node.computed) === "pass" ? [node.value] : [],
    );
    return said.length > 0 && said.every((value) => value.type === "BooleanLiteral" && value.value);
  });
}
