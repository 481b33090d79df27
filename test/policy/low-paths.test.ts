import { expect, test } from "vitest";
import { lowPaths } from "../../src/policy/low-paths.ts";
import { config, entry, madeFacts, said } from "./made-facts.ts";

test.each([
  ["docs/a.md", true],
  ["docs/deep/er/a.txt", true],
  ["README.md", true],
  ["packages/a/README.md", true],
  ["packages/a/CHANGELOG.md", true],
  ["NOTES.md", true],
  ["docs/\u4e2d\u6587.md", true],
  ["packages/a/NOTES.md", false],
  ["src/a.ts", false],
  ["docs/conf.py", false],
  ["docs/.vitepress/config.ts", false],
  ["docs/a.mdx", false],
  ["docs/a.md/evil.ts", false],
  ["README.md/evil.ts", false],
  ["Docs/a.md", false],
  ["d\u043ecs/a.md", false],
  ["docs/a.MD", false],
  ["docs/a.md ", false],
  ["docs/a.md.", false],
  ["docs/a\u200b.md", false],
  ["docs/a\u202e.md", false],
  ["docs\\a.md", false],
  ["xdocs/a.md", false],
])("By default %j can be low: %s", (path, expected) => {
  expect(lowPaths(madeFacts({ entries: [entry(path)] })).length === 0).toBe(expected);
});

test("The list is the repository's own, and an empty one lets nothing be low", () => {
  const facts = madeFacts({ entries: [entry("src/a.ts"), entry("README.md")] });
  const judged = (low_paths: string[]) => said(lowPaths({ ...facts, risk: { ...config.risk, low_paths } }));
  expect(judged(["src/**"])).toEqual(["medium path-not-low: README.md"]);
  expect(judged(["**"])).toEqual([]);
  expect(judged(["**.ts", "*.md"])).toEqual([]);
  expect(judged(["/**.ts", "*.md"])).toEqual(["medium path-not-low: src/a.ts"]);
  expect(judged([])).toEqual(["medium path-not-low: src/a.ts, README.md"]);
});
