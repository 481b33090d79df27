import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogue } from "../../src/policy/catalogue.ts";

const page = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");
const all = catalogue.flatMap(({ rules }) => rules);

/** The part of the page that is made from the rules. */
function rendered(): string {
  const families = catalogue.map(({ family, rules }) =>
    [
      `### ${family}`,
      "",
      "| rule | gives | when | what takes it away |",
      "| :-- | :-- | :-- | :-- |",
      ...rules.map(({ rule, gives, sentence, lower }) => `| \`${rule}\` | ${gives} | ${sentence} | ${lower} |`),
    ].join("\n"),
  );
  return families.join("\n\n");
}

test("docs/policy.md lists every rule as the code knows it, and no other", () => {
  const [, listed = ""] = /<!-- rules -->\n\n([^]*?)\n\n<!-- end of rules -->/.exec(page) ?? [];
  // On a difference: put the received text between the two marks.
  expect(rendered()).toBe(listed);
});

test("Every rule has a name of its own, says when it speaks, and what takes it away", () => {
  expect(new Set(all.map(({ rule }) => rule)).size).toBe(all.length);
  expect(all.filter(({ sentence, lower, gives }) => [sentence, lower, gives].includes(""))).toEqual([]);
  expect(all.filter(({ sentence, lower }) => !sentence.endsWith(".") || !lower.endsWith("."))).toEqual([]);
});
