import { expect, test } from "vitest";
import { literalSearch } from "../../src/text/literal-search.ts";
import { letters } from "../inspect/planted.ts";

/** Where each literal stands, compared without the case of ASCII letters: the plain way, one by one. */
function plainly(literals: readonly string[], text: string): string[] {
  return literals.flatMap((literal) => {
    const places: string[] = [];
    for (let at = 0; at + literal.length <= text.length; at += 1)
      if (text.slice(at, at + literal.length).toLowerCase() === literal.toLowerCase()) places.push(`${literal}@${at}`);
    return places;
  });
}

function found(literals: readonly string[], text: string): string[] {
  const places: string[] = [];
  literalSearch(literals)(text, (literal, at) => places.push(`${literals[literal]}@${at}`));
  return places;
}

test("every place of every literal is reported: at both ends, beside and inside each other, in any case", () => {
  const literals = ["sk-", "ghp_", "password", "word", "://", "-----BEGIN", "eyJ"];
  for (const text of [
    "sk-",
    "ghp_",
    "xsk-",
    "sk-sk-sk-",
    "PassWord://eyJ",
    "-----BEGIN-----BEGIN",
    "a sk",
    "ghp",
    "",
    "é://ü",
    "日本語password日本語",
  ])
    expect(found(literals, text).toSorted()).toEqual(plainly(literals, text).toSorted());
});

test("in 300 random texts of few letters nothing is lost, however short or alike the literals are", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const literals = [...new Set(Array.from({ length: 8 }, (_, at) => letters(3 + (at % 5), "ab-", seed * 31 + at)))];
    const text = letters(200, "abAB-é", seed);
    expect(found(literals, text)).toEqual(expect.arrayContaining(plainly(literals, text)));
  }
});

test("what is reported besides is only a character that ASCII folds to the same", () => {
  expect(found(["a_b_"], "a\u007fb_ a_b_ axb_")).toEqual(["a_b_@0", "a_b_@5"]);
});
