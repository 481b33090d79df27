import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { ownMark } from "../../sandbox/owner.ts";
import { openRepository } from "../../src/cli/repository.ts";
import { resolveRevision } from "../../src/workspace/local.ts";
import { fixtureRepository, temporaryDirectory } from "../workspace/repository.ts";

test("all that a view of a repository leaves on the disk carries our mark, so that the next process can remove it", async () => {
  using fixture = fixtureRepository({ "a.txt": "a" });
  using temporary = temporaryDirectory();
  vi.stubEnv("TMPDIR", temporary.path);
  try {
    {
      await using local = await openRepository(fixture.root);
      expect(await resolveRevision(local, "HEAD")).toEqual({ commit: expect.any(String), tree: expect.any(String) });
      expect(readdirSync(temporary.path)).toEqual([expect.stringMatching(new RegExp(`^${ownMark()}-`))]);
    }
    expect(readdirSync(temporary.path)).toEqual([]);
    await expect(openRepository(temporary.path)).rejects.toMatchObject({ code: "bad-input" });
    expect(readdirSync(temporary.path)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});
