import type { Emphasis, Nodes, PhrasingContent, RootContent, Strong, Table } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { boundMarkdown } from "./bounds.ts";
import { cutNotice, sliceWhole } from "./clip.ts";
import { codeBlock, codeSpan } from "./code.ts";
import { defuseCode, defuseSpan } from "./defuse.ts";
import { escapeText } from "./escape.ts";

/** Containers inside containers; deeper ones are shown as their text. */
const depthMax = 8;

/** Languages GitHub only colours. Others draw (`mermaid`), or act (`suggestion`), and lose their name. */
const languages =
  /^(?:bash|c|cpp|cs|css|diff|dockerfile|go|graphql|html|ini|java|js|json|json5|jsx|kotlin|less|lua|markdown|md|php|py|python|rb|ruby|rust|scss|sh|shell|sql|swift|toml|ts|tsx|text|txt|vue|xml|yaml|yml|javascript|typescript|console|log)$/;

/**
 * Reads Markdown and writes it anew with only the harmless part of it: paragraphs, lists, quotes, code, bold and italics. Everything else
 * is shown as text. Because it is written by us and not filtered, nothing survives that we did not write. At most `unitsMax` code units.
 */
export function containedMarkdown(markdown: string, unitsMax: number): string {
  const source = boundMarkdown(markdown).text;
  let room = Math.min(source.length, unitsMax);
  for (;;) {
    const cut = room < source.length;
    const text = render(cut ? wholeLines(source, room) : source) + (cut ? `\n\n${cutNotice}` : "");
    if (text.length <= unitsMax || room === 0) return text.slice(0, unitsMax);
    // Escaping lengthens: give the source as much less as the result was too long.
    room = Math.floor(room * Math.min(0.9, unitsMax / text.length));
  }
}

function wholeLines(source: string, units: number): string {
  const head = sliceWhole(source, units);
  const lineEnd = head.lastIndexOf("\n");
  return lineEnd > units / 2 ? head.slice(0, lineEnd) : head;
}

function render(source: string): string {
  const tree = fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return blocks(tree.children, { source, depth: 0 });
}

interface Place {
  source: string;
  depth: number;
}

function blocks(nodes: readonly RootContent[], place: Place, gap = "\n\n"): string {
  return nodes
    .map((node) => block(node, place))
    .filter((text) => text !== "")
    .join(gap);
}

function block(node: RootContent, place: Place): string {
  if (place.depth > depthMax) return escapeText(sourceOf(node, place).replaceAll(/\s+/g, " "));
  const inner = { ...place, depth: place.depth + 1 };
  switch (node.type) {
    case "paragraph":
      return inline(node.children);
    case "heading":
      return strong(escapeText(textOf(node).replaceAll(/\s+/g, " ").trim()));
    case "blockquote":
      return prefixed(blocks(node.children, inner), "> ", "> ");
    case "list":
      return node.children
        .map((item, index) => {
          const marker = node.ordered === true ? `${((node.start ?? 1) + index) % 1_000_000_000}. ` : "- ";
          const box = item.checked === null || item.checked === undefined ? "" : item.checked ? "\\[x\\] " : "\\[ \\] ";
          const gap = (item.spread ?? false) ? "\n\n" : "\n";
          return prefixed(box + blocks(item.children, inner, gap), marker, " ".repeat(marker.length));
        })
        .join("\n");
    case "code":
      return codeBlock(defuseCode(node.value), languages.test(node.lang ?? "") ? (node.lang ?? "") : "");
    case "html":
      return escapeText(node.value);
    case "table":
      return tableLines(node);
    case "footnoteDefinition":
      return `${escapeText(`[${node.identifier}]`)} ${blocks(node.children, inner)}`;
    case "thematicBreak":
    case "definition":
      return "";
    case "break":
    case "delete":
    case "emphasis":
    case "footnoteReference":
    case "image":
    case "imageReference":
    case "inlineCode":
    case "link":
    case "linkReference":
    case "listItem":
    case "strong":
    case "tableCell":
    case "tableRow":
    case "text":
    case "yaml":
      // None of these stands among blocks in a tree of this parser; as text they are harmless.
      return escapeText(textOf(node));
  }
}

/** A table of the text would look like ours: its rows become lines. */
function tableLines(table: Table): string {
  return table.children
    .map((row) => escapeText(row.children.map((item) => textOf(item).replaceAll(/\s+/g, " ").trim()).join(" | ")))
    .join("\n");
}

type Piece = { kind: "text" | "code" | "mark"; text: string };

function inline(nodes: readonly PhrasingContent[]): string {
  const pieces: Piece[] = [];
  for (const node of nodes) collect(node, pieces, 0);
  return pieces
    .map(({ kind, text }) => (kind === "text" ? escapeText(text) : text))
    .reduce((done, next) => {
      // Two code spans side by side would read as one with the wrong ends. No other piece begins or ends with a backtick.
      return done.endsWith("`") && next.startsWith("`") ? `${done} ${next}` : done + next;
    }, "")
    .trim();
}

/** Text that stands side by side is joined before it is escaped, so that nothing comes to life where something was left out. */
function collect(node: PhrasingContent, pieces: Piece[], depth: number): void {
  if (node.type === "inlineCode") {
    const span = codeSpan(defuseSpan(node.value));
    if (span !== "") pieces.push({ kind: "code", text: span });
    return;
  }
  const text = textOf(node);
  if (isMarked(node) && depth < depthMax && text.trim() !== "") {
    const mark: Piece = { kind: "mark", text: node.type === "strong" ? "**" : "*" };
    pieces.push(mark);
    for (const child of node.children) collect(child, pieces, depth + 1);
    pieces.push(mark);
    return;
  }
  const last = pieces.at(-1);
  if (last?.kind === "text") last.text += text;
  else if (text !== "") pieces.push({ kind: "text", text });
}

function isMarked(node: PhrasingContent): node is Strong | Emphasis {
  return node.type === "strong" || node.type === "emphasis";
}

/** What a reader would see of a node, as plain text: an image by its description, a link by its text and address. */
function textOf(root: Nodes): string {
  const out: string[] = [];
  const open: (Nodes | string)[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === "string") out.push(node);
    else if (node.type === "break") out.push("\n");
    else if (node.type === "image" || node.type === "imageReference") out.push(`[image: ${node.alt ?? ""}]`);
    else if (node.type === "footnoteReference") out.push(`[${node.identifier}]`);
    else if ("value" in node) out.push(node.value);
    else if ("children" in node) {
      if (node.type === "link" && !isOwnText(node.url, node.children)) open.push(` (${node.url})`);
      open.push(...node.children.toReversed());
    }
  }
  return out.join("");
}

function isOwnText(url: string, children: readonly PhrasingContent[]): boolean {
  const [only] = children;
  return only?.type === "text" && url.endsWith(only.value);
}

function strong(text: string): string {
  return text === "" ? "" : `**${text}**`;
}

function prefixed(text: string, first: string, rest: string): string {
  return text
    .split("\n")
    .map((line, index) => `${index === 0 ? first : rest}${line}`.trimEnd())
    .join("\n");
}

function sourceOf(node: Nodes, { source }: Place): string {
  return source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}
