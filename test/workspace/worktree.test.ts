import { tmpdir } from "node:os";
import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Change } from "../../src/change.ts";
import { localChange, openLocal } from "../../src/workspace/local.ts";
import { applyToWorkTree } from "../../src/workspace/worktree.ts";
import { entry, fixtureRepository, plainGit, writeFiles } from "./repository.ts";

const base = {
  "a.txt": "a",
  "dir/gone.txt": "gone",
  "other.txt": "o",
  ".gitattributes": "*.bat eol=crlf\n",
  "x.bat": "one\n",
};

async function withChange() {
  const fixture = fixtureRepository(base);
  plainGit(fixture.root, "rm", "--quiet", "dir/gone.txt");
  writeFiles(fixture.root, { "a.txt": "A", "new/run.sh": { executable: "x" }, l: { link: "a.txt" }, "x.bat": "two\n" });
  const head = fixture.recommit();
  await using local = await openLocal(fixture.root, tmpdir());
  const change = await localChange(local, fixture.commit, head.commit);
  plainGit(fixture.root, "reset", "--quiet", "--hard", fixture.commit);
  return { ...fixture, head, change, [Symbol.dispose]: fixture[Symbol.dispose] };
}

async function apply(root: string, change: Change) {
  await using local = await openLocal(root, tmpdir());
  return await applyToWorkTree(local, change);
}

describe("applyToWorkTree", () => {
  test("writes the change and leaves index, history and other edits alone", async () => {
    using fixture = await withChange();
    writeFiles(fixture.root, { "other.txt": "my own edit", "untracked.txt": "mine" });
    expect(await apply(fixture.root, fixture.change)).toEqual({ kind: "applied" });
    expect(plainGit(fixture.root, "diff", "--cached", "--name-only")).toBe("");
    expect(readdirSync(fixture.root).sort()).toEqual([
      ".git",
      ".gitattributes",
      "a.txt",
      "l",
      "new",
      "other.txt",
      "untracked.txt",
      "x.bat",
    ]);
    expect(readFileSync(join(fixture.root, "other.txt"), "utf8")).toBe("my own edit");
    expect(readFileSync(join(fixture.root, "x.bat"), "utf8")).toBe("two\r\n");
    expect(lstatSync(join(fixture.root, "l")).isSymbolicLink()).toBe(true);
    plainGit(fixture.root, "checkout", "--quiet", "other.txt");
    rmSync(join(fixture.root, "untracked.txt"));
    plainGit(fixture.root, "add", "--all");
    expect(plainGit(fixture.root, "write-tree")).toBe(fixture.head.tree);
  });

  test("writes nothing when one path was edited, created or removed", async () => {
    using fixture = await withChange();
    writeFiles(fixture.root, { "a.txt": "edited", "new/run.sh": "mine" });
    rmSync(join(fixture.root, "dir/gone.txt"));
    expect(await apply(fixture.root, fixture.change)).toEqual({
      kind: "not_clean",
      paths: ["a.txt", "dir/gone.txt", "new/run.sh"],
    });
    expect(readFileSync(join(fixture.root, "a.txt"), "utf8")).toBe("edited");
    expect(existsSync(join(fixture.root, "l"))).toBe(false);
  });

  test("writes nothing through a link", async () => {
    using fixture = await withChange();
    symlinkSync(fixture.temporary, join(fixture.root, "new"));
    expect(await apply(fixture.root, fixture.change)).toEqual({ kind: "not_clean", paths: ["new/run.sh"] });
    expect(existsSync(join(fixture.temporary, "run.sh"))).toBe(false);
  });

  test.each([".git/hooks/pre-commit", "../out.txt", "dir/.GIT/x", "/abs"])("refuses to write %s", async (path) => {
    using fixture = fixtureRepository(base);
    await expect(apply(fixture.root, [entry(path, null, "x")])).rejects.toMatchObject({ code: "bad-input" });
  });

  test("refuses a bare repository", async () => {
    using fixture = fixtureRepository(base);
    plainGit(fixture.root, "clone", "--quiet", "--bare", fixture.root, join(fixture.temporary, "bare.git"));
    await expect(apply(join(fixture.temporary, "bare.git"), [])).rejects.toMatchObject({ code: "bad-input" });
  });
});
