import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { ownersMax } from "../../src/handoff/verdict.ts";
import { parseCodeowners } from "../../src/policy/codeowners.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { judge } from "../../src/policy/judge.ts";
import { ownerGroups, pathOwners } from "../../src/policy/owners.ts";
import { entry, madeFacts, said } from "./made-facts.ts";

const file = (text: string) => parseCodeowners(".github/CODEOWNERS", text);
const { risk } = Config.parse({
  risk: { owners: [{ paths: ["src/pay/**"], users: ["pat"], teams: ["pay"] }] },
});
const prose = [entry("docs/a.md", { type: "text" })];
const pay = [entry("src/pay/a.ts")];

describe("an owner who must look, and one who is not known", () => {
  test.each<[string, Partial<Facts>, string[]]>([
    ["no CODEOWNERS, nothing configured", {}, []],
    ["an owner in CODEOWNERS", { codeowners: file("* @mona") }, []],
    ["a team in CODEOWNERS", { codeowners: file("* @octo/web") }, []],
    ["no line for the path", { codeowners: file("/src/ @mona") }, ["low owner-unknown: docs/a.md"]],
    ["a line without an owner", { codeowners: file("* @mona\n/docs/\n") }, ["low owner-unknown: docs/a.md"]],
    ["an owner by address alone", { codeowners: file("* a@example.com") }, ["low owner-unknown: docs/a.md"]],
    ["an empty file", { codeowners: file("") }, ["low owner-unknown: docs/a.md"]],
    [
      "lines that cannot be read",
      { codeowners: file("* @a\n!x @b\n!y @b") },
      ["low owners-unreadable: .github/CODEOWNERS:2 and 1 more"],
    ],
    ["configured owners", { risk, entries: pay }, ["low owner-named: src/pay/a.ts"]],
    ["configured owners of other paths", { risk }, []],
    [
      "configured owners where CODEOWNERS knows none",
      { risk, entries: pay, codeowners: file("") },
      ["low owner-named: src/pay/a.ts"],
    ],
  ])("%s", (_, parts, expected) => {
    const opinions = pathOwners(madeFacts({ entries: prose, ...parts }));
    expect(said(opinions)).toEqual(expected);
    expect(opinions.every(({ needsPerson, lower }) => needsPerson && lower !== null)).toBe(true);
  });

  test("a person is required even where the level asks for none, the level stays, and the way down is said", () => {
    const judged = judge(madeFacts({ codeowners: file("/src/ @mona") }));
    expect(judged).toMatchObject({
      level: "low",
      requirements: { reviewers: 1, owners: [] },
      labels: ["risk:low", "needs-review:1"],
    });
    expect(judged.lower).toEqual(["Name an owner for docs/sum.md in .github/CODEOWNERS of the base branch."]);
    expect(judge(madeFacts({ codeowners: file("* @mona") })).requirements).toMatchObject({ reviewers: 0, owners: [] });
  });
});

describe("who must be among the reviewers", () => {
  test("one group per set of people, from both places", () => {
    const entries = [entry("src/a.ts"), entry("src/b.ts"), entry("src/pay/a.ts"), entry("none.ts")];
    const codeowners = file("/src/ @mona @octo/web\n");
    expect(judge(madeFacts({ risk, entries, codeowners })).requirements.owners).toEqual([
      { paths: ["src/pay/a.ts"], users: ["pat"], teams: ["pay"] },
      { paths: ["src/a.ts", "src/b.ts", "src/pay/a.ts"], users: ["mona"], teams: ["web"] },
    ]);
  });

  test("a path is shown harmlessly, and more than the cap is counted", () => {
    const entries = Array.from({ length: ownersMax.paths + 3 }, (_, at) => entry(`src/${at}\u202e.ts`));
    const [group] = ownerGroups(madeFacts({ entries, codeowners: file("* @mona") }));
    expect(group?.paths).toHaveLength(ownersMax.paths);
    expect(group?.paths[0]).toBe("src/0\\u{202e}.ts");
    expect(group?.paths.at(-1)).toBe("and 4 more");
  });

  test("groups over the cap hold the change and are told; at the cap all of them are asked", () => {
    const owned = (count: number) => {
      const names = Array.from({ length: count }, (_, at) => `docs/${at}.md`);
      const codeowners = file(names.map((name, at) => `/${name} @person-${at}`).join("\n"));
      return judge(madeFacts({ entries: names.map((name) => entry(name, { type: "text" })), codeowners }));
    };
    const over = owned(ownersMax.groups + 1);
    expect(over).toMatchObject({ kind: "hold", level: "critical", auto_merge: { kind: "not" } });
    expect(over.reasons).toContainEqual({
      rule: "owners-too-many",
      level: "critical",
      saw: "61 groups",
      message: "More than 60 groups of owners must approve; the approvals of the others cannot be waited for.",
    });
    const within = owned(ownersMax.groups);
    expect(within.kind).toBe("publish");
    expect(within.reasons.map(({ rule }) => rule)).not.toContain("owners-too-many");
    const waits = judge(
      madeFacts({
        entries: Array.from({ length: 60 }, (_, at) => entry(`src/${at}.ts`)),
        codeowners: file(Array.from({ length: 60 }, (_, at) => `/src/${at}.ts @person-${at}`).join("\n")),
      }),
    );
    expect(waits.requirements.owners).toHaveLength(60);
  });

  test("a secret names nobody and no path", () => {
    const findings = [
      {
        id: "x",
        rule: "secret",
        level: "block" as const,
        path: "a",
        line: 1,
        message: "A secret.",
        before: null,
        after: null,
      },
    ];
    expect(judge(madeFacts({ entries: pay, risk, findings })).requirements.owners).toEqual([]);
  });
});
