import { describe, expect, test } from "vitest";
import type { Hunk } from "../../src/tools/patch-parse.ts";
import { parsePatch } from "../../src/tools/patch-parse.ts";

const wrap = (...lines: string[]) => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
const update = (...lines: { op: " " | "-" | "+"; text: string }[]): Hunk[] => [
  { kind: "update", path: "a", moveTo: null, chunks: [{ context: null, endOfFile: false, lines }] },
];
const swap = update({ op: "-", text: "old" }, { op: "+", text: "new" });

describe("a patch is read", () => {
  const read: [string, string, Hunk[]][] = [
    [
      "with a new file",
      wrap("*** Add File: a", "+one", "+", "+two"),
      [{ kind: "add", path: "a", content: "one\n\ntwo\n" }],
    ],
    ["with a deleted file", wrap("*** Delete File: a b.txt"), [{ kind: "delete", path: "a b.txt" }]],
    ["with an update", wrap("*** Update File: a", "@@", "-old", "+new"), swap],
    [
      "with white space around its markers",
      ` *** Begin Patch \n*** Update File: a\n@@\n-old\n+new\n *** End Patch `,
      swap,
    ],
    ["with white space before a header", wrap("  *** Update File: a", "@@", "-old", "+new"), swap],
    ["without a first @@", wrap("*** Update File: a", "-old", "+new"), swap],
    ["inside a heredoc", `<<'EOF'\n${wrap("*** Update File: a", "@@", "-old", "+new")}\nEOF\n`, swap],
    ["inside a bare heredoc", `<<EOF\n${wrap("*** Update File: a", "@@", "-old", "+new")}\nEOF`, swap],
    ["with CRLF line endings", wrap("*** Update File: a", "@@", "-old", "+new").replaceAll("\n", "\r\n"), swap],
    [
      "with blank lines around and between",
      `\n${wrap("*** Delete File: a", "", "*** Delete File: b")}\n\n`,
      [
        { kind: "delete", path: "a" },
        { kind: "delete", path: "b" },
      ],
    ],
    [
      "with a bare empty line as empty context",
      wrap("*** Update File: a", "@@", "-x", "", "+y"),
      update({ op: "-", text: "x" }, { op: " ", text: "" }, { op: "+", text: "y" }),
    ],
    [
      "with an indented header as a context line",
      wrap("*** Update File: a", "@@", " *** Delete File: b", "+y"),
      update({ op: " ", text: "*** Delete File: b" }, { op: "+", text: "y" }),
    ],
    ["with an empty new file", wrap("*** Add File: a"), [{ kind: "add", path: "a", content: "" }]],
    [
      "with a pure move",
      wrap("*** Update File: a", "*** Move to: b"),
      [{ kind: "update", path: "a", moveTo: "b", chunks: [] }],
    ],
    [
      "with context, an end-of-file marker and further chunks",
      wrap("*** Update File: a", "*** Move to: b", "@@ function f() {", "-1", "*** End of File", "", "@@", "+2"),
      [
        {
          kind: "update",
          path: "a",
          moveTo: "b",
          chunks: [
            { context: "function f() {", endOfFile: true, lines: [{ op: "-", text: "1" }] },
            { context: null, endOfFile: false, lines: [{ op: "+", text: "2" }] },
          ],
        },
      ],
    ],
  ];
  test.each(read)("%s", (_title, text, hunks) => {
    expect(parsePatch(text)).toEqual({ kind: "patch", hunks });
  });
});

describe("a patch is refused, with its line", () => {
  const refused: [string, string, number, string][] = [
    ["when it is empty", "", 1, "the first line must be"],
    ["without the first marker", "*** Add File: a\n+x\n*** End Patch", 1, "the first line must be"],
    ["without the last marker", "*** Begin Patch\n*** Add File: a\n+x", 3, "the last line must be"],
    ["when it is only the first marker", "*** Begin Patch", 1, "the last line must be"],
    ["when text follows the last marker", `${wrap("*** Add File: a", "+x")}\nmore`, 5, "the last line must be"],
    [
      "when a second patch follows",
      `${wrap("*** Delete File: a")}\n${wrap("*** Delete File: b")}`,
      3,
      "nothing may follow",
    ],
    ["when it has no section", wrap(), 1, "changes nothing"],
    ["with an unknown header", wrap("*** Frobnicate File: a"), 2, "expected `*** Add File: path`"],
    ["with a header without a path", wrap("*** Add File: "), 2, "expected `*** Add File: path`"],
    ["with an update without lines", wrap("*** Update File: a"), 2, "the update of a has no lines"],
    ["with an empty chunk", wrap("*** Update File: a", "@@"), 3, "a chunk has no lines"],
    ["with a line of no kind", wrap("*** Update File: a", "@@", "-x", "what?"), 5, "starts with a space, - or +"],
    [
      "with lines after the end-of-file marker",
      wrap("*** Update File: a", "@@", "-x", "*** End of File", "+y"),
      6,
      "expected `@@`",
    ],
    ["with a plain line in a new file", wrap("*** Add File: a", "+x", "y"), 4, "expected `*** Add File: path`"],
  ];
  test.each(refused)("%s", (_title, text, line, why) => {
    expect(parsePatch(text)).toEqual({ kind: "invalid", line, why: expect.stringContaining(why) as unknown });
  });
});
