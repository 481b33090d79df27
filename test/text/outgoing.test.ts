import { describe, expect, it } from "vitest";
import {
  cell,
  clipped,
  code,
  commitText,
  fence,
  joined,
  link,
  neutralise,
  ours,
  quote,
  textUnitsMax,
  title,
  titleUnitsMax,
  word,
} from "../../src/text/outgoing.ts";
import { compose, hostilePieces, random } from "./hostile.ts";
import { liveParts } from "./live-parts.ts";

const note = [
  "# Done @octocat",
  "",
  "This fixes #12, closes o/r#3 and resolves https://github.com/o/r/issues/9, cc @octo/team.",
  "/agent fix",
  "",
  'See ![x](http://e.example/p.png?q=1 "t"), <img src=http://e.example> and [this](http://e.example/x). <!-- marker -->',
  "",
  "- **Cause:** `a | b` in *one* place",
  "  - nested",
  "1. first",
  "",
  "```ts",
  'import "@octokit/core"; // fixes #1',
  "/lgtm",
  "```",
  "",
  "```mermaid",
  "graph TD",
  "```",
  "",
  "| check | result |",
  "|---|---|",
  "| tests | passed |",
  "",
  "> [!IMPORTANT]",
  "> quoted",
  "",
  "Looks good",
  "===",
  "\u001b[31mred\u001b[0m \u202eback [skip ci] $x$ ghp_abcdefghijklmnopqrstuvwxyz0123456789",
].join("\n");

describe("neutralise", () => {
  it("keeps what a reader needs and nothing that acts", () => {
    expect(neutralise(note, [])).toMatchInlineSnapshot(`
      "**Done @&#8203;octocat**

      This fixes #&#8203;12, closes o/r#&#8203;3 and resolves \`https://github.com/o/r/issues/9\`, cc @&#8203;octo/team.
      \\/agent fix

      See \\[image: x\\], &lt;img src=\`http://e.example\`&gt; and this (\`http://e.example/x\`). &lt;!-- marker --&gt;

      - **Cause:** \`a | b\` in *one* place
        - nested

      1. first

      \`\`\`ts
      import "@octokit/core"; // fixes # 1
       /lgtm
      \`\`\`

      \`\`\`
      graph TD
      \`\`\`

      check \\| result
      tests \\| passed

      > \\[!IMPORTANT\\]
      > quoted

      **Looks good**

      red back \\[skip ci\\] &#36;x&#36; \\[redacted\\]"
    `);
  });

  it("leaves nothing alive that was alive before", () => {
    expect(liveParts(note)).toEqual(
      expect.arrayContaining([
        "<a>",
        "<h1>",
        "<img>",
        "<table>",
        "closing keyword",
        "command",
        "comment",
        "control",
        "mention",
        "reference",
        "drawn code",
      ]),
    );
    expect(liveParts(neutralise(note, []))).toEqual([]);
  });

  it.each([
    ["a mention put together by something that is left out", "@<!-- -->octocat @[](x)octocat"],
    ["a mention after an escape, an entity, a code span", "\\@octocat &#64;octocat `a`@octocat"],
    ["a code span that would swallow the next one", "`a`[](x)`b @octocat` @octocat `"],
    ["a reference in many forms", "#1 o/r#1 GH-1 o/r@abc123 https://github.com/o/r/pull/1"],
    [
      "a command after spaces, in a list, in a quote, in code",
      "  /agent fix\n\n- /agent fix\n\n> /agent fix\n\n```\n/agent fix\n```",
    ],
    [
      "closing words inside code, which a squashed merge copies",
      "`fixes #1` and `closes: o/r#2`\n\n```\nresolves https://github.com/o/r/issues/1\n```",
    ],
    ["a definition far below", "[a][b]\n\n[b]: http://e.example"],
    ["a mail address", "a@b.example <mailto:a@b.example>"],
    ["a suggestion", "```suggestion\nrm -rf\n```"],
    ["HTML of any kind", "<details open><summary>x</summary>\n\n</details><script>x</script><a href=x>y</a>"],
    ["headings of both kinds and a rule", "# a\n\nb\n===\n\nc\n---\n\n***"],
    ["a table", "a | b\n--|--\nc | d"],
    ["footnotes", "a[^1]\n\n[^1]: http://e.example"],
  ])("%s", (_, text) => {
    expect(liveParts(neutralise(text, []))).toEqual([]);
  });

  it("leaves nothing alive of 600 texts made of hostile pieces", () => {
    let alive = 0;
    for (let seed = 1; seed <= 600; seed += 1) {
      const text = compose(hostilePieces, random(seed), 24);
      alive += liveParts(text).length > 0 ? 1 : 0;
      for (const out of [neutralise(text, []), quote(text, []), cell(text, []), code(text, []), fence(text, [])]) {
        expect(liveParts(out), `seed ${seed}: ${JSON.stringify(text)}\n${out}`).toEqual([]);
      }
    }
    // The twin: without the choke point nearly all of them act.
    expect(alive).toBeGreaterThan(500);
  });

  it("redacts before it writes", () => {
    expect(neutralise("key hunter2-hunter2 and ghs_123456_abc.def-ghi0123456789", ["hunter2-hunter2"])).toBe(
      "key \\[redacted\\] and \\[redacted\\]",
    );
    expect(neutralise("key hunter2-hunter2", [])).toBe("key hunter2-hunter2");
  });

  it("cuts a long text at a line and says so, within the limit whatever escaping adds", () => {
    const long = neutralise("<>&`\\*\n".repeat(20_000), []);
    expect(long.length).toBeLessThanOrEqual(textUnitsMax);
    expect(long.endsWith("\n\n… (cut here: the whole text is in the run's artifacts)")).toBe(true);
    const emoji = neutralise("👩".repeat(70_000), []);
    expect(emoji.isWellFormed()).toBe(true);
    expect(emoji.length).toBeLessThanOrEqual(textUnitsMax);
    const fenced = neutralise(`\`\`\`ts\n${"let x = 1;\n".repeat(9_000)}\`\`\`\n\n@octocat`, []);
    expect(liveParts(fenced)).toEqual([]);
  });
});

describe("quote", () => {
  it("is a block quote from the first line to the last", () => {
    const lines = quote(note, []).split("\n");
    expect(lines.filter((line) => !/^>( |$)/.test(line))).toEqual([]);
    expect(lines[0]).toBe("> **Done @&#8203;octocat**");
  });

  it("is never longer than a comment may be", () => {
    expect(quote("a\n".repeat(60_000), []).length).toBeLessThanOrEqual(textUnitsMax);
  });
});

describe("cell", () => {
  it.each([
    ["a | b", "a \\| b"],
    ["a\n| c | d |\n|---|---|", "a \\| c \\| d \\| \\|---\\|---\\|"],
    ["- /agent fix @me", "\\- /agent fix @&#8203;me"],
    ["see https://e.example/x?a=b.", "see `https://e.example/x?a=b`."],
    ["", ""],
  ])("%j becomes %j", (text, out) => {
    expect(cell(text, [])).toBe(out);
  });

  it("cannot break the row it stands in", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const text = compose(hostilePieces, random(seed), 12);
      const row = ours`| ${cell(text, [])} | ${code(text, [])} |`;
      expect(row.replaceAll(/\\[\\|]/g, "").match(/\|/g), `text ${JSON.stringify(text)}`).toHaveLength(3);
      expect(row).not.toContain("\n");
    }
  });
});

describe("code and fence", () => {
  it.each([
    ["src/a.ts", "`src/a.ts`"],
    ["a`b", "``a`b``"],
    ["`", "`` ` ``"],
    ["a\nb", "`a b`"],
    ["a|b", "<code>a\\|b</code>"],
    [" ", ""],
  ])("code %j becomes %j", (text, out) => {
    expect(code(text, [])).toBe(out);
  });

  it("a fence is longer than any run of backticks in it", () => {
    expect(fence("a\n````\n@octocat\n/agent fix", [])).toBe("`````text\na\n````\n@octocat\n /agent fix\n`````");
  });
});

describe("title and commitText, which no Markdown protects", () => {
  it.each([
    ["Fix @octocat's bug, closes #12", "Fix @ octocat's bug, closes # 12"],
    ["resolves https://github.com/o/r/issues/1", "resolves https: //github.com/o/r/issues/1"],
    ["Fix GH-12 [skip ci]", "Fix GH 12 (skip ci)"],
    ["two\nlines", "two lines"],
    ["[no idea] [ci skip] [skip-actions] ***NO_CI***", "(no idea) (ci skip) (skip-actions) NO CI"],
    ["arr[0] [x] [types] kept", "arr[0] [x] [types] kept"],
  ])("title %j becomes %j", (text, out) => {
    expect(title(text, [])).toBe(out);
  });

  it("a title is cut at its limit with a sign of it", () => {
    expect(title("@a ".repeat(200), []).length).toBe(titleUnitsMax);
    expect(title("@a ".repeat(200), []).endsWith("…")).toBe(true);
  });

  it("a commit message has no trailers but ours", () => {
    const text =
      "Mend the parser\n\nfixes #1\n/lgtm\nCo-authored-by: Eve <eve@e.example>\nSigned-off-by : Eve\nskip-checks:true\nSkip-Checks: true\nAirlock-Run: 1\nNote: kept";
    expect(commitText(text, [])).toMatchInlineSnapshot(`
      "Mend the parser

      fixes # 1
      - /lgtm
      Co-authored-by - Eve <eve@ e.example>
      Signed-off-by - Eve
      skip-checks -true
      skip-checks - true
      Airlock-Run - 1
      Note: kept"
    `);
  });

  it("no secret gets through either", () => {
    expect([
      title("a npm_0123456789abcdefghijABCDEFGHIJ012345 b", []),
      commitText("hunter2-hunter2", ["hunter2-hunter2"]),
    ]).toEqual(["a [redacted] b", "[redacted]"]);
  });
});

describe("word, link and our own words", () => {
  it.each([
    ["octo-cat", "octo-cat"],
    ["airlock/12-1", "airlock/12-1"],
    ["risk:low", "risk:low"],
    ["a".repeat(40), "a".repeat(40)],
    ["airlock[bot]", "airlock\\[bot\\]"],
    ["@octocat", "@&#8203;octocat"],
    ["a b", "a b"],
    ["-x", "\\-x"],
    ["https://e.example", "`https://e.example`"],
    ["ghp_abcdefghijklmnopqrstuvwxyz0123456789", "\\[redacted\\]"],
  ])("word %j becomes %j", (text, out) => {
    expect(word(text, [])).toBe(out);
  });

  const home = "https://github.com/octo/repo";
  it.each([
    [`${home}/actions/runs/1`, `[run](${home}/actions/runs/1)`],
    [home, "run"],
    [`${home}.evil.example/x`, "run"],
    [`${home}/../../evil`, "run"],
    [`${home}/a) [x](http://e.example`, "run"],
    ["http://e.example/", "run"],
    ["javascript:alert(1)", "run"],
  ])("a link to %s becomes %s", (url, out) => {
    expect(link(word("run", []), url, home)).toBe(out);
  });

  it("our words stay as they are, around parts that passed", () => {
    const part = cell("@octocat | x", []);
    expect(ours`Fixes #${12}: ${part}\n| a | b |`).toBe("Fixes #12: @&#8203;octocat \\| x\n| a | b |");
    expect(joined([part, part], "\n")).toBe(`${part}\n${part}`);
  });

  it("an assembled body is cut at a line, and an open fence is closed", () => {
    const body = clipped(ours`# Ours\n\n${fence("line\n".repeat(5_000), [])}`, 1_000);
    expect(body.length).toBeLessThanOrEqual(1_000);
    expect(body.endsWith("line\n```\n\n… (cut here: the whole text is in the run's artifacts)")).toBe(true);
    expect(clipped(ours`short`)).toBe("short");
  });
});
