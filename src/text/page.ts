import type { Token } from "parse5";
import { codeBlock, codeSpan } from "./code.ts";
import { blockElements } from "./elements.ts";
import { inertText } from "./inert.ts";
import { type Layout, openLayout } from "./layout.ts";

/** The text of a page as it is built, element by element. Only what is seen may be given to it. */
export interface Page {
  enter(name: string, attrs: readonly Token.Attribute[]): void;
  leave(name: string): void;
  text(chars: string): void;
  /** Ends the page. Out: its text, and the code units of comments that were written so that they only appear in the text. */
  end(): { text: string; hidden: number };
}

interface State {
  layout: Layout;
  /** The open paragraph: text, and code spans that stay as they are. */
  pieces: { code: boolean; text: string }[];
  /** Marks of the heading that is open. */
  heading: string;
  lists: { ordered: boolean; next: number }[];
  /** Cells of the table row so far. */
  cells: number;
  /** Code that is open: its element, what it holds, and how many elements of that name lie inside it. */
  code: { name: string; language: string; text: string; inner: number } | null;
  hidden: number;
}

/** Plain text with the marks of plain writing, laid out so that reading it as Markdown again gives the same text. */
export function openPage(): Page {
  const state: State = { layout: openLayout(), pieces: [], heading: "", lists: [], cells: 0, code: null, hidden: 0 };
  return {
    enter: (name, attrs) => (state.code === null ? enter(state, name, attrs) : enterInCode(state.code, name, attrs)),
    leave: (name) => (state.code === null ? leave(state, name) : leaveCode(state, state.code, name)),
    text: (chars) => {
      if (state.code === null) addText(state, chars);
      else state.code.text += chars;
    },
    end() {
      if (state.code !== null) closeCode(state, state.code);
      flush(state);
      return { text: state.layout.text(), hidden: state.hidden };
    },
  };
}

function enter(state: State, name: string, attrs: readonly Token.Attribute[]): void {
  if (blockElements.has(name)) flush(state);
  const { layout, lists } = state;
  if (name === "pre" || name === "code" || name === "tt" || name === "samp" || name === "kbd") {
    state.code = { name, language: "", text: "", inner: 0 };
  } else if (/^h[1-6]$/.test(name)) state.heading = `${"#".repeat(Number(name.charAt(1)))} `;
  else if (name === "br") addText(state, "\n");
  else if (name === "img") addText(state, "[image]");
  else if (name === "input") addText(state, checkbox(attrs));
  else if (isStruck(name)) addText(state, "~~");
  else if (name === "tr") state.cells = 0;
  else if (name === "td" || name === "th") addCell(state);
  else if (name === "blockquote") layout.openQuote();
  else if (name === "ul" || name === "ol") {
    layout.beginList();
    lists.push({ ordered: name === "ol", next: startOf(attrs) });
  } else if (name === "li") layout.openItem(nextMarker(lists.at(-1)));
}

function leave(state: State, name: string): void {
  if (isStruck(name)) addText(state, "~~");
  if (blockElements.has(name)) flush(state);
  if (name === "ul" || name === "ol") state.lists.pop();
  if (name === "li") state.layout.close("item");
  if (name === "blockquote") state.layout.close("quote");
}

type Code = NonNullable<State["code"]>;

function enterInCode(code: Code, name: string, attrs: readonly Token.Attribute[]): void {
  if (name === code.name) code.inner += 1;
  if (name === "br") code.text += "\n";
  const language = /^language-([A-Za-z0-9+#.-]{1,20})$/.exec(attrs.find((attr) => attr.name === "class")?.value ?? "");
  if (code.name === "pre" && name === "code") code.language = language?.[1] ?? "";
}

function leaveCode(state: State, code: Code, name: string): void {
  if (name !== code.name) return;
  if (code.inner > 0) code.inner -= 1;
  else closeCode(state, code);
}

function closeCode(state: State, { name, language, text }: Code): void {
  state.code = null;
  if (name === "pre") {
    if (text.trim() !== "") state.layout.write(codeBlock(text.replace(/^\n/, ""), language).split("\n"));
    return;
  }
  const span = codeSpan(text);
  if (span !== "") state.pieces.push({ code: true, text: span });
}

function addText({ pieces }: State, text: string): void {
  const last = pieces.at(-1);
  if (last !== undefined && !last.code) last.text += text;
  else pieces.push({ code: false, text });
}

/** Rows are lines and cells parts of a line, whatever white space the table was written with. */
function addCell(state: State): void {
  const last = state.pieces.at(-1);
  if (last !== undefined && !last.code) last.text = last.text.trimEnd();
  addText(state, state.cells === 0 ? "\n" : " | ");
  state.cells += 1;
}

/** Ends the open paragraph or heading. */
function flush(state: State): void {
  const { pieces, heading } = state;
  state.pieces = [];
  state.heading = "";
  const out = pieces.map((piece, index) => {
    // Two code spans side by side would read back as one.
    if (piece.code) return pieces[index - 1]?.code === true ? ` ${piece.text}` : piece.text;
    const { text, removed } = inertText(piece.text);
    state.hidden += removed;
    return text;
  });
  const lines = out
    .join("")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (heading === "" || lines.length === 0) state.layout.write(lines);
  else state.layout.write([heading + lines.join(" ")]);
}

function checkbox(attrs: readonly Token.Attribute[]): string {
  return attrs.some(({ name }) => name === "checked") ? "[x] " : "[ ] ";
}

function isStruck(name: string): boolean {
  return name === "del" || name === "s" || name === "strike";
}

function startOf(attrs: readonly Token.Attribute[]): number {
  const start = attrs.find(({ name }) => name === "start")?.value ?? "1";
  return /^\d{1,9}$/.test(start) ? Number(start) : 1;
}

function nextMarker(list: { ordered: boolean; next: number } | undefined): string {
  if (list === undefined || !list.ordered) return "- ";
  const marker = `${list.next}. `;
  list.next = Math.min(list.next + 1, 999_999_999);
  return marker;
}
