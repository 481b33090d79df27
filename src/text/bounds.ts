import { fromMarkdown } from "mdast-util-from-markdown";
import { untangled } from "./tangles.ts";

/** Quotes and lists inside each other on one line. GitHub shows no more than a handful usefully. */
const containersMax = 16;
/** Emphasis marks, and brackets, of one paragraph: the parser's time grows with their square. */
const marksMax = 2_000;
const bracketsMax = 3_000;

const emphasis = /\*+|~+|(?<!\w)_+|_+(?!\w)/g;
const containers = /^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/gm;

/**
 * Markdown without the shapes that make a parser slow or deep: so nested, so tangled, so many marks or brackets that nobody wrote it
 * to be read. Ordinary text comes back as it is. Out: the text, and how many UTF-16 code units were taken away. Idempotent.
 */
export function boundMarkdown(markdown: string): { text: string; removed: number } {
  const flat = untangled(markdown.replaceAll(containers, boundContainers));
  const plain = count(flat, emphasis) <= marksMax && count(flat, /\]/g) <= bracketsMax;
  const text = plain ? flat : untangled(boundParagraphs(flat));
  return { text, removed: markdown.length - text.length };
}

function boundContainers(prefix: string): string {
  const marks = prefix.match(/[ \t]*(?:>|[-+*]|\d{1,9}[.)])/g) ?? [];
  return marks.length <= containersMax ? prefix : marks.slice(0, containersMax).join("");
}

/** Only now is it worth finding the code blocks, which may hold any number of marks. */
function boundParagraphs(text: string): string {
  const pieces: string[] = [];
  let done = 0;
  for (const [start, end] of codeBlocks(text)) {
    pieces.push(
      ...text
        .slice(done, start)
        .split(/(\n[ \t]*\n)/)
        .map(boundParagraph),
      text.slice(start, end),
    );
    done = end;
  }
  pieces.push(
    ...text
      .slice(done)
      .split(/(\n[ \t]*\n)/)
      .map(boundParagraph),
  );
  return pieces.join("");
}

function boundParagraph(paragraph: string): string {
  if (count(paragraph, /\]/g) > bracketsMax) return "";
  return count(paragraph, emphasis) > marksMax ? paragraph.replaceAll(/[*~_]+/g, "") : paragraph;
}

function codeBlocks(text: string): [start: number, end: number][] {
  const quiet = { disable: { null: ["attention", "labelStartLink", "labelStartImage", "labelEnd"] } };
  const found: [number, number][] = [];
  const open = [...fromMarkdown(text, { extensions: [quiet] }).children];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "code") found.push([node.position?.start.offset ?? 0, node.position?.end.offset ?? 0]);
    else if (node.type === "blockquote" || node.type === "listItem" || node.type === "list")
      open.push(...node.children);
  }
  return found.toSorted((a, b) => a[0] - b[0]);
}

function count(text: string, pattern: RegExp): number {
  let found = 0;
  for (const _ of text.matchAll(pattern)) found += 1;
  return found;
}
