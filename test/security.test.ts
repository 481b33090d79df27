import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.dirname(import.meta.dirname);
const page = readFileSync(path.join(root, "SECURITY.md"), "utf8");

/** Every `file` › "title" · "title" of the page. */
const named = [...page.matchAll(/`(test\/[^`]+\.test\.ts)` › ((?:"[^"]+"(?: · )?)+)/g)].flatMap(
  ([, file = "", titles = ""]) => [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => ({ file, title })),
);

test("SECURITY.md names tests, at least one for each promise", () => {
  const promises = [...page.matchAll(/^\| (\d+) \|.*$/gm)];
  expect(promises.length).toBeGreaterThanOrEqual(13);
  expect(promises.filter(([row]) => !/`test\/[^`]+\.test\.ts` › "/.test(row))).toEqual([]);
});

test.each(named)("$file has the test $title", ({ file, title }) => {
  expect(existsSync(path.join(root, file))).toBe(true);
  expect(readFileSync(path.join(root, file), "utf8")).toContain(title);
});
