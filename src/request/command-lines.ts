import type { Nodes, Paragraph, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { boundMarkdown } from "../text/bounds.ts";
import { openElements } from "../text/visible.ts";

/**
 * UTF-16 code units of a comment that can hold a command. The App reads every stranger's comment before it knows who may ask, so
 * reading one must stay a matter of milliseconds.
 */
export const commandUnitsMax = 16_384;

/** Lines looked at closely; a comment with more of them is refused as `multiple` all the same. */
const candidatesMax = 8;

export interface CommandLine {
  text: string;
  /** Index of the line in `all`, the whole comment. */
  index: number;
  all: readonly string[];
}

/**
 * The lines of a comment that are addressed to us: `/agent` at column 0 of a top-level paragraph, as CommonMark with GitHub's additions
 * reads it, and not inside HTML that lies around the paragraph. In: the raw body with any line ends; one longer than
 * `commandUnitsMax` holds none. Never throws.
 */
export function commandLines(body: string): CommandLine[] {
  if (body.length > commandUnitsMax) return [];
  const text = body.replaceAll(/\r\n?/g, "\n");
  const all = text.split("\n");
  if (!all.some(isAddressed)) return [];
  // A text so tangled that it must be cut to be read safely is not a request.
  if (boundMarkdown(text).removed > 0) return [];
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return tree.children
    .filter((node) => node.type === "paragraph")
    .flatMap((paragraph) => linesOf(paragraph, all))
    .slice(0, candidatesMax)
    .filter(({ index }) => !isInsideHtml(tree, index + 1));
}

/** Whether a comment is too long for a command and yet has a line that looks like one, wherever it stands. */
export function isTooLong(body: string): boolean {
  return body.length > commandUnitsMax && /^\/agent(?=[ \t\r\n]|$)/m.test(body);
}

/** `/agent`, then the end of the line or an ASCII space or tab: nothing else ends the word. */
function isAddressed(line: string): boolean {
  return /^\/agent(?:[ \t]|$)/.test(line);
}

function linesOf(paragraph: Paragraph, all: readonly string[]): CommandLine[] {
  const first = paragraph.position?.start.line ?? 0;
  const last = paragraph.position?.end.line ?? -1;
  return all
    .slice(first - 1, last)
    .map((text, offset) => ({ text, index: first - 1 + offset, all }))
    .filter(({ text, index }) => isAddressed(text) && startsAsText(paragraph, index + 1));
}

/** Whether the line begins in the paragraph's own text, not in a code span, link, emphasis or tag that began on a line before. */
function startsAsText({ children }: Paragraph, line: number): boolean {
  return children.some(({ type, position }) => {
    if (type !== "text" || position === undefined) return false;
    const { start, end } = position;
    const begun = start.line < line || (start.line === line && start.column === 1);
    return begun && (end.line > line || (end.line === line && end.column > 1));
  });
}

/** Asks where an element would stand in a paragraph that begins on this line, after all HTML before it: anywhere but directly there is inside. */
function isInsideHtml(tree: Root, line: number): boolean {
  const html = htmlBefore(tree, line);
  let marker = "airlock";
  while (html.toLowerCase().includes(marker)) marker += "x";
  return openElements(`${html}<p><${marker}>`).join(" ") !== `p ${marker}`;
}

/** All raw HTML that begins before a line, wherever it stands: a tag left open in a list goes on after it. */
function htmlBefore(tree: Root, line: number): string {
  const found: string[] = [];
  const open: Nodes[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // Footnotes are shown at the end of the page, after everything else.
    if ((node.position?.start.line ?? 0) > line || node.type === "footnoteDefinition") continue;
    if (node.type === "html" && (node.position?.start.line ?? 0) < line) found.push(node.value);
    if ("children" in node) open.push(...node.children.toReversed());
  }
  return found.join("");
}
