import type { Node } from "@babel/types";

export interface Visited {
  node: Node;
  /** null for the root. */
  parent: Visited | null;
  depth: number;
}

/** Keys of a node that hold no nodes of the program. */
const noChildren = new Set([
  "loc",
  "leadingComments",
  "trailingComments",
  "innerComments",
  "extra",
  "comments",
  "tokens",
  "errors",
]);

/**
 * Every node below and including a root, in the order of the text, each with the way to it. Without recursion, so that depth costs no
 * stack. `enter` false: the node itself is given, what is inside it is not.
 */
export function* nodesIn(root: Node, enter: (node: Node) => boolean = () => true): Generator<Visited> {
  const open: Visited[] = [{ node: root, parent: null, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    if (next.parent !== null && !enter(next.node)) continue;
    const inside = childrenOf(next.node);
    for (let index = inside.length - 1; index >= 0; index -= 1) {
      const node = inside[index];
      if (node !== undefined) open.push({ node, parent: next, depth: next.depth + 1 });
    }
  }
}

/** Some twenty rules walk the same trees; looking through the keys of a node is what costs. */
const knownChildren = new WeakMap<Node, readonly Node[]>();

/** The nodes directly inside a node, in the order of the text. */
export function childrenOf(node: Node): readonly Node[] {
  const known = knownChildren.get(node);
  if (known !== undefined) return known;
  const found: Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== "object" || value === null || noChildren.has(key)) continue;
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) found.push(one);
    } else if (isNode(value)) found.push(value);
  }
  knownChildren.set(node, found);
  return found;
}

export function isFunction(node: Node): boolean {
  return /^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration|ObjectMethod|ClassMethod)$/.test(node.type);
}

/** What stands inside parentheses, casts and other wrappers that change no value. */
export function bare(node: Node): Node {
  let inner = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner;
}

type Call = Extract<Node, { type: "CallExpression" | "OptionalCallExpression" | "TaggedTemplateExpression" }>;

/** One word of a chain like `it.each(table)("title", …)`, with the calls that follow it. */
export interface Word {
  name: string;
  node: Node;
  /** The first call behind the word: `each(table)`. */
  call: Call | null;
  /** The last one: `…("title", …)`. The same as the first when there is only one. */
  outer: Call | null;
}

/**
 * The words of a chain of members and calls that starts at a name: `expect(x).not.toBe(1)` is expect(…), not, toBe(…).
 * null when it starts anywhere else, or a member is computed: then nobody knows what is called.
 */
export function wordsOf(node: Node): Word[] | null {
  const words: Word[] = [];
  let [call, outer]: [Call | null, Call | null] = [null, null];
  let at = bare(node);
  for (;;) {
    if (
      at.type === "CallExpression" ||
      at.type === "OptionalCallExpression" ||
      at.type === "TaggedTemplateExpression"
    ) {
      call = at;
      outer ??= at;
      at = bare(at.type === "TaggedTemplateExpression" ? at.tag : at.callee);
    } else if (at.type === "MemberExpression" || at.type === "OptionalMemberExpression") {
      const name = memberName(at);
      if (name === null) return null;
      words.push({ name, node: at, call, outer });
      [call, outer] = [null, null];
      at = bare(at.object);
    } else if (at.type === "Identifier" || at.type === "ThisExpression") {
      words.push({ name: at.type === "ThisExpression" ? "this" : at.name, node: at, call, outer });
      return words.toReversed();
    } else return null;
  }
}

/** The names of a chain without calls inside: `process.env.CI` → "process.env.CI"; the empty text for anything else. */
export function dotted(node: Node): string {
  return (wordsOf(node) ?? []).map(({ name }) => name).join(".");
}

/** The key of a property that is written out; null when it is computed. */
export function keyName(key: Node, computed: boolean): string | null {
  if (key.type === "StringLiteral") return key.value;
  if (key.type === "NumericLiteral") return String(key.value);
  return !computed && key.type === "Identifier" ? key.name : null;
}

/** The text of a string or of a template without holes; null for everything else. */
export function stringValue(node: Node | null | undefined): string | null {
  if (node === null || node === undefined) return null;
  const inner = bare(node);
  if (inner.type === "StringLiteral") return inner.value;
  if (inner.type !== "TemplateLiteral" || inner.expressions.length > 0) return null;
  return inner.quasis[0]?.value.cooked ?? null;
}

/** Whether a node is written out entirely: literals, and arrays, objects and calls of nothing else. */
export function isLiteral(node: Node): boolean {
  const inner = bare(node);
  if (/^(String|Numeric|Boolean|Null|BigInt|RegExp)Literal$/.test(inner.type)) return true;
  if (inner.type === "Identifier") return /^(undefined|NaN|Infinity)$/.test(inner.name);
  if (inner.type === "UnaryExpression") return isLiteral(inner.argument);
  if (inner.type === "TemplateLiteral") return inner.expressions.length === 0;
  if (inner.type === "ArrayExpression") return inner.elements.every((one) => one === null || isLiteral(one));
  return (
    inner.type === "ObjectExpression" &&
    inner.properties.every((one) => one.type === "ObjectProperty" && isLiteral(one.value))
  );
}

type Wrapper = Extract<
  Node,
  {
    type:
      | "TSAsExpression"
      | "TSSatisfiesExpression"
      | "TSNonNullExpression"
      | "TSTypeAssertion"
      | "TSInstantiationExpression"
      | "ParenthesizedExpression";
  }
>;

function isWrapper(node: Node): node is Wrapper {
  return /^(TS(As|Satisfies|NonNull|Instantiation)Expression|TSTypeAssertion|ParenthesizedExpression)$/.test(node.type);
}

function memberName(node: Extract<Node, { type: "MemberExpression" | "OptionalMemberExpression" }>): string | null {
  return node.property.type === "PrivateName" ? null : keyName(node.property, node.computed);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
