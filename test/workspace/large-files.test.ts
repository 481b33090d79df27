import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorkspace } from "../../src/workspace/open.ts";
import { fixtureRepository, runAs, writeFiles } from "./repository.ts";

function open(fixture: ReturnType<typeof fixtureRepository>, fileBytesMax?: number) {
  const { root: source, commit, dir } = fixture;
  return openWorkspace({ source, commit, dir, runAs, ...(fileBytesMax === undefined ? {} : { fileBytesMax }) });
}

test("a checkpoint takes a new file out that no change could carry, before git reads it", async () => {
  using fixture = fixtureRepository({ "known.bin": Buffer.alloc(20), ".gitignore": "cache/\n" });
  await using workspace = await open(fixture, 10);
  writeFiles(workspace.root, { "fits.txt": "0123456789", "cache/pack": Buffer.alloc(20) });
  // Reading it would take git hours, and the test's own patience is shorter.
  execFileSync("truncate", ["--size=4T", join(workspace.root, "huge.bin")]);
  writeFiles(workspace.root, { "later.txt": "small" });
  const first = await workspace.checkpoint();
  expect(first.violations).toEqual(['Removed "huge.bin": it has 4398046511104 bytes, and a change may carry 10.']);
  expect((await workspace.change(first.tree)).map(({ path }) => path)).toEqual(["fits.txt", "later.txt"]);
  expect(existsSync(join(workspace.root, "cache/pack"))).toBe(true);
  execFileSync("truncate", ["--size=4T", join(workspace.root, "later.txt")]);
  const second = await workspace.checkpoint();
  expect(second.violations).toEqual(['Removed "later.txt": it has 4398046511104 bytes, and a change may carry 10.']);
});

test("a checkpoint ends when its time is over, says so, and leaves what was recorded before", async () => {
  using fixture = fixtureRepository({ "a.txt": "a" });
  await using workspace = await open(fixture);
  writeFiles(workspace.root, { "b.txt": "b" });
  const good = await workspace.checkpoint(60_000);
  // A file of the base is never taken out, so git does begin to read it.
  execFileSync("truncate", ["--size=4T", join(workspace.root, "a.txt")]);
  await expect(workspace.checkpoint(1_000)).rejects.toMatchObject({
    code: "git-failed",
    message: "git add did not end within the time it had",
    fix: expect.stringContaining("limits.wall_clock_s") as unknown,
  });
  expect((await workspace.change(good.tree)).map(({ path }) => path)).toEqual(["b.txt"]);
});
