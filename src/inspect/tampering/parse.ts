import { parse, type ParserOptions } from "@babel/parser";
import type { Comment, File } from "@babel/types";
import { foldPath } from "../fold-path.ts";
import { isMarkup, scriptsIn, type MarkupComment } from "./markup.ts";
import { nodesIn } from "./nodes.ts";

/** UTF-16 code units of one file that are parsed. Hand-written sources are far below; bundles are not for these rules. */
export const sourceUnitsMax = 1024 * 1024;
/** Levels of nodes inside nodes. Measured: the deepest hand-written file seen has about 60. */
const depthMax = 1_000;
/**
 * Characters the parser may read per character of the file, and a start for short ones. It reads 1.4 for ordinary code. Where TypeScript
 * is ambiguous it tries one reading after the other, and nested `<T>(` makes that exponential: this bound keeps every file linear.
 */
const readsPerUnit = 40;
const readsAtLeast = 10_000;

type Plugins = NonNullable<ParserOptions["plugins"]>;
export type Parsed = { kind: "parsed"; tree: File } | { kind: "unreadable"; reason: string };

/** The languages by the ending of a path; a list per attempt. null: no JavaScript and no TypeScript. */
function attemptsFor(path: string): Plugins[] | null {
  const folded = foldPath(path);
  if (isMarkup(path))
    return [
      ["typescript", "decorators"],
      ["typescript", "jsx", "decorators"],
      ["jsx", "decorators"],
    ];
  if (/\.(ts|mts|cts)$/.test(folded)) {
    const declarations = /\.d(\.[a-z]+)?\.[cm]?ts$/.test(folded);
    const typescript: Plugins[number] = ["typescript", { dts: declarations }];
    return [
      [typescript, "decorators"],
      [typescript, "decorators-legacy"],
    ];
  }
  if (folded.endsWith(".tsx"))
    return [
      ["typescript", "jsx", "decorators"],
      ["typescript", "jsx", "decorators-legacy"],
    ];
  if (/\.(js|jsx|mjs|cjs)$/.test(folded))
    return [
      ["jsx", "decorators"],
      ["jsx", "flow"],
    ];
  return null;
}

/** Whether the rules read a path as code. */
export function isCode(path: string): boolean {
  return attemptsFor(path) !== null;
}

/**
 * Reads JavaScript or TypeScript, and the scripts of Vue, Svelte and Astro. Never throws on bad input: what is too large, too deep, too ambiguous or no program is `unreadable`,
 * with the reason for a reader. Errors that the parser can step over (a name declared twice) do not make a file unreadable.
 */
export function parseCode(path: string, text: string): Parsed {
  if (text.length > sourceUnitsMax)
    return { kind: "unreadable", reason: `it is longer than ${sourceUnitsMax} characters` };
  const scripts = isMarkup(path) ? scriptsIn(path, text) : { kind: "scripts" as const, text, comments: [] };
  if (scripts.kind === "unreadable") return scripts;
  let reason = "it is neither JavaScript nor TypeScript";
  for (const plugins of attemptsFor(path) ?? []) {
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parser only calls methods of a string, and this one has them all
      const tree = parse(new MeteredText(scripts.text) as unknown as string, {
        sourceType: "unambiguous",
        errorRecovery: true,
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        plugins,
      });
      if (isTooDeep(tree)) return { kind: "unreadable", reason: `its code nests deeper than ${depthMax} levels` };
      withComments(tree, scripts.comments, text);
      return { kind: "parsed", tree };
    } catch (error) {
      reason = reasonOf(error);
    }
  }
  return { kind: "unreadable", reason };
}

/** The comments of the markup beside those of the scripts, sorted as the rules expect them. */
function withComments(tree: File, comments: readonly MarkupComment[], text: string): void {
  if (comments.length === 0) return;
  let [line, at] = [1, 0];
  const found = comments.map(({ start, end, value }): Comment => {
    line += text.slice(at, start).split(/\r\n|[\n\r\u2028\u2029]/).length - 1;
    at = start;
    const place = { line, column: 0, index: start };
    const loc = { start: place, end: place, filename: "", identifierName: null };
    return { type: "CommentBlock", value, start, end, loc };
  });
  tree.comments = [...(tree.comments ?? []), ...found].toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0));
}

class TooMuchWork extends Error {}

/** A text that counts how often the parser looks at a character, and ends the parsing when that is out of proportion. */
class MeteredText extends String {
  #readsLeft: number;

  constructor(text: string) {
    super(text);
    this.#readsLeft = text.length * readsPerUnit + readsAtLeast;
  }

  override charCodeAt(index: number): number {
    this.#readsLeft -= 1;
    if (this.#readsLeft < 0) throw new TooMuchWork();
    return super.charCodeAt(index);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TooMuchWork) return "reading it takes out of proportion long";
  if (error instanceof RangeError) return "its code nests too deep";
  if (error instanceof SyntaxError) return `it does not parse: ${error.message}`;
  throw error;
}

function isTooDeep(tree: File): boolean {
  for (const { depth } of nodesIn(tree)) if (depth > depthMax) return true;
  return false;
}
