import { fromMarkdown } from "mdast-util-from-markdown";
import { foldPath } from "../inspect/fold-path.ts";

/**
 * What executes a file, as far as its name and content tell.
 * `text`: nothing does. `source`: the program does, and types, lint and tests judge it. `other`: something else may, and no check of ours looks.
 */
export type FileType = "text" | "source" | "other";

const source = /\.([cm]?[jt]sx?|json|css|scss|less|vue|svelte|astro|snap)$/;
/** Programs of a tool, not of the repository: they run before any check does. */
const toolProgram = /(^|\/)([^/]+\.config\.[cm]?[jt]s|\.[^/]+|(gulpfile|gruntfile|dangerfile|cmakelists)\.[^/]+)$/;

/** Code units of Markdown that are parsed to look for HTML; a longer text counts as `other`. */
const markdownMax = 262_144;

/**
 * The type of an entry. An unknown name is `other`, because a name that nobody listed may be run by something.
 * In: the path and both texts; empty where the file does not exist, null where the content is binary.
 */
export function fileType(path: string, before: string | null, after: string | null): FileType {
  const folded = foldPath(path);
  if (before === null || after === null || toolProgram.test(folded)) return "other";
  if (folded.endsWith(".txt")) return "text";
  if (/\.(md|markdown)$/.test(folded)) return addsOnlyProse(before, after) ? "text" : "other";
  return source.test(folded) ? "source" : "other";
}

/** Whether all raw HTML and template braces of the new Markdown, which documentation generators execute, were there before. */
function addsOnlyProse(before: string, after: string): boolean {
  if (before.length > markdownMax || after.length > markdownMax) return false;
  const known = new Set(liveParts(before));
  return liveParts(after).every((part) => known.has(part));
}

function liveParts(markdown: string): string[] {
  const parts: string[] = [];
  const visit = (node: Node): void => {
    const live = node.type === "html" || (node.type === "text" && /\{[{%]/.test(node.value ?? ""));
    if (live) parts.push(node.value ?? "");
    for (const child of node.children ?? []) visit(child);
  };
  visit(fromMarkdown(markdown));
  return parts;
}

interface Node {
  type: string;
  value?: string;
  children?: Node[];
}
