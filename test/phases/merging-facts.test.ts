import { describe, expect, test } from "vitest";
import type { Change } from "../../src/change.ts";
import { Config } from "../../src/config.ts";
import { mergingFacts } from "../../src/phases/merging-facts.ts";
import { ours } from "../../src/text/outgoing.ts";
import { portOver } from "../github/ports.ts";
import { arrived, bare, publishOf, side } from "./publish-papers.ts";
import { type Scene, scene } from "./scene.ts";

const enabled = { ".github/airlock.toml": "[auto_merge]\nenabled = true\nbudget_lines = 20\n" };
const prose: Change = [{ path: "README.md", before: bare(side("# demo\n")), after: side("# demo, again\n") }];

/** What publish said of a change, and what GitHub waits to merge. */
async function published(stage: Scene, change: Change = prose) {
  const outcome = await publishOf(stage, await arrived(stage, change));
  if (outcome.kind !== "verdict") throw new Error(outcome.stop.message);
  const waiting = stage.repository.record.issues.flatMap(({ pull }) =>
    pull?.autoMerge == null ? [] : [pull.autoMerge.head],
  );
  return { verdict: outcome.verdict, waiting };
}

describe("merging without a person", () => {
  test("GitHub is asked to merge exactly the published commit, once its rules hold", async () => {
    await using stage = await scene(enabled);
    stage.repository.record.autoMergeAllowed = true;
    stage.repository.requireCheck("main", "airlock", 4711);
    const { verdict, waiting } = await published(stage);
    expect(verdict).toMatchObject({ level: "low", auto_merge: { kind: "allowed" }, published: { not_applied: [] } });
    expect(waiting).toEqual([verdict.published?.commit]);
  });

  test("where the branch does not require the check, nothing binds the merge, so it is not asked for", async () => {
    await using stage = await scene(enabled);
    stage.repository.record.autoMergeAllowed = true;
    const { verdict, waiting } = await published(stage);
    expect(verdict.published?.not_applied).toEqual([
      "Merging without a person was not asked for: nothing requires the check airlock of the Airlock App on main, so a later push would be merged as well.",
    ]);
    expect(waiting).toEqual([]);
  });

  test("without the configuration nothing is asked", async () => {
    await using stage = await scene();
    stage.repository.record.autoMergeAllowed = true;
    const { verdict, waiting } = await published(stage);
    expect(verdict).toMatchObject({ level: "low", auto_merge: { kind: "not" } });
    expect(waiting).toEqual([]);
  });

  test("a fix of a program is not merged so", async () => {
    await using stage = await scene(enabled);
    stage.repository.record.autoMergeAllowed = true;
    const { verdict, waiting } = await published(stage, [
      { path: "src/sum.js", before: bare(side("a - b\n")), after: side("a + b\n") },
    ]);
    expect(verdict.auto_merge).toMatchObject({
      because: expect.arrayContaining(["Something may execute src/sum.js."]),
    });
    expect(waiting).toEqual([]);
  });

  test("where the repository's setting is off, the pull request stands and says so", async () => {
    await using stage = await scene(enabled);
    stage.repository.requireCheck("main", "airlock", 4711);
    const { verdict, waiting } = await published(stage);
    expect(verdict.published?.not_applied).toEqual([
      expect.stringMatching(/^GitHub will not merge it without a person: .*Auto merge is not allowed/),
    ]);
    expect(waiting).toEqual([]);
  });

  test("what was merged this week spends the budget; a week later it is there again", async () => {
    for (const [days, kind] of [
      [1, "not"],
      [8, "allowed"],
    ] as const) {
      await using stage = await scene(enabled);
      stage.push({ "NOTES.md": "line\n".repeat(19) }, "airlock/99-1");
      const pull = await stage.writing.createPull({
        title: ours`Notes`,
        body: ours``,
        head: "airlock/99-1",
        base: "main",
        draft: false,
      });
      const record = stage.repository.record.issues.find(({ number }) => number === pull.number);
      if (record?.pull == null) throw new Error("there is no pull request");
      const at = stage.now() - days * 86_400_000;
      Object.assign(record, { state: "closed", updatedAt: at });
      record.pull.mergedAt = at;
      expect((await published(stage)).verdict.auto_merge.kind).toBe(kind);
    }
  });
});

describe("what the rule knows of the past", () => {
  const { auto_merge, pull_request } = Config.parse({ auto_merge: { enabled: true } });
  const now = Date.parse("2026-11-20T10:00:00Z");

  test("nothing is asked unless it is enabled", async () => {
    const config = { auto_merge: { ...auto_merge, enabled: false }, pull_request };
    expect(await mergingFacts(config, now, { github: portOver({}), onProgress: () => {} })).toEqual({
      now,
      earlier: null,
    });
  });

  test("what waits counts as of now, and only our branches since seven days are asked for", async () => {
    const asked: unknown[] = [];
    const files = [{ path: "docs/a.md", lines: 4 }];
    const github = portOver({
      mergingPulls: async (...words) => {
        asked.push(words);
        return [
          { number: 1, mergedAt: "2026-11-19T10:00:00Z", files },
          { number: 2, mergedAt: null, files },
        ];
      },
    });
    expect(await mergingFacts({ auto_merge, pull_request }, now, { github, onProgress: () => {} })).toEqual({
      now,
      earlier: [
        { at: now - 86_400_000, files },
        { at: now, files },
      ],
    });
    expect(asked).toEqual([["airlock/", new Date("2026-11-13T10:00:00Z")]]);
  });

  test("what cannot be read is not known, which is said and allows nothing", async () => {
    const said: string[] = [];
    const github = portOver({ mergingPulls: () => Promise.reject(new Error("502")) });
    expect(
      await mergingFacts({ auto_merge, pull_request }, now, { github, onProgress: (text) => said.push(text) }),
    ).toEqual({ now, earlier: null });
    expect(said).toEqual([expect.stringMatching(/^what was merged lately could not be read: /)]);
  });
});
