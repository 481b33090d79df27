import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { secretRules } from "../../src/text/find-secrets.ts";

/** Literals that a row shows; the rest is an ellipsis. */
const literalsShown = 4;

test("docs/secrets.md lists every rule, as it is, and no other", () => {
  const page = readFileSync(new URL("../../docs/secrets.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("## What\n"), page.indexOf("## What it cannot find"));
  const rows = table.split("\n").filter((line) => /^\| [a-z0-9]+-/.test(line) && !line.startsWith("| ---"));
  expect(rows).toEqual(
    secretRules.map(({ id, name, literals, source }) => {
      const shown = literals.slice(0, literalsShown).map((literal) => `\`${literal}\``);
      const more = literals.length > literalsShown ? " …" : "";
      return `| ${id} | ${name} | ${shown.join(" ")}${more} | ${source} |`;
    }),
  );
});
