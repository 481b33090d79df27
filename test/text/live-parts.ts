import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes, parseFragment } from "parse5";

const harmless = new Set(["p", "ul", "ol", "li", "blockquote", "pre", "code", "strong", "em", "br"]);

/**
 * An independent reading of an outgoing text, the way GitHub would treat it: rendered to HTML, then looked over element by element and text
 * by text; and once more as raw lines, for bots and for commit messages made of it. Out: everything that would act, by name.
 */
export function liveParts(markdown: string): string[] {
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const found: string[] = [];
  walk(parseFragment(html), false, found);
  const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+(?:[\w.-]+\/[\w.-]+)?(?:#\d|https?:\/\/)/i;
  if (closing.test(markdown)) found.push("closing keyword");
  if (/^\/[a-z][\w-]*(?:\s|$)/im.test(markdown)) found.push("command");
  if (/\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/i.test(markdown)) found.push("skip");
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(markdown))
    found.push("control");
  if (!markdown.isWellFormed()) found.push("half character");
  return [...new Set(found)].toSorted();
}

function walk(node: DefaultTreeAdapterTypes.Node, inCode: boolean, found: string[]): void {
  if (node.nodeName === "#comment") found.push("comment");
  if ("tagName" in node && !harmless.has(node.tagName)) found.push(`<${node.tagName}>`);
  if (
    "tagName" in node &&
    node.attrs.some(({ name, value }) => name === "class" && /mermaid|suggestion|math|geojson/.test(value))
  ) {
    found.push("drawn code");
  }
  if ("value" in node && !inCode) found.push(...liveText(node.value));
  if (!("childNodes" in node)) return;
  for (const child of node.childNodes)
    walk(child, inCode || node.nodeName === "code" || node.nodeName === "pre", found);
}

function liveText(text: string): string[] {
  return [
    /(?:^|[^\w])@[a-z0-9]/i.test(text) ? "mention" : "",
    /#\d/.test(text) || /\bGH-\d/i.test(text) ? "reference" : "",
    /(?:https?:\/\/|www\.)\w/i.test(text) ? "address" : "",
  ].filter((part) => part !== "");
}
