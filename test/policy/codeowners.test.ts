import { describe, expect, test } from "vitest";
import { codeownersBytesMax, codeownersPath, ownersOf, parseCodeowners } from "../../src/policy/codeowners.ts";

const owners = (text: string, path: string) =>
  ownersOf(parseCodeowners("CODEOWNERS", text), path)?.map((owner) =>
    owner.kind === "user" ? owner.login : owner.kind === "team" ? `team ${owner.slug}` : "address",
  ) ?? null;

describe("who owns a path", () => {
  test.each<[string, string, string, string[] | null]>([
    ["nobody without a line", "", "src/a.ts", null],
    ["everything", "* @mona", "src/deep/a.ts", ["mona"]],
    ["the last line that matches", "* @mona\n*.js @pat\n", "src/a.js", ["pat"]],
    ["the last line, although it says less", "*.js @pat\n* @mona\n", "src/a.js", ["mona"]],
    ["a user, a team and an address", "* @mona @octo/web docs@example.com", "a", ["mona", "team web", "address"]],
    ["nobody, said on purpose", "/apps/ @mona\n/apps/github\n", "apps/github/a", []],
    ["a folder at the root", "/docs/ @mona", "docs/a/b.md", ["mona"]],
    ["not that folder elsewhere", "/docs/ @mona", "src/docs/a.md", null],
    ["a folder anywhere", "apps/ @mona", "src/apps/a.ts", ["mona"]],
    ["no file named like a folder", "apps/ @mona", "apps", null],
    ["a folder without a slash, and what lies in it", "/build/logs @mona", "build/logs/a/b.txt", ["mona"]],
    ["the files of a folder alone", "docs/* @mona", "docs/a.md", ["mona"]],
    ["not what lies deeper", "docs/* @mona", "docs/build/a.md", null],
    ["any depth", "**/logs @mona", "a/b/logs/c", ["mona"]],
    ["a file of a folder by two asterisks in a name", "src/**.ts @mona", "src/a.ts", ["mona"]],
    ["not what lies deeper, by two asterisks in a name", "src/**.ts @mona", "src/b/a.ts", null],
    ["not what lies deeper, by two asterisks behind a name", "src/a**/c @mona", "src/a/b/c", null],
    ["any depth by two asterisks between slashes", "src/**/c.ts @mona", "src/a/b/c.ts", ["mona"]],
    ["everything in a folder by two asterisks at the end", "src/** @mona", "src/a/b/c.ts", ["mona"]],
    ["from the root when there is a slash", "src/api @mona", "lib/src/api/a", null],
    ["by case", "/Docs/ @mona", "docs/a.md", null],
    ["not by a look-alike", "/docs/ @mona", "d\u043ecs/a.md", null],
    ["a path with a space", "/my\\ docs/ @mona", "my docs/a.md", ["mona"]],
    ["before a comment on the line", "*.js @mona # @pat", "a.js", ["mona"]],
    ["not from a comment", "# * @mona", "a.js", null],
    ["with Windows line ends", "* @mona\r\n*.js @pat\r\n", "a.js", ["pat"]],
    ["with a byte order mark", "\ufeff* @mona", "a", ["mona"]],
    ["a bot", "* @renovate[bot]", "a", ["renovate[bot]"]],
  ])("%s", (_, text, path, expected) => {
    expect(owners(text, path)).toEqual(expected);
  });
});

describe("a line that GitHub skips is told, and the others count", () => {
  test.each([
    ["a negation", "!*.js @mona", "patterns cannot be negated"],
    ["a range", "/[ab]/ @mona", "there are no sections and no character ranges"],
    ["a section of another forge", "[Docs] @mona", "there are no sections and no character ranges"],
    ["an escape", "\\#a @mona", "only a space can be escaped"],
    ["a name without @", "*.js mona", "an owner is no @user, @organisation/team or e-mail address"],
    ["an owner with nothing behind @", "*.js @", "an owner is no @user, @organisation/team or e-mail address"],
  ])("%s", (_, line, why) => {
    const parsed = parseCodeowners("CODEOWNERS", `* @pat\n\n${line}\n`);
    expect(parsed.unreadable).toEqual([{ line: 3, why }]);
    expect(ownersOf(parsed, "a.js")).toEqual([{ kind: "user", login: "pat" }]);
  });
});

test("A file over GitHub's size has no owners and says so", () => {
  const text = `* @mona\n${"#".repeat(codeownersBytesMax)}`;
  expect(parseCodeowners("CODEOWNERS", text)).toEqual({
    file: "CODEOWNERS",
    rules: [],
    unreadable: [{ line: 1, why: "the file has more than 3000000 bytes" }],
  });
});

test("The first place of GitHub's three is the only one", () => {
  expect(codeownersPath(new Set(["docs/CODEOWNERS", "CODEOWNERS", ".github/CODEOWNERS"]))).toBe(".github/CODEOWNERS");
  expect(codeownersPath(new Set(["docs/CODEOWNERS", "CODEOWNERS"]))).toBe("CODEOWNERS");
  expect(codeownersPath(new Set(["docs/CODEOWNERS"]))).toBe("docs/CODEOWNERS");
  expect(codeownersPath(new Set(["src/CODEOWNERS", "codeowners"]))).toBeNull();
});

test("A hostile file ends", () => {
  const text = `${"\\".repeat(50_000)} @a\n${"**/".repeat(5_000)}b @${"a".repeat(50_000)}\n${"a@".repeat(50_000)}\n`;
  const { rules, unreadable } = parseCodeowners("CODEOWNERS", text);
  expect([rules.length, unreadable.length]).toEqual([1, 2]);
});
