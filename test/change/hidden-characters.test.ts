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
])("%j is found, with its name and line", (character, name) => {
  expect(newHiddenCharacters(null, bytes(`one\ntwo ${character} ${character}\n`))).toEqual([{ name, line: 2 }]);
});

it.each(["a\tb\r\n\f", "\ufeffa", "é 日本 👩‍💻 ❤️ می‌خواهم", "", "a\\u202eb"])("%j has none", (text) => {
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
