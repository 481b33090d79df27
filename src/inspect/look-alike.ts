import { established, popularNames, popularScopes } from "./popular-names.ts";

/** The popular package that a name could be taken for, and by which trick. */
export interface LookAlike {
  name: string;
  how: "letters that look alike" | "separators left out or added" | "one letter apart" | "two letters apart" | "scope";
}

/** Shorter names have too many honest neighbours one letter away: `is` and `ms`, `qs` and `ps`. Measured in docs/dependencies.md. */
const oneApartFrom = 5;
/** Two letters count only in long names, which nobody reads to the end. */
const twoApartFrom = 10;

/**
 * The popular name that a package's name imitates; null for a popular or established name and for one that resembles none. Pure; it knows
 * the name alone, so it gives the same answer in every job. In: a name as package.json writes it.
 */
export function lookAlike(name: string): LookAlike | null {
  if (known.has(name)) return null;
  const scope = /^(@[^/]*)\//.exec(name)?.[1];
  if (scope !== undefined) return known.has(scope) ? null : inScope(name, scope);
  const skeleton = skeletonOf(name);
  if (skeleton !== name && popularNames.has(skeleton)) return { name: skeleton, how: "letters that look alike" };
  const joined = byLetters.get(lettersOf(skeleton));
  if (joined !== undefined) return { name: joined, how: "separators left out or added" };
  return near(skeleton);
}

const known: ReadonlySet<string> = new Set([...popularNames, ...popularScopes, ...established]);
const byLetters = new Map([...popularNames].map((name) => [lettersOf(name), name]));
const byLength = Map.groupBy(popularNames, (name) => name.length);

/** `@bable/core` for `@babel/core`. The name below another scope is its owner's business: `@acme/react` says whose it is. */
function inScope(name: string, scope: string): LookAlike | null {
  const skeleton = skeletonOf(scope);
  const imitated = [...popularScopes].find(
    (popular) =>
      skeleton === popular ||
      lettersOf(skeleton) === lettersOf(popular) ||
      (popular.length > oneApartFrom && distance(skeleton, popular, 1) === 1),
  );
  return imitated === undefined ? null : { name: imitated + name.slice(scope.length), how: "scope" };
}

function near(name: string): LookAlike | null {
  const closest = (apart: number, from: number): string | undefined =>
    [-2, -1, 0, 1, 2]
      .flatMap((more) => byLength.get(name.length + more) ?? [])
      .find((popular) => popular.length >= from && distance(name, popular, apart) === apart);
  const one = closest(1, oneApartFrom);
  if (one !== undefined) return { name: one, how: "one letter apart" };
  if (name.length < twoApartFrom) return null;
  // Two other letters in front (`map-stream`, `tar-stream`) make another word.
  const two = closest(2, twoApartFrom);
  return two === undefined || two.slice(0, 3) !== name.slice(0, 3) ? null : { name: two, how: "two letters apart" };
}

/** Letters of other alphabets and digits that most typefaces draw like a Latin letter (Unicode's confusables, those that names have used). */
const alike: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: "a",
    ɑ: "a",
    с: "c",
    ϲ: "c",
    ԁ: "d",
    е: "e",
    һ: "h",
    і: "i",
    ı: "i",
    ј: "j",
    ⅼ: "l",
    ո: "n",
    о: "o",
    ο: "o",
    р: "p",
    ρ: "p",
    ԛ: "q",
    ѕ: "s",
    υ: "u",
    ѵ: "v",
    ν: "v",
    ԝ: "w",
    х: "x",
    у: "y",
    "‐": "-",
    "‑": "-",
    "–": "-",
    "０": "0",
  }),
);

function skeletonOf(name: string): string {
  const plain = Array.from(name.normalize("NFKC").toLowerCase())
    .map((letter) => alike.get(letter) ?? letter)
    .join("");
  const digits = plain.replaceAll("0", "o").replaceAll("1", "l");
  if (popularNames.has(digits)) return digits;
  const pairs = plain.replaceAll("rn", "m").replaceAll("vv", "w");
  return popularNames.has(pairs) ? pairs : plain;
}

function lettersOf(name: string): string {
  return name.replace(/[-_.@/]/g, "");
}

/** Optimal string alignment: insertions, deletions, replacements, and swaps of neighbours. More than `most` is `most + 1`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const at = (line: readonly number[], index: number): number => line[index] ?? most + 1;
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : most + 1;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced, swapped));
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
    last = row;
  }
  return last[b.length] ?? most + 1;
}
