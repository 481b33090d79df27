import { foldPath } from "../fold-path.ts";

/** The programs inside a file of Vue, Svelte or Astro, and the comments of its markup that may be a directive. */
export type Scripts =
  | { kind: "scripts"; text: string; comments: readonly MarkupComment[] }
  | { kind: "unreadable"; reason: string };

export interface MarkupComment {
  start: number;
  end: number;
  value: string;
}

/** UTF-16 code units of a comment inside an expression of the markup; a directive is shorter. */
const directiveUnitsMax = 200;
/** Looks at a character, per character of the file, that the ends of tags may take: one tag without an end is looked for through all of it. */
const looksPerUnit = 4;
/** Scripts of these types are data, if they read as such. */
const data = /\btype\s*=\s*["']?(application\/(ld\+)?json|importmap|speculationrules)\b/i;

/** Whether a path is a component whose markup holds its program. */
export function isMarkup(path: string): boolean {
  return /\.(vue|svelte|astro)$/.test(foldPath(path));
}

/**
 * Takes the scripts out of a component: everything else becomes blanks, so that lines and places stay. Tags and quotes outside scripts are
 * not read, because each language has its own: where that could hide a script (one inside a comment or a style, an end without a start),
 * the file is unreadable. A script without an end goes to the end of the file. Time in proportion to the text: where many tags have no end,
 * the file is unreadable as well.
 */
export function scriptsIn(path: string, text: string): Scripts {
  const spans: [start: number, end: number][] = [];
  const comments: MarkupComment[] = [];
  let from = 0;
  let looks = looksPerUnit * text.length;
  if (foldPath(path).endsWith(".astro")) {
    const fence = /^[ \t\uFEFF]*---/m.exec(text);
    if (fence !== null) {
      const start = fence.index + fence[0].length;
      from = endOf(/^[ \t]*---/gm, text, start)?.start ?? text.length;
      spans.push([start, from]);
      from = Math.min(text.length, from + "---".length);
    }
  }
  const next = /<!--|<script(?=[\s/>])|<\/script|<style(?=[\s/>])|\/\*|\/\//gi;
  next.lastIndex = from;
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const [word] = found;
    const { index } = found;
    const after = index + word.length;
    if (/^<\/script/i.test(word)) return unreadable("a script ends in it that did not begin");
    if (word === "<!--") {
      const end = text.indexOf("-->", index + "<!".length);
      if (end === -1) return unreadable("a comment of its markup has no end");
      const value = text.slice(after, Math.max(after, end));
      if (/<\/?script/i.test(value)) return unreadable("a script stands inside a comment of its markup");
      comments.push({ start: index, end: end + "-->".length, value });
      next.lastIndex = end + "-->".length;
    } else if (word.startsWith("/")) {
      const value = text.slice(after, after + directiveUnitsMax).split(word === "//" ? /[\r\n]/ : "*/", 1)[0] ?? "";
      comments.push({ start: index, end: after + value.length, value });
    } else {
      const tag = tagFrom(text, after);
      looks -= tag.seen - after;
      if (looks < 0) return unreadable("too many of its tags have no end");
      const isScript = /^<script/i.test(word);
      if (tag.closed) next.lastIndex = tag.end;
      else {
        const close = endOf(isScript ? /<\/script(?=[\s/>])/gi : /<\/style(?=[\s/>])/gi, text, tag.end);
        if (close === null && !isScript) return unreadable("a style has no end");
        const content = text.slice(tag.end, close?.start ?? text.length);
        if (!isScript && /<\/?script/i.test(content)) return unreadable("a script stands inside a style");
        if (isScript && !(data.test(text.slice(after, tag.end)) && isJson(content)))
          spans.push([tag.end, tag.end + content.length]);
        next.lastIndex = close?.end ?? text.length;
      }
    }
  }
  return { kind: "scripts", text: onlySpans(text, spans), comments };
}

function unreadable(reason: string): Scripts {
  return { kind: "unreadable", reason };
}

/**
 * The end of a tag whose name ends at `at`; a quote counts only behind `=`. A tag without an end is empty: what follows is its content.
 * `seen`: how far it was looked for.
 */
function tagFrom(text: string, at: number): { end: number; closed: boolean; seen: number } {
  const part = /=\s*(?:"[^"]*"|'[^']*')|>/g;
  part.lastIndex = at;
  for (let found = part.exec(text); found !== null; found = part.exec(text))
    if (found[0] === ">") return { end: found.index + 1, closed: text[found.index - 1] === "/", seen: found.index };
  return { end: at, closed: false, seen: text.length };
}

function endOf(pattern: RegExp, text: string, from: number): { start: number; end: number } | null {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  return found === null ? null : { start: found.index, end: found.index + found[0].length };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function onlySpans(text: string, spans: readonly (readonly [number, number])[]): string {
  let result = "";
  let at = 0;
  for (const [start, end] of spans) {
    result += blank(text.slice(at, start)) + text.slice(start, end);
    at = end;
  }
  return result + blank(text.slice(at));
}

/** All but the ends of lines, as the parser counts them. */
function blank(text: string): string {
  return text.replace(/[^\n\r\u2028\u2029]/g, " ");
}
