import { describe, expect, test } from "vitest";
import { validateChange } from "../../src/change/validate.ts";
import { Config } from "../../src/config.ts";
import { inspectChange } from "../../src/inspect/inspect.ts";
import { factsOf } from "../../src/policy/facts.ts";
import { judge } from "../../src/policy/judge.ts";
import { levels } from "../../src/policy/opinion.ts";
import { type Edit, madeChange, noPrograms } from "../inspect/made-change.ts";
import { greenChecks } from "./made-facts.ts";

/** Everything may be low here, so that nothing but the rule in question raises the level. */
const config = Config.parse({
  risk: { low_paths: ["**"], critical_paths: ["vault/**"] },
  auto_merge: { enabled: true, budget_lines: 100_000 },
});

async function judged(edits: Record<string, Edit>) {
  const { change, before } = madeChange(edits);
  const seen = await inspectChange(change, before, noPrograms);
  const valid = validateChange(change, { filesMax: 50, bytesMax: 1_000_000, basePaths: [...before.keys()], before });
  const problems = valid.kind === "valid" ? [] : valid.problems;
  const merging = { now: 0, earlier: [] };
  return judge(factsOf({ change, before, ...seen, checks: greenChecks, problems, merging, config }));
}

const body = "export const a = 1;\n";
const lines = (count: number, line: string) => `${line}\n`.repeat(count);
const numbered = (count: number, indent = "") =>
  Array.from({ length: count }, (_, at) => `${indent}line${at};\n`).join("");

/** What the change is at heart, a dress for it, and the least level that the dressed change must have. */
const dresses: [string, Record<string, Edit>, (typeof levels)[number]][] = [
  ["a rename out of a critical folder", { "vault/a.ts": [body, null], "src/a.ts": [null, body] }, "critical"],
  ["a rename into a critical folder", { "src/a.ts": [body, null], "vault/a.ts": [null, body] }, "critical"],
  [
    "a rename with edits out of a critical word",
    { "src/auth.ts": [body, null], "src/plain.ts": [null, `${body}b;\n`] },
    "critical",
  ],
  ["a deletion", { "vault/a.ts": [body, null] }, "critical"],
  ["capitals", { "VAULT/A.ts": [body, "b\n"] }, "critical"],
  ["a Cyrillic letter in the folder", { "v\u0430ult/a.ts": [body, "b\n"] }, "critical"],
  ["full-width letters", { "\uff56ault/a.ts": [body, "b\n"] }, "critical"],
  ["a look-alike in a critical word", { "src/\u0430uth.ts": [body, "b\n"] }, "critical"],
  ["an accent in a critical word", { "src/a\u0301uth.ts": [body, "b\n"] }, "critical"],
  ["a zero-width letter in the folder", { "va\u200bult/a.ts": [null, "b\n"] }, "critical"],
  ["a direction mark in the folder", { "va\u202eult/a.ts": [null, "b\n"] }, "critical"],
  ["spaces at the end of the folder", { "vault /a.ts": [body, "b\n"] }, "critical"],
  ["a dot at the end of the folder", { "vault./a.ts": [body, "b\n"] }, "critical"],
  ["capitals in instructions for agents", { "docs/Agents.MD": [null, "x\n"] }, "critical"],
  ["capitals in CODEOWNERS", { "docs/codeowners": [null, "* @a\n"] }, "critical"],
  ["a workflow under a look-alike", { ".github/w\u043erkflows/a.yml": [null, "on: push\n"] }, "critical"],
  ["a generated file by its place", { "dist/a.js": [null, numbered(501)] }, "high"],
  ["a generated file by its header", { "src/a.ts": [null, `// @generated\n${numbered(501)}`] }, "high"],
  [
    "a generated file by .gitattributes",
    { ".gitattributes": [null, "dist/* linguist-generated\n"], "dist/a.js": [null, body] },
    "high",
  ],
  ["a minified file", { "dist/a.min.js": [null, `${"a=1;".repeat(200)}\n`] }, "medium"],
  ["a huge minified file", { "dist/a.min.js": [null, `${"a=1;".repeat(20_000)}\n`] }, "high"],
  ["a snapshot", { "a.snap": ["a\n", "b\n"] }, "medium"],
  [
    "one edit in a new indentation of everything",
    { "src/a.ts": [numbered(300), `${numbered(300, "  ")}evil();\n`] },
    "high",
  ],
  [
    "one edit in new line ends of everything",
    { "src/a.ts": [numbered(60), `${numbered(60).replaceAll("\n", "\r\n")}evil();\r\n`] },
    "medium",
  ],
  ["one edit behind thousands of blank lines", { "docs/a.md": ["a\n", `a\n${lines(5_000, "")}evil\n`] }, "high"],
  ["one edit behind a few dozen blank lines", { "docs/a.md": ["a\n", `a\n${lines(60, "")}evil\n`] }, "high"],
  ["one edit behind lines of spaces", { "docs/a.md": ["a\n", `a\n${lines(60, "   \t ")}evil\n`] }, "high"],
  ["one edit far to the right", { "src/a.ts": ["a;\n", `a;${" ".repeat(200)}evil();\n`] }, "high"],
  ["one edit behind blanks of another kind", { "src/a.ts": ["a;\n", `a;${"\u3000".repeat(200)}evil();\n`] }, "high"],
  ["a right-to-left override in code", { "src/a.ts": ["a;\n", "a; // \u202e }b\n"] }, "critical"],
  ["a right-to-left mark in prose", { "docs/a.md": ["a\n", "a \u200fb\n"] }, "critical"],
  ["a line separator that ends a comment", { "src/a.ts": ["a;\n", "// a\u2028evil();\n"] }, "critical"],
  ["a letter of another script in a name", { "src/a.ts": ["a;\n", "const is\u0410dmin = true;\n"] }, "high"],
  ["an executable bit", { "docs/a.md": ["a\n", "a\n", { after: "100755" }] }, "medium"],
  [
    "an executable bit that was there",
    { "docs/a.md": ["a\n", "b\n", { before: "100755", after: "100755" }] },
    "medium",
  ],
  ["an executable bit that goes", { "docs/a.md": ["a\n", "b\n", { before: "100755" }] }, "medium"],
  ["a new executable", { "docs/a.md": [null, "b\n", { after: "100755" }] }, "medium"],
  ["a binary file", { "docs/a.md": [null, "a\0b"] }, "high"],
  ["a text that becomes binary", { "docs/a.md": ["a\n", "a\0"] }, "high"],
  ["text in another encoding", { "docs/a.md": [null, Buffer.from("a\n", "utf16le")] }, "high"],
  ["a huge file", { "docs/a.md": [null, `${"word ".repeat(15_000)}\n`] }, "high"],
  ["a few lines of a huge file", { "src/a.ts": [numbered(5_000), `${numbered(5_000)}${numbered(101)}`] }, "medium"],
  ["a link", { "docs/a.md": [null, "b.md", { after: "120000" }] }, "high"],
  ["a link that points elsewhere", { "docs/a.md": ["b.md", "c.md", { before: "120000", after: "120000" }] }, "high"],
  ["a link that goes", { "docs/a.md": ["b.md", null, { before: "120000" }] }, "medium"],
  ["a link out of the tree", { "docs/a.md": [null, "../../etc/passwd", { after: "120000" }] }, "critical"],
  ["a link instead of a file", { "docs/a.md": ["a\n", "b.md", { after: "120000" }] }, "critical"],
  ["HTML in Markdown", { "docs/a.md": ["a\n", "a\n\n<script>evil()</script>\n"] }, "medium"],
  ["a script that is called a document", { "docs/a.mdx": ["a\n", "b\n"] }, "medium"],
];

describe("no dress lowers the level, nor lets a change be merged without a person", () => {
  test.each(dresses)("%s", async (_, edits, least) => {
    const { level, auto_merge } = await judged(edits);
    expect({ level, enough: levels.indexOf(level) >= levels.indexOf(least) }).toEqual({ level, enough: true });
    expect(auto_merge.kind).toBe("not");
  });

  test.each(dresses)("%s beside a harmless edit", async (_, edits, least) => {
    const { level, auto_merge } = await judged({ ...edits, "zz/harmless.md": ["a\n", "b\n"] });
    expect({ level, enough: levels.indexOf(level) >= levels.indexOf(least) }).toEqual({ level, enough: true });
    expect(auto_merge.kind).toBe("not");
  });
});

describe("the twins without the dress are low, and prose may be merged without a person", () => {
  test.each<[string, Record<string, Edit>, string]>([
    ["a document", { "docs/a.md": ["a\n", "b\n"] }, "allowed"],
    ["a rename of a document", { "docs/a.md": ["a\n", null], "docs/b.md": [null, "a\n"] }, "allowed"],
    ["some blank lines", { "docs/a.md": ["a\n", `a\n${lines(5, "")}b\n`] }, "allowed"],
    ["a table with wide columns", { "docs/a.md": ["a\n", `| a${" ".repeat(80)}| b |\n`] }, "allowed"],
    ["prose in Greek", { "docs/a.md": ["a\n", "\u03ba\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1\n"] }, "allowed"],
    ["an emoji with a joiner", { "docs/a.md": ["a\n", "\u{1f469}\u200d\u{1f4bb}\n"] }, "allowed"],
    ["a program", { "src/a.ts": [body, "export const a = 2;\n"] }, "not"],
  ])("%s", async (_, edits, merge) => {
    const { level, auto_merge } = await judged(edits);
    expect([level, auto_merge.kind]).toEqual(["low", merge]);
  });
});
