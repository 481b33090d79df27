import { unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { BaselinePaper } from "../../src/handoff/baseline.ts";
import { seal } from "../../src/handoff/seal.ts";
import type { World } from "../world.ts";
import { ask, expectSound, goodFix, papersOf, startStory } from "./road.ts";

const asked = { ".github/airlock.toml": "[verify]\nbaseline_job = true\n" };

/** The one run: its jobs, what verify's Report says of the base, the checks that verify ran on base, and the table that people see. */
function seen(world: World) {
  const [run] = world.repository.runs();
  const { files } = papersOf(world, run?.id ?? 0);
  const report = JSON.parse(files.get("airlock-verify-1/report.json") ?? "{}");
  const log = (run?.log ?? []).filter(({ job }) => job === "verify").map(({ text }) => text);
  const body = world.repository.pulls()[0]?.body ?? "";
  return {
    conclusion: run?.conclusion,
    jobs: Object.fromEntries((run?.jobs ?? []).map(({ id, conclusion }) => [id, conclusion])),
    baseline: report.baseline,
    ranOnBase: log.flatMap((line) => /^(\w+) on base: started/.exec(line)?.[1] ?? []),
    log: log.filter((line) => /base (runs here|taken)/.test(line)),
    table: body.split("\n").flatMap((line) => (/^\| (lint|tests) \|/.test(line) ? [withoutTimes(line)] : [])),
    files,
  };
}

function withoutTimes(row: string): string {
  return row.replaceAll(/\d+(\.\d+)? m?s/g, "TIME");
}

/** The rows of the pull request, which do not tell where the base ran. */
const table = [
  "| lint | ✅ passed in TIME | ✅ passed in TIME | **pass** |",
  "| tests | ✅ passed in TIME | ✅ passed in TIME | **pass**: `3 tests: 3 passed` |",
];

test("the base's side runs beside solve where the repository asks for it, and the pull request reads as it does without", async () => {
  await using world = await startStory(goodFix, { files: asked });
  await ask(world);
  const on = seen(world);
  const allFive = { gate: "success", solve: "success", baseline: "success", verify: "success", publish: "success" };
  expect([on.jobs, on.conclusion]).toEqual([allFive, "success"]);
  const paper = BaselinePaper.parse(JSON.parse(on.files.get("airlock-baseline-1/baseline.json") ?? ""));
  expect(on.baseline).toEqual({ digest: seal(BaselinePaper, paper).digest, checks: ["lint", "tests", "build"] });
  expect([on.ranOnBase, on.log]).toEqual([[], ["base taken from the baseline job: lint, tests, build"]]);
  expect(on.table).toEqual(table);
  const entries = (on.files.get("airlock-publish-1/audit.jsonl") ?? "").trim().split("\n");
  expect(entries.map((line) => JSON.parse(line).data)).toContainEqual(
    expect.objectContaining({ base: "baseline job: lint, tests, build" }),
  );
  expectSound(world);
});

test("a paper that was changed between the jobs is not used and ends nothing: the base runs where verify does", async () => {
  await using world = await startStory(goodFix, {
    files: asked,
    between: async (job) => {
      if (job !== "baseline") return;
      const artifact = world.repository.record.artifacts.find(({ name }) => name === "airlock-baseline-1");
      if (artifact === undefined) throw new Error("there is no baseline");
      const files = unzipSync(artifact.zip);
      const paper = Buffer.from(files["baseline.json"] ?? []).toString("utf8");
      const forged = paper.replaceAll('"passed":2', '"passed":1');
      expect(forged).not.toBe(paper);
      artifact.zip = Buffer.from(zipSync({ ...files, "baseline.json": Buffer.from(forged) }));
    },
  });
  await ask(world);
  const on = seen(world);
  expect([on.conclusion, on.jobs["verify"], on.jobs["publish"]]).toEqual(["success", "success", "success"]);
  expect([on.baseline, on.ranOnBase.toSorted()]).toEqual([undefined, ["build", "lint", "tests"]]);
  expect(on.log).toEqual([expect.stringMatching(/without the paper of the baseline job: The paper has digest/)]);
  expect(on.table).toEqual(table);
  expectSound(world);
});
