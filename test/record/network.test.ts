import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import type { NetworkRow } from "../../src/handoff/network.ts";
import { networkSection } from "../../src/record/network.ts";
import { task } from "./papers.ts";

const row = (more: Partial<NetworkRow> = {}): NetworkRow => ({
  host: "evil.example",
  port: 443,
  method: "CONNECT",
  allowed: false,
  reason: "blocked-by-allowlist",
  count: 1,
  ...more,
});
const show = (facts: { solve?: NetworkRow[]; verify?: NetworkRow[]; network?: object; known?: string[] }) =>
  networkSection({
    task: task({ config: Config.parse({ network: facts.network ?? {} }) }),
    solution: { network: facts.solve ?? [] },
    report: { network: facts.verify ?? [] },
    known: facts.known ?? [],
  });

test("nothing was opened: nothing is said", () => expect(show({})).toBe(""));

test("what was opened, what was refused and what was reached", () => {
  const network = { solve: { allow: ["docs.example", "*.api.example"] }, verify: { allow: ["db.example:5432"] } };
  const solve = [
    row({ count: 3 }),
    row({ host: "docs.example", allowed: true, reason: "allowed", method: "GET", port: 80 }),
  ];
  const verify = [row({ host: "::1", reason: "blocked-by-policy: the name leads to a private address" })];
  expect(show({ network, solve, verify })).toMatchInlineSnapshot(`
    "### Network

    - opened for the agent: \`docs.example\`, \`*.api.example\`
    - opened for the checks: \`db.example:5432\`

    **Blocked network requests**

    - agent: \`evil.example:443\` CONNECT, 3 times (\`blocked-by-allowlist\`)
    - checks: \`[::1]:443\` CONNECT (\`blocked-by-policy: the name leads to a private address\`)

    **Reached hosts**

    - agent: \`docs.example:80\` GET"
  `);
});

test("what an installation asked for is told apart from what the phase after it did", () => {
  const asked = row({ where: "prepare" });
  expect(show({ solve: [asked, row()], verify: [asked, row()] })).toContain(
    [
      "- installation: `evil.example:443` CONNECT (`blocked-by-allowlist`)",
      "- agent: `evil.example:443` CONNECT (`blocked-by-allowlist`)",
      "- installation for the checks: `evil.example:443` CONNECT (`blocked-by-allowlist`)",
      "- checks: `evil.example:443` CONNECT (`blocked-by-allowlist`)",
    ].join("\n"),
  );
});

describe("a host name is a stranger's text", () => {
  test.each(["@mona", "x`](https://evil.example)", "closes #1 | <img src=x>", "/agent fix\n# Title"])("%j", (host) => {
    const shown = show({ solve: [row({ host })] });
    expect(shown.split("\n").filter((line) => line.startsWith("- "))).toHaveLength(1);
    expect(shown).not.toMatch(/<img|^#{1,2} /m);
  });

  test("a value that this job holds is not shown", () => {
    expect(show({ solve: [row({ host: "plum-cake-and-tea.example" })], known: ["plum-cake-and-tea"] })).not.toContain(
      "plum-cake",
    );
  });

  test("many rows are counted", () => {
    const solve = Array.from({ length: 50 }, (_, index) => row({ host: `h${index}.example` }));
    expect(show({ solve })).toContain("- and 35 more, in the run's papers");
    expect(show({ solve })).toContain("There were more different requests than a paper keeps (50).");
  });
});
