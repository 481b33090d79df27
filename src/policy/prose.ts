import { fromMarkdown } from "mdast-util-from-markdown";

/** Code units of Markdown that are parsed to look for what is executed; a longer text counts as changed in what is. */
const markdownMax = 262_144;

/**
 * Whether new Markdown brings nothing that a documentation generator or a browser executes or includes: its front matter is the one
 * that was there, and so is every live part. An empty text is a file that does not exist.
 */
export function addsOnlyProse(before: string, after: string): boolean {
  if (before.length > markdownMax || after.length > markdownMax) return false;
  if (after !== "" && frontMatter(before) !== frontMatter(after)) return false;
  const known = new Set(liveParts(before));
  return liveParts(after).every((part) => known.has(part));
}

/** What a generator reads as settings of the page: a fenced block at the very start, or `key: value` lines. Without an end: everything. */
function frontMatter(markdown: string): string | null {
  const text = markdown.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  const lines = text.split("\n");
  const isEnd = endOf(lines[0] ?? "");
  if (isEnd === null) return null;
  const end = lines.findIndex((line, at) => at > 0 && isEnd(line.trimEnd()));
  return lines.slice(0, end === -1 ? lines.length : end + 1).join("\n");
}

/** Which line ends the front matter that this first line begins; null when it begins none. */
function endOf(first: string): ((line: string) => boolean) | null {
  const fence = /^(---|\+\+\+|;;;)(?![-+;])/.exec(first)?.[1];
  if (fence !== undefined) return (line) => line === fence || (fence === "---" && line === "...");
  if (first.startsWith("{")) return (line) => line === "}";
  return /^[\w-]+:(\s|$)/.test(first) ? (line) => line === "" : null;
}

function liveParts(markdown: string): string[] {
  const parts: string[] = [];
  const visit = (node: Node): void => {
    if (isLive(node)) parts.push(JSON.stringify([node.type, ...texts(node)]));
    for (const child of node.children ?? []) visit(child);
  };
  visit(fromMarkdown(markdown));
  return parts;
}

/** Templates and snippets are replaced before Markdown is read, so they run in code and in addresses as well. */
const replacedAnywhere = /\{[{%!]|-8<-/;
/** In text: expressions and attributes in braces, directives, and the ways of including a file. */
const liveText = /\{|^:::|^<<<|^@($|import|include)|!include|\[!code|\[\[include|^(import|export)\s/im;
/** Fences that a generator hands to another program although they name a plain language. */
const executedLanguages = new Set(["eval_rst", "eval-rst", "dataviewjs"]);

function isLive(node: Node): boolean {
  if (texts(node).some((text) => replacedAnywhere.test(text))) return true;
  switch (node.type) {
    case "html":
      return true;
    case "text":
      return liveText.test(node.value ?? "");
    case "code":
      return !isPlainInfo(node);
    case "link":
    case "image":
    case "definition":
      return !isPlainAddress(node.url ?? "");
    default:
      return false;
  }
}

/** One word that names a language. Options (`{python}`, `exec="on"`) are how notebooks and generators are told to run a fence. */
function isPlainInfo({ lang, meta }: Node): boolean {
  const word = lang ?? "";
  return (meta ?? "") === "" && /^[\w+#.-]*$/.test(word) && !executedLanguages.has(word.toLowerCase());
}

/** Browsers drop blanks and control characters inside an address before they read its scheme. */
function isPlainAddress(url: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.replaceAll(/[\p{Cc}\p{Cf}\s]/gu, ""))?.[1];
  return scheme === undefined || ["http", "https", "mailto"].includes(scheme.toLowerCase());
}

function texts({ value, url, title, alt, label, lang, meta }: Node): string[] {
  return [value, url, title, alt, label, lang, meta].map((text) => text ?? "");
}

interface Node {
  type: string;
  value?: string;
  url?: string;
  title?: string | null | undefined;
  alt?: string | null | undefined;
  label?: string | null | undefined;
  lang?: string | null | undefined;
  meta?: string | null | undefined;
  children?: Node[];
}
