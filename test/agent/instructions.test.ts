import { describe, expect, test } from "vitest";
import { mergeInstructions } from "../../src/agent/instructions.ts";

const file = (path: string, content: string) => ({ path, content });

describe("instruction files", () => {
  test("stand root first and nearest last, each with the files it is for", () => {
    const merged = mergeInstructions([
      file("packages/a/deep/AGENTS.md", "deep"),
      file("packages/b/AGENTS.md", "b"),
      file("AGENTS.md", "root\n"),
      file("packages/a/AGENTS.md", "a"),
    ]);
    expect(merged.used).toEqual([
      "AGENTS.md",
      "packages/a/AGENTS.md",
      "packages/b/AGENTS.md",
      "packages/a/deep/AGENTS.md",
    ]);
    expect(merged.cut).toEqual([]);
    expect(merged.text).toMatchInlineSnapshot(`
      "## AGENTS.md (for the whole repository)

      root

      ## packages/a/AGENTS.md (for files under packages/a/)

      a

      ## packages/b/AGENTS.md (for files under packages/b/)

      b

      ## packages/a/deep/AGENTS.md (for files under packages/a/deep/)

      deep"
    `);
  });

  test("give way to an override in the same directory only", () => {
    const files = [file("AGENTS.md", "plain"), file("AGENTS.override.md", "override"), file("a/AGENTS.md", "a")];
    expect(mergeInstructions(files).used).toEqual(["AGENTS.override.md", "a/AGENTS.md"]);
  });

  test("do not count when they are empty or have another name", () => {
    const files = [
      file("AGENTS.override.md", " \n"),
      file("AGENTS.md", "x"),
      file("docs/agents.md", "y"),
      file("NOTAGENTS.md", "z"),
    ];
    expect(mergeInstructions(files).used).toEqual(["AGENTS.md"]);
  });

  test("are cut at a line when they do not fit, and those after are named", () => {
    const merged = mergeInstructions([file("AGENTS.md", "é\né\né"), file("a/AGENTS.md", "abc")], 7);
    expect(merged).toEqual({
      text: "## AGENTS.md (for the whole repository)\n\né\né",
      used: ["AGENTS.md"],
      cut: ["AGENTS.md", "a/AGENTS.md"],
    });
  });

  test("may be none", () => {
    expect(mergeInstructions([])).toEqual({ text: "", used: [], cut: [] });
  });
});
