import { expect, it } from "vitest";
import { newHiddenCharacters } from "../../src/change/hidden-characters.ts";

const bytes = (text: string) => Buffer.from(text);

it.each([
  ["\u202a", "U+202A"],
  ["\u202e", "U+202E"],
  ["\u2066", "U+2066"],
  ["\u2069", "U+2069"],
  ["\u200b", "U+200B"],
  ["\u2063", "U+2063"],
  ["\u{e0041}", "U+E0041"],
  ["\u{e0100}", "U+E0100"],
  ["\u001b", "U+001B"],
  ["\u0008", "U+0008"],
  ["\u007f", "U+007F"],
  ["\u0085", "U+0085"],
  ["\ufeff", "U+FEFF"],
  ["\u3164", "U+3164"],
  ["\uffa0", "U+FFA0"],
  ["\u115f", "U+115F"],
  ["\u200c", "U+200C"],
  ["\u200d", "U+200D"],
  ["\u200e", "U+200E"],
  ["\u200f", "U+200F"],
  ["\u061c", "U+061C"],
  ["\ufe00", "U+FE00"],
  ["\ufe0f", "U+FE0F"],
  ["\u00ad", "U+00AD"],
  ["\u180e", "U+180E"],
  ["\u034f", "U+034F"],
  ["\u17b4", "U+17B4"],
  ["\u2800", "U+2800"],
  ["\u2028", "U+2028"],
  ["\ufff9", "U+FFF9"],
])("%j is found, with its name and line", (character, name) => {
  expect(newHiddenCharacters(null, bytes(`one\ntwo ${character} ${character}\n`))).toEqual([{ name, line: 2 }]);
});

it.each([
  ["a name", "a\u3164b"],
  ["a name that ends in a digit", "a1\ufe0f"],
  ["a name with a joiner", "a\u200db"],
  ["a joiner before an emoji", "a\u200d👩"],
  ["a second selector", "❤\ufe0f\ufe0f"],
  ["a non-joiner at the end of a word", "می\u200c "],
])("one is found in %s", (_, text) => {
  expect(newHiddenCharacters(null, bytes(text))).toHaveLength(1);
});

it.each([
  "a\tb\r\n\f",
  "\ufeffa",
  "é 日本 👩‍💻 ❤️ می‌خواهم",
  "👩🏽\u200d💻 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 ❤\ufe0e",
  "क्\u200dष",
  "\u06dd",
  "",
  "a\\u202eb",
])("%j has none", (text) => {
  expect(newHiddenCharacters(null, bytes(text))).toEqual([]);
});

it("as many as before are allowed, one more is not", () => {
  const [one, two] = [bytes("\u202e\n"), bytes("\u202e\n\u202e\n")];
  expect([newHiddenCharacters(one, one), newHiddenCharacters(two, one), newHiddenCharacters(one, two)]).toEqual([
    [],
    [],
    [{ name: "U+202E", line: 2 }],
  ]);
});

it("bytes that are no text have none", () => {
  expect(newHiddenCharacters(null, Buffer.from([0xff, 0x1b]))).toEqual([]);
  expect(newHiddenCharacters(null, Buffer.concat([bytes("\u202e"), Buffer.from([0])]))).toEqual([]);
});
