import { expect, test } from "vitest";
import { sidesOf, textOf } from "../../src/inspect/sides.ts";
import { madeChange } from "./made-change.ts";

test("A change is joined with the bytes of both sides", () => {
  const { change, before } = madeChange({ "a.txt": ["old", "new"], "b.txt": [null, "b"], "c.txt": ["c", null] });
  const texts = sidesOf(change, before).map((side) => [side.entry.path, text(side.before), text(side.after)]);
  expect(texts).toEqual([
    ["a.txt", "old", "new"],
    ["b.txt", null, "b"],
    ["c.txt", "c", null],
  ]);
});

test("A missing base blob is a refusal, not an empty file", () => {
  const { change } = madeChange({ "a.txt": ["old", "new"] });
  expect(() => sidesOf(change, new Map())).toThrow(/"a.txt" is missing/);
});

test("A base blob with other bytes is a refusal", () => {
  const { change } = madeChange({ "a.txt": ["old", "new"] });
  expect(() => sidesOf(change, new Map([["a.txt", Buffer.from("forged")]]))).toThrow(/hashes to/);
});

test("A submodule has no bytes on either side", () => {
  const { change } = madeChange({ "vendor/x": ["", "", { before: "160000", after: "160000" }] });
  expect(sidesOf(change, new Map()).map(({ before, after }) => [before, after])).toEqual([[null, null]]);
});

test.each([
  ["plain text", Buffer.from("grüße\n"), "grüße\n"],
  ["a byte order mark stays", Buffer.from("\uFEFFx"), "\uFEFFx"],
  ["a NUL makes it binary", Buffer.from("a\0b"), null],
  ["wrong UTF-8 makes it binary", Buffer.from([0x61, 0xff]), null],
])("Text of bytes: %s", (_, bytes, expected) => {
  expect(textOf(bytes)).toBe(expected);
});

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : textOf(bytes);
}
