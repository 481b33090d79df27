import type { TestCase } from "./cases.ts";

export interface CasePair {
  before: TestCase;
  after: TestCase;
}

/** The tests of base and result, over all files of a change: which is which, which are gone and which are new. */
export interface Pairing {
  pairs: CasePair[];
  removed: TestCase[];
  added: TestCase[];
}

/** Share of lines that two bodies must have in common to be one test that was renamed and edited at once; git's own figure for files. */
const alike = 0.6;
/** The same where most words of the title are those of the other one as well, in the same file. */
const alikeByTitle = alike / 2;
/** Tests left over on one side that are still compared with each other by their lines. */
const comparedMax = 400;

/**
 * Finds each base test in the result: by path and title, then by title anywhere (moved), by body (renamed), by its assertions, and last by
 * most of its lines, or some of them and most of its title. Each test of the result is taken once, so a copied body cannot stand for two.
 */
export function pairCases(before: readonly TestCase[], after: readonly TestCase[]): Pairing {
  const state = { pairs: [] as CasePair[], removed: [...before], added: [...after] };
  take(state, ({ source, title }) => `${source.path}\n${title}`);
  take(state, ({ title }) => title);
  take(state, ({ body }) => (body === "" ? null : body));
  take(state, ({ title }) => title.split(" > ").at(-1) ?? null);
  take(state, ({ assertions }) => (assertions.length === 0 ? null : assertions.map((one) => one.normal).join("\n")));
  takeAlike(state);
  return state;
}

function take(state: Pairing, key: (one: TestCase) => string | null): void {
  const open = Map.groupBy(state.added, (one) => key(one) ?? "");
  open.delete("");
  const taken = new Set<TestCase>();
  state.removed = state.removed.filter((before) => {
    const after = open.get(key(before) ?? "")?.shift();
    if (after === undefined) return true;
    taken.add(after);
    state.pairs.push({ before, after });
    return false;
  });
  state.added = state.added.filter((one) => !taken.has(one));
}

function takeAlike(state: Pairing): void {
  const open = state.added.slice(0, comparedMax).map((one) => ({ one, lines: linesOf(one), words: wordsIn(one) }));
  state.removed = state.removed.filter((before, index) => {
    if (index >= comparedMax) return true;
    const [lines, words] = [linesOf(before), wordsIn(before)];
    let best = { at: -1, share: 0 };
    for (const [at, other] of open.entries()) {
      const share = shared(lines, other.lines);
      if (share < alikeByTitle || share <= best.share) continue;
      const isNamedAlike = other.one.source.path === before.source.path && shared(words, other.words) >= alike;
      if (share >= alike || isNamedAlike) best = { at, share };
    }
    const [found] = best.at === -1 ? [] : open.splice(best.at, 1);
    if (found === undefined) return true;
    state.pairs.push({ before, after: found.one });
    state.added = state.added.filter((one) => one !== found.one);
    return false;
  });
}

function wordsIn({ title }: TestCase): string[] {
  return title.split(/\s+/);
}

function linesOf({ source, bodyNode }: TestCase): string[] {
  if (bodyNode === null) return [];
  const text = source.text.slice(bodyNode.start ?? 0, bodyNode.end ?? 0);
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 3);
}

/** Lines or words in common, of the longer side. */
function shared(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const left = new Map<string, number>();
  for (const line of b) left.set(line, (left.get(line) ?? 0) + 1);
  let common = 0;
  for (const line of a) {
    const count = left.get(line) ?? 0;
    if (count === 0) continue;
    left.set(line, count - 1);
    common += 1;
  }
  return common / Math.max(a.length, b.length);
}
