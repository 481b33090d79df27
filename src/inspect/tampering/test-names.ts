import type { Node } from "@babel/types";
import { bare, nodesIn, stringValue, wordsOf, type Word } from "./nodes.ts";
import type { Source } from "./source.ts";

/** Runners and assertion libraries whose functions may be imported under another name. */
const libraries =
  /^(vitest|@jest\/globals|node:test|bun:test|mocha|ava|tap|tape|uvu|qunit|@playwright\/test|node:assert(\/strict)?|assert(\/strict)?|chai|uvu\/assert|@std\/assert)$/;

const cases = /^(it|test|specify|xit|xtest|xspecify|fit|ftest)$/;
const suites = /^(describe|suite|context|xdescribe|xcontext|xsuite|fdescribe|fcontext)$/;
/** What may stand between the function and its arguments. Anything else (`test.use`, `test.step`, `test.before`) declares no test. */
const modifier =
  /^(concurrent|sequential|parallel|serial|shuffle|only|skip|todo|fails|failing|fixme|fail|each|for|skipIf|todoIf|failIf|runIf|if|extend)$/;
const namespaces = /^(QUnit|Deno|tap|t|mocha|vitest)$/;

/** How a file names the functions of its runner: local name → the name in the library; "*" for a whole library. */
export type Names = ReadonlyMap<string, string>;

export interface TestCall {
  kind: "case" | "suite";
  /** `it`, `xtest`, `describe`: the name in the library. */
  name: string;
  /** The words behind it, in order. */
  modifiers: Word[];
  call: Extract<Node, { type: "CallExpression" }>;
  /** The variable that chose between two functions, as in `const maybe = ci ? it.skip : it`. */
  chosenBy: Node | null;
}

/** The imported names of a file, and its own variables that stand for a test function (`const only = it.only`). */
export function namesOf({ tree }: Source): { names: Names; aliases: ReadonlyMap<string, Node> } {
  const names = new Map<string, string>();
  const aliases = new Map<string, Node>();
  for (const { node } of nodesIn(tree)) {
    if (node.type === "ImportDeclaration" && libraries.test(node.source.value)) {
      const isAssert = /assert/.test(node.source.value);
      for (const one of node.specifiers) {
        if (one.type === "ImportSpecifier")
          names.set(one.local.name, `${isAssert ? "assert." : ""}${stringValue(one.imported) ?? nameOf(one.imported)}`);
        else names.set(one.local.name, isAssert ? "assert" : one.type === "ImportDefaultSpecifier" ? "test" : "*");
      }
    }
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) continue;
    const required = requiredLibrary(node.init);
    if (required !== null && libraries.test(required))
      names.set(node.id.name, /assert/.test(required) ? "assert" : "test");
    else aliases.set(node.id.name, node.init);
  }
  return { names, aliases };
}

/**
 * What a call declares by the identity of its callee: the names of the runners, imported or global. A property or text of the same name
 * is none. `contexts`: names that a surrounding test got as its argument (`t` in node:test), whose `test` declares a part of it.
 */
export function testCall(
  call: Node,
  { names, aliases }: ReturnType<typeof namesOf>,
  contexts: ReadonlySet<string>,
): TestCall | null {
  if (call.type !== "CallExpression") return null;
  const words = wordsOf(call);
  const [first] = words ?? [];
  if (words === null || first === undefined || words.at(-1)?.outer !== call) return null;
  const alias = aliases.get(first.name);
  const direct = declared(words, names, contexts);
  if (direct !== null) return { ...direct, call, chosenBy: null };
  if (alias === undefined || alias === call) return null;
  const chosen = functionsIn(alias, names);
  const [one] = chosen;
  if (one === undefined || !words.slice(1).every(({ name }) => modifier.test(name))) return null;
  const modifiers = chosen.length === 1 ? one.modifiers : [];
  return { ...one, modifiers: [...modifiers, ...words.slice(1)], call, chosenBy: chosen.length > 1 ? alias : null };
}

function declared(words: readonly Word[], names: Names, contexts: ReadonlySet<string>) {
  const [first, second] = words;
  if (first === undefined) return null;
  const imported = names.get(first.name) ?? first.name;
  const start = imported === "*" || namespaces.test(first.name) || contexts.has(first.name) ? 1 : 0;
  const isContext = start === 1 && contexts.has(first.name);
  const name = start === 0 ? imported : (second?.name ?? "");
  let modifiers = words.slice(start + 1);
  if (isContext && name !== "test" && name !== "it" && name !== "describe" && name !== "suite") return null;
  // Playwright has `test.describe`, node:test has `test.describe` and `test.it`.
  const [inner] = modifiers;
  const isSuite = suites.test(name) || (inner !== undefined && suites.test(inner.name));
  if (inner !== undefined && (suites.test(inner.name) || cases.test(inner.name))) modifiers = modifiers.slice(1);
  if (!isSuite && !cases.test(name)) return null;
  if (!modifiers.every((word) => modifier.test(word.name))) return null;
  if (modifiers.some((word) => word.name === "extend")) return null;
  return {
    kind: isSuite ? ("suite" as const) : ("case" as const),
    name: isSuite && inner ? inner.name : name,
    modifiers,
  };
}

/** The test functions among which an expression chooses: `ci ? it.skip : it` has two, `it.only` one. */
function functionsIn(expression: Node, names: Names) {
  const inner = bare(expression);
  const choices = inner.type === "ConditionalExpression" ? [inner.consequent, inner.alternate] : [inner];
  return choices.flatMap((choice) => {
    const words = wordsOf(choice);
    const found = words === null ? null : declared(words, names, new Set());
    return found === null ? [] : [found];
  });
}

function requiredLibrary(init: Node): string | null {
  const words = wordsOf(init);
  const [first] = words ?? [];
  if (first?.name !== "require" || first.call === null || first.call.type === "TaggedTemplateExpression") return null;
  return stringValue(first.call.arguments[0]);
}

function nameOf(node: Node): string {
  return node.type === "Identifier" ? node.name : "";
}
