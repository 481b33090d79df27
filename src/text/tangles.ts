/**
 * The parser's work for lazy lines (lines that go on with a paragraph of a quote or list without its marks): for each of them it walks
 * back through the paragraph. Counted in lines walked; this many take about a quarter of a second.
 */
const lazyStepsMax = 2_000_000;
/** Cells that a table's rows do not write and that are filled in: a short text could ask for millions. */
const filledCellsMax = 10_000;

/** Characters walked to find the ends of comments, instructions and declarations that were begun in a paragraph: each beginning walks anew. */
const openerStepsMax = 10_000_000;

const mark = /^[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)|\[\^(?:\\.|[^\]\\\s])+\]:)/;
/** Ends every paragraph, in whatever it stands. */
const blank = /^(?:[ \t]*|(?: {0,3}>)+[ \t]*)$/;
/** A line that no list, quote or footnote holds: nothing but their own marks goes on with them here. */
const outsideFence = /^(?:```[^`]*|~~~.*)$/;
const delimiterRow = /^[ \t:|-]*-[ \t:|-]*$/;

/**
 * The part of a text that a Markdown parser reads in a time that grows with its length: everything before the line at which lazy lines,
 * cells filled in or comments without an end become too many. Nothing is taken from the middle, so that no comment loses its beginning or its end alone.
 */
export function untangled(text: string): string {
  const state: State = { depth: 0, lines: 0, steps: 0, columns: 0, filled: 0, open: new Map(), openerSteps: 0 };
  let start = 0;
  while (start <= text.length) {
    const lineEnd = text.indexOf("\n", start);
    const end = lineEnd === -1 ? text.length : lineEnd;
    readLine(state, text.slice(start, end));
    if (isTangled(state)) return text.slice(0, Math.max(0, start - 1));
    start = end + 1;
  }
  return text;
}

interface State {
  /** Marks of the deepest container that may be open. */
  depth: number;
  /** Lines of the open paragraph, at most. */
  lines: number;
  steps: number;
  /** Columns of the table that may be open; 0 when there is none. */
  columns: number;
  filled: number;
  /** Beginnings without their end in the open paragraph, by the end they wait for. */
  open: Map<string, number>;
  openerSteps: number;
}

function isTangled({ steps, filled, openerSteps }: State): boolean {
  return steps > lazyStepsMax || filled > filledCellsMax || openerSteps > openerStepsMax;
}

function readLine(state: State, line: string): void {
  if (blank.test(line)) {
    state.lines = 0;
    state.columns = 0;
    state.open.clear();
    return;
  }
  readOpeners(state, line);
  const { marks, rest } = withoutMarks(line);
  if (outsideFence.test(line) || (state.lines === 0 && marks === 0 && /^[^ \t]/.test(line))) state.depth = 0;
  state.lines += 1;
  if (marks < state.depth) state.steps += state.lines;
  state.depth = Math.max(state.depth, marks);
  state.filled += Math.max(0, state.columns - cellsOf(rest));
  if (delimiterRow.test(rest)) state.columns = Math.max(state.columns, cellsOf(rest));
}

const openers = /<!--|<\?|<!\[CDATA\[|<!(?=[A-Za-z])|-->|\?>|\]\]>|>/g;
const endOf = new Map([
  ["<!--", "-->"],
  ["<?", "?>"],
  ["<![CDATA[", "]]>"],
  ["<!", ">"],
]);

function readOpeners(state: State, line: string): void {
  let done = 0;
  const walkTo = (index: number) => {
    for (const waiting of state.open.values()) state.openerSteps += waiting * (index - done);
    done = index;
  };
  for (const { 0: found, index } of line.matchAll(openers)) {
    walkTo(index);
    const end = endOf.get(found);
    if (end !== undefined) state.open.set(end, (state.open.get(end) ?? 0) + 1);
    else for (const ended of [found, ">"]) state.open.delete(ended);
  }
  walkTo(line.length + 1);
}

function withoutMarks(line: string): { marks: number; rest: string } {
  let marks = 0;
  let rest = line;
  for (let found = mark.exec(rest); found !== null; found = mark.exec(rest)) {
    marks += 1;
    rest = rest.slice(found[0].length);
  }
  return { marks, rest };
}

/** Cells that a row writes, not more than there are. */
function cellsOf(row: string): number {
  const inner = row.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.replaceAll(/\\./g, "").split("|").length;
}
