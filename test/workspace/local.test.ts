import { tmpdir } from "node:os";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileAt, localChange, localTree, openLocal, resolveRevision } from "../../src/workspace/local.ts";
import { fixtureRepository, plainGit, temporaryDirectory, writeFiles } from "./repository.ts";

describe("a local repository", () => {
  test("resolves revisions as git does, from a directory below the top too", async () => {
    using fixture = fixtureRepository({ "src/a.txt": "a" });
    writeFiles(fixture.root, { "src/a.txt": "b" });
    const head = fixture.recommit();
    plainGit(fixture.root, "tag", "--annotate", "--message", "one", "v1", fixture.commit);
    plainGit(fixture.root, "worktree", "add", "--quiet", "--detach", join(fixture.temporary, "linked"), fixture.commit);
    await using local = await openLocal(join(fixture.root, "src"), tmpdir());
    await using linked = await openLocal(join(fixture.temporary, "linked"), tmpdir());
    expect(local.source.workTree).toBe(fixture.root);
    expect(await resolveRevision(local, "HEAD")).toEqual(head);
    expect(await resolveRevision(local, "main")).toEqual(head);
    const first = { commit: fixture.commit, tree: fixture.tree };
    for (const revision of ["HEAD~1", "v1", fixture.commit.slice(0, 10)]) {
      expect(await resolveRevision(local, revision)).toEqual(first);
    }
    expect(await resolveRevision(linked, "HEAD")).toEqual(first);
  });

  test.each(["nope", "--all", "HEAD:src/a.txt", "", "HEAD^{tree}", "a\nb"])(
    "names the bad revision %j",
    async (revision) => {
      using fixture = fixtureRepository({ "src/a.txt": "a" });
      await using local = await openLocal(fixture.root, tmpdir());
      await expect(resolveRevision(local, revision)).rejects.toMatchObject({
        code: "bad-input",
        message: `${JSON.stringify(revision)} names no commit in ${fixture.root}/.git.`,
      });
    },
  );

  test("says that a directory is no repository", async () => {
    using temporary = temporaryDirectory();
    await expect(openLocal(temporary.path, tmpdir())).rejects.toMatchObject({
      code: "bad-input",
      message: `${temporary.path} is not in a git repository.`,
    });
  });

  test("lists a tree, reads a file and compares two commits", async () => {
    using fixture = fixtureRepository({ "src/a.txt": "a", l: { link: "src/a.txt" } });
    writeFiles(fixture.root, { "src/a.txt": "b" });
    const head = fixture.recommit();
    await using local = await openLocal(fixture.root, tmpdir());
    expect((await localTree(local, head.commit)).map(({ path, mode }) => [path, mode])).toEqual([
      ["l", "120000"],
      ["src/a.txt", "100644"],
    ]);
    expect((await fileAt(local.store, fixture.commit, "src/a.txt"))?.toString()).toBe("a");
    expect(await fileAt(local.store, fixture.commit, "l")).toBe(null);
    expect(await fileAt(local.store, fixture.commit, "src")).toBe(null);
    expect((await localChange(local, fixture.commit, head.commit)).map(({ path }) => path)).toEqual(["src/a.txt"]);
    expect(readFileSync(join(fixture.root, "src/a.txt"), "utf8")).toBe("b");
  });
});
