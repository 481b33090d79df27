import { describe, expect, test } from "vitest";
import type { Change } from "../../src/change.ts";
import { AirlockError } from "../../src/errors.ts";
import { applyChange } from "../../src/workspace/apply.ts";
import { changeBetween } from "../../src/workspace/diff.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { entry, fixtureRepository, type FixtureFile, plainGit, runAs, writeFiles } from "./repository.ts";

const base: Record<string, FixtureFile> = {
  "a.txt": "a",
  "b.sh": { executable: "b" },
  "dir/c.txt": "c",
  "dir.txt": "d",
  l: { link: "a.txt" },
};

async function rebuild(fixture: ReturnType<typeof fixtureRepository>, change: Change): Promise<string> {
  await using view = await viewRepository(fixture.root, fixture.dir);
  await using store = await copyTrees(view, [fixture.tree], fixture.dir, runAs);
  return await applyChange(store, fixture.tree, change);
}

describe("applyChange", () => {
  test("rebuilds exactly the tree that the change was read from", async () => {
    using fixture = fixtureRepository(base);
    plainGit(fixture.root, "rm", "--quiet", "-r", "dir", "b.sh", "l");
    writeFiles(fixture.root, {
      dir: "a file where a directory was",
      "b.sh/now/a/directory.txt": "b",
      'new/ü\ttab\nnewline "quoted".txt': Buffer.from([0, 255, 13, 10]),
      "new/run": { executable: "x" },
      l: "no link any more",
      "a.txt": "changed\r\n",
    });
    const head = fixture.recommit();
    await using view = await viewRepository(fixture.root, fixture.dir);
    const change = await changeBetween(view, fixture.tree, head.tree);
    expect(change.map(({ path }) => path)).toEqual([
      "a.txt",
      "b.sh",
      "b.sh/now/a/directory.txt",
      "dir",
      "dir/c.txt",
      "l",
      "new/run",
      'new/ü\ttab\nnewline "quoted".txt',
    ]);
    expect(await rebuild(fixture, change)).toBe(head.tree);
  });

  test("gives the base for an empty change", async () => {
    using fixture = fixtureRepository(base);
    expect(await rebuild(fixture, [])).toBe(fixture.tree);
  });

  const refused: [string, Change][] = [
    ["whose before has other content than the base", [entry("a.txt", "not a", "new")]],
    ["whose before does not exist", [entry("missing.txt", "x", "new")]],
    ["whose new path exists already", [entry("a.txt", null, "new")]],
    [
      "whose content is not its id",
      [{ ...entry("n.txt", null, "new"), after: { mode: "100644", sha: "1".repeat(40), content: "bmV3" } }],
    ],
    ["whose new file would hide a directory", [entry("dir", null, "new")]],
    ["whose new path lies below a file", [entry("a.txt/below", null, "new")]],
    ["that changes nothing", [entry("a.txt", "a", "a")]],
    ["with a path twice", [entry("n.txt", null, "one"), entry("n.txt", null, "two")]],
    ["with a NUL in a path", [entry("n\0.txt", null, "new")]],
    ["with half a surrogate in a path", [entry("n\ud800.txt", null, "new")]],
  ];
  test.each(refused)("refuses a change %s", async (_, change) => {
    using fixture = fixtureRepository(base);
    await expect(rebuild(fixture, change)).rejects.toMatchObject({ code: "tree-mismatch" });
  });

  test.each([".git/config", "dir/.GIT/config", "../out", "/abs", "a//b", "git~1/x"])(
    "cannot be made to write %s",
    async (path) => {
      using fixture = fixtureRepository(base);
      await expect(rebuild(fixture, [entry(path, null, "x")])).rejects.toBeInstanceOf(AirlockError);
    },
  );
});
