import { expect, test } from "vitest";
import { capText } from "../../src/tools/cap.ts";

const table: [string, string, string][] = [
  ["leaves a short text alone", "abcdef", "abcdef"],
  ["keeps both ends of a long one and counts the rest", "0123456789", "0123\n[… 4 of 10 bytes left out …]\n89"],
  ["never splits a character", "éééééé", "éé\n[… 6 of 12 bytes left out …]\né"],
  ["moves inwards when a cut falls into a character", "a☃☃☃b", "a☃\n[… 6 of 11 bytes left out …]\nb"],
];

test.each(table)("a cap %s", (_title, text, capped) => {
  expect(capText(text, { headBytes: 4, tailBytes: 2 })).toBe(capped);
});
