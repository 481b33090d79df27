import { expect, it } from "vitest";
import { collisions } from "../../src/change/collide.ts";
import { added, deleted, edited } from "./made.ts";

const base = ["README.md", "src/Parser.ts", "src/util/a.ts", "docs/caf\u00e9.md", "straße.txt"];

it.each([
  ["another case", added("src/parser.ts"), "path-collision"],
  ["another case of a folder", added("SRC/new.ts"), "path-collision"],
  ["another case of a folder further down", added("src/Util/b.ts"), "path-collision"],
  ["another Unicode form", added("docs/cafe\u0301.md"), "path-collision"],
  ["a compatible letter", added("ＲEADME.md"), "path-collision"],
  ["letters that fold to two", added("strasse.txt"), "path-collision"],
  ["a dot that Windows drops", added("README.md."), "path-collision"],
  ["a path below a file", added("README.md/x"), "path-conflict"],
  ["a file in place of a folder", added("src/util"), "path-conflict"],
] as const)("%s", (_, entry, rule) => {
  expect(collisions([entry], base)).toMatchObject([{ path: entry.path, rule }]);
  expect(collisions([entry], [])).toEqual([]);
});

it.each([
  ["a new name", [added("src/new.ts")]],
  ["a file that makes way for another case of itself", [added("Readme.md"), deleted("README.md")]],
  ["an edit of a path that already collides", [edited("src/parser.ts")]],
  ["a folder that makes way for a file", [added("src/util"), deleted("src/util/a.ts")]],
] as const)("%s is no collision", (_, change) => {
  expect(collisions([...change], base)).toEqual([]);
});

it("two new paths collide with each other, and each says with what", () => {
  expect(collisions([added("A/x"), added("a/y")], []).map(({ message }) => message)).toEqual([
    "`A` and `a` are one name on file systems that ignore case or Unicode form.",
    "`a` and `A` are one name on file systems that ignore case or Unicode form.",
  ]);
});
