import { expect, test } from "vitest";
import { assemble } from "../../src/record/assemble.ts";
import { cutNotice } from "../../src/text/clip.ts";
import { neutralise, ours, type Outgoing } from "../../src/text/outgoing.ts";

const words = (text: string): Outgoing => neutralise(text, []);
const long = (letter: string, units: number): Outgoing => words(`${letter.repeat(79)}\n`.repeat(Math.ceil(units / 80)));

test("empty sections vanish", () => {
  const text = assemble(
    [words("a"), ours``, words("b")].map((one) => ({ must: false, text: one })),
    1000,
  );
  expect(text).toBe("a\n\nb");
});

test("what must be read is whole, however long the rest is", () => {
  const text = assemble(
    [
      { must: false, text: long("x", 5000) },
      { must: true, text: words("the table") },
      { must: false, text: long("y", 5000) },
      { must: true, text: words("the audit head") },
    ],
    3000,
  );
  expect(text.length).toBeLessThanOrEqual(3000);
  expect(text).toContain("\n\nthe table");
  expect(text.endsWith("the audit head")).toBe(true);
});

test("earlier sections get the room first", () => {
  const text = assemble(
    [
      { must: false, text: long("x", 900) },
      { must: false, text: long("y", 900) },
    ],
    1000,
  );
  expect(text.startsWith("x".repeat(79))).toBe(true);
  expect(text).not.toContain("yyyy");
});

test("a section that must be whole is there whole, or not at all", () => {
  const folded = ours`<details>\n\n${long("x", 900)}\n\n</details>`;
  const around = (room: number) =>
    assemble(
      [
        { must: true, text: words("above") },
        { must: false, whole: true, text: folded },
        { must: true, text: words("below") },
      ],
      room,
    );
  expect(around(folded.length + 100)).toBe(`above\n\n${folded}\n\nbelow`);
  expect(around(folded.length - 1)).toBe("above\n\nbelow");
});

test("what must be read and is too long together is cut section by section, and none is left out", () => {
  const text = assemble(
    [
      { must: true, text: long("x", 9000) },
      { must: true, text: words("the checklist") },
      { must: true, text: words("the audit head") },
    ],
    3000,
  );
  expect(text.length).toBeLessThanOrEqual(3000);
  expect(text.split("\n\n")).toEqual([expect.stringMatching(/^x{79}\n/), cutNotice, "the checklist", "the audit head"]);
});
