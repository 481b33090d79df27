import { describe, expect, it } from "vitest";
import { untangled } from "../../src/text/tangles.ts";

const fill = (piece: string, units = 65_000): string => piece.repeat(Math.ceil(units / piece.length));
const wide = (columns: number, rows: number): string =>
  `|${"a|".repeat(columns)}\n|${"-|".repeat(columns)}\n${"|\n".repeat(rows)}`;

describe("ordinary text is whole", () => {
  it.each([
    ["prose", fill("Some words of a person,\nand more of them.\n\n")],
    ["one paragraph of a log", fill("npm warn something\n")],
    ["a long list", fill("- a\n")],
    ["a hard-wrapped list", fill("- an item that goes on\n  on the next line, because it was wrapped\n")],
    ["a long quote", fill("> a\n")],
    ["quotes with lazy ends", fill("> a\n> b\nc\n\n")],
    ["a quote, then a log of short lines", `> a\n\n${fill("b\n")}`],
    ["a quote, then a code block of short lines", `> a\n\`\`\`\n${fill("b\n")}\`\`\``],
    ["a list, then a code block of short lines", `- a\n~~~\n${fill("b\n")}~~~`],
    ["a dense table", `|a|b|\n|-|-|\n${fill("|c|d|\n")}`],
    ["a table with rows left short", `|a|b|c|d|\n|-|-|-|-|\n${"|x|\n".repeat(2_000)}`],
    ["escaped pipes in a table", `|a|b|\n|-|-|\n${fill("|`x\\|y`|d|\n")}`],
    ["comments, one after the other", fill("a <!-- b --> c <?d?> <!E>\n")],
    ["comments without an end, a paragraph each", fill("a <!-- b\n\n")],
    ["a thousand rules", "---\n\n".repeat(1_000)],
  ])("%s", (_, text) => {
    expect(untangled(text)).toBe(text);
  });
});

describe("a text is cut before it becomes too much work", () => {
  const lines = (text: string): number => text.split("\n").length;

  it.each([
    ["lazy lines in a quote", fill(">a\nb\n")],
    ["lazy lines in a quote of a quote", fill(">> a\nb\n")],
    ["lines that leave the inner quote alone", `>> a\n${fill("> b\n")}`],
    ["lazy lines after one line of a quote", `> a\n${fill("b\n")}`],
    ["lazy lines in a list", `- a\n${fill("b\n")}`],
    ["lazy lines in a list's later paragraph", `- a\n\n  b\n${fill("c\n")}`],
    ["lazy lines in a footnote", `[^a]: b\n${fill("c\n")}`],
    ["a fence inside a list item that is none for the lines after it", `- a\n  \`\`\`\n  \`\`\`\n  b\n${fill("c\n")}`],
  ])("%s", (_, text) => {
    const kept = untangled(text);
    expect(text.startsWith(kept)).toBe(true);
    // Each lazy line walks back through the lines before it.
    expect(lines(kept)).toBeLessThan(3_000);
    expect(untangled(kept)).toBe(kept);
  });

  it.each([
    [40, 4_000],
    [400, 800],
    [2_000, 4_000],
    [20_000, 20_000],
  ])("a table of %i columns and %i empty rows", (columns, rows) => {
    const kept = untangled(wide(columns, rows));
    expect((lines(kept) - 2) * columns).toBeLessThan(12_000 + columns);
    expect(untangled(kept)).toBe(kept);
  });

  it("a table in a quote", () => {
    const kept = untangled(`> |${"a|".repeat(500)}\n> |${"-|".repeat(500)}\n${"> |\n".repeat(500)}`);
    expect(lines(kept)).toBeLessThan(30);
  });

  it.each(["x<!-- ", "x<?y ", "x<![CDATA[ ", "x<!y "])("%j again and again in one paragraph", (opener) => {
    const kept = untangled(fill(`${opener}words of the line\n`));
    // Each beginning walks to the end of the paragraph.
    expect((kept.split(opener).length * kept.length) / 2).toBeLessThan(12_000_000);
  });
});
