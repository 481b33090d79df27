import { expect, it } from "vitest";
import { clipLines, cutNotice, plainLine, sliceWhole, wellFormed } from "../../src/text/clip.ts";

it.each([
  ["colours", "\u001b[1;31mred\u001b[0m", "red"],
  ["a C1 sequence", "\u009b31mred", "red"],
  ["a title set by the terminal", "\u001b]0;evil\u0007x\u001b]8;;http://e.example\u001b\\y", "xy"],
  ["a sequence that never ends", "x\u001b]0;evil\ny", "x\ny"],
  ["a lone escape, a bell, a null, a backspace", "a\u001b\u0007\u0000\bb", "ab"],
  ["carriage returns that overwrite", "bad\rgood\r\n", "bad\ngood\n"],
  ["half characters", "a\ud800b\udc00", "ab"],
  ["what is no control", "a\tb\né👩‍💻", "a\tb\né👩‍💻"],
])("%s", (_, text, out) => {
  expect(wellFormed(text)).toBe(out);
});

it("a text within the limit is not touched, one above it ends at a line and says so", () => {
  expect(clipLines("a\nb", 3)).toBe("a\nb");
  const cut = clipLines("line\n".repeat(100), 200);
  expect(cut).toBe(`${"line\n".repeat(25)}line\n\n${cutNotice}`);
  expect(cut.length).toBeLessThanOrEqual(200);
});

it("one long line is cut inside, between characters", () => {
  expect(clipLines("👩".repeat(200), 201).isWellFormed()).toBe(true);
  expect([sliceWhole("a👩b", 2), sliceWhole("a👩b", 3), plainLine("👩👩", 3)]).toEqual(["a", "a👩", "👩…"]);
});

it("an open fence is closed with a fence as long", () => {
  expect(clipLines(`\`\`\`\`text\n${"~~~\n".repeat(100)}`, 200)).toContain(`\n\`\`\`\`\n\n${cutNotice}`);
  expect(clipLines(`\`\`\`text\nx\n\`\`\`\n${"line\n".repeat(100)}`, 200)).toMatch(/line\n\n… \(cut/);
});
