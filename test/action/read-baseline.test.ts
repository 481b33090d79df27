import { join } from "node:path";
import { expect, test } from "vitest";
import { openAudit } from "../../src/audit/log.ts";
import { writePapers } from "../../src/action/papers.ts";
import { readBaseline } from "../../src/action/read-baseline.ts";
import { BaselinePaper } from "../../src/handoff/baseline.ts";
import { seal } from "../../src/handoff/seal.ts";
import { baselinePaper, entry, environment, reading } from "../phases/baseline-papers.ts";
import { digest } from "../record/papers.ts";
import { recordingShell } from "./recording-shell.ts";

/** What verify is given for its base, what it says and what it writes into its log. `announced`: the job's output, when it is another. */
async function read(paper: BaselinePaper | null, { announced = "", by = reading() } = {}) {
  using on = recordingShell();
  const audit = openAudit("verify", on.shell.now);
  const directory = join(on.path, "papers/baseline");
  const sealed = paper === null ? null : seal(BaselinePaper, paper);
  if (sealed !== null)
    await writePapers(directory, { name: "baseline", sealed, audit: openAudit("baseline", () => 0) });
  const given = announced === "" ? (sealed?.digest ?? "") : announced;
  const papers = { task: "t", "task-digest": digest("a"), solution: "s", "solution-digest": digest("b") };
  const switches = { "drop-sudo": false, "separate-user": "off" as const, repository: "r" };
  const told = given === "" ? {} : { baseline: directory, "baseline-digest": given };
  const inputs = { phase: "verify" as const, ...switches, ...papers, ...told };
  const { baseline, baselineDigest } = await readBaseline(inputs, by, { shell: on.shell, audit });
  const taken = baseline === undefined ? null : [...((await baseline)?.runs.keys() ?? [])];
  const said = on.told.log.map((line) => line.replaceAll(on.path, ""));
  return { taken, digest: baselineDigest, said, log: audit.entries.map(({ event, data }) => [event, data["used"]]) };
}

test("the announced paper is taken, and log and audit say what of it", async () => {
  const { digest: announced } = seal(BaselinePaper, baselinePaper());
  expect(await read(baselinePaper())).toEqual({
    taken: ["lint", "tests"],
    digest: announced,
    said: ["base taken from the baseline job: lint, tests"],
    log: [["baseline.read", true]],
  });
  const by = reading({ change: [entry("test/sum.test.ts")] });
  expect((await read(baselinePaper(), { by })).said).toEqual([
    "base taken from the baseline job: lint",
    "tests on base runs here: the change reaches tests of the base, their configuration or a manifest",
  ]);
});

test("where nobody asks for a baseline job nothing is said; where its paper is missing it is", async () => {
  const nobody = reading({}, { verify: { ...reading().task.config.verify, baseline_job: false } });
  expect(await read(null, { by: nobody })).toEqual({ taken: null, digest: undefined, said: [], log: [] });
  expect(await read(null)).toEqual({
    taken: null,
    digest: undefined,
    said: [
      "the base runs here, without the paper of the baseline job: that job failed, or the workflow file is older than it",
    ],
    log: [["baseline.read", false]],
  });
});

const other = reading({ environment: { ...environment, image: "ubuntu24 2" } });
const otherRun = { ...baselinePaper(), run: { id: 1, attempt: 1 } };

test.each<[string, Parameters<typeof read>, RegExp]>([
  ["is missing", [null, { announced: digest("c") }], /The paper .*baseline\.json cannot be read/],
  ["is not the announced one", [baselinePaper(), { announced: digest("c") }], /has digest/],
  ["is announced by no digest at all", [baselinePaper(), { announced: "x ::y" }], /has digest/],
  ["is of another run", [otherRun], /The paper belongs to/],
  ["was made on another image", [baselinePaper(), { by: other }], /another environment: image/],
])("a paper that %s is none, and ends nothing", async (_title, [paper, how], says) => {
  expect(await read(paper, how)).toEqual({
    taken: null,
    digest: undefined,
    said: [
      expect.stringMatching(new RegExp(`^the base runs here, without the paper of the baseline job: .*${says.source}`)),
    ],
    log: [["baseline.read", false]],
  });
});
