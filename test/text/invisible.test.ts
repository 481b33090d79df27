import { expect, it } from "vitest";
import { stripInvisible } from "../../src/text/invisible.ts";

it("every default-ignorable, format, control, private and unassigned character goes, except tab and line break", () => {
  const kept: string[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code);
    if (!/[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Co}\p{Cn}\p{Cs}]/u.test(character)) continue;
    if (stripInvisible(`a${character}b`).text !== "ab") kept.push(`U+${code.toString(16)}`);
  }
  expect(kept).toEqual(["U+9", "U+a"]);
});

it.each([
  ["letters of every kind", "aé日本ąß"],
  ["emoji made of several", "👩🏽‍💻 👨‍👩‍👧"],
  ["Persian with a non-joiner", "می‌خواهم"],
  ["Hindi with a joiner", "क्‍ष"],
])("%s stay", (_, text) => {
  expect(stripInvisible(text)).toEqual({ text, removed: 0 });
});

it.each([
  ["a joiner between Latin letters", "ig\u200dnore", "ignore", 1],
  ["joiners in a row", "ع\u200d\u200cع", "عع", 2],
  ["half a surrogate pair", "a\ud83db", "ab", 1],
  ["a tag character, counted in code units", "a\u{e0041}b", "ab", 2],
])("%s goes", (_, text, stripped, removed) => {
  expect(stripInvisible(text)).toEqual({ text: stripped, removed });
});

it("line and paragraph separators become line breaks", () => {
  expect(stripInvisible("a\u2028b\u2029c")).toEqual({ text: "a\nb\nc", removed: 0 });
});
