import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { judgeProbes } from "../../sandbox/probe.ts";

const readme = readFileSync(new URL("../../sandbox/README.md", import.meta.url), "utf8");

/** Every test named in the table's third column: its file, and words of its title when they are given. */
function named(): { file: string; title: string | null }[] {
  const table = readme.slice(readme.indexOf("| argument or rule |"), readme.indexOf("## The proof at each start"));
  const cells = table.split("\n").flatMap((row) => row.split(/(?<!\\)\|/).slice(3, 4));
  return cells.slice(2).flatMap((cell) => {
    const parts = [...cell.matchAll(/`([\w/-]+)`|"((?:[^"])+)"/g)];
    let file = "";
    return parts.flatMap(([, path, title]) => {
      if (path !== undefined) file = path;
      return [{ file, title: title ?? null }];
    });
  });
}

const sourceOf = (file: string) => new URL(`../${placeOf(file)}.test.ts`, import.meta.url);

function placeOf(file: string): string {
  if (file.startsWith("test/")) return file.slice("test/".length);
  return file.startsWith("escape/") ? file : `sandbox/${file}`;
}

test("each test that the table names exists", () => {
  const all = named();
  expect(all.length).toBeGreaterThan(40);
  const missing = all.filter(({ file, title }) => {
    const source = sourceOf(file);
    return !existsSync(source) || (title !== null && !readFileSync(source, "utf8").includes(title));
  });
  expect(missing).toEqual([]);
});

test("the number of probes is the one that is said", () => {
  const expected = { hostNamespaces: {}, uid: 0, environment: [], disableUserns: true, init: "", reached: [] };
  // One more is made on the host's side: the symlinked mount point.
  expect(readme).toContain(`runs ${judgeProbes("", expected).length + 1} probes`);
});

test("every row of the table names a test", () => {
  const rows = readme
    .slice(readme.indexOf("| argument or rule |"), readme.indexOf("## The proof at each start"))
    .split("\n")
    .filter((row) => row.startsWith("| ") && !row.startsWith("| ---"))
    .slice(1);
  expect(rows.filter((row) => !/`[\w/-]+`[^|]*\|$/.test(row))).toEqual([]);
});
