import type { z } from "zod";
import { AirlockError, explain } from "../errors.ts";
import type { Artifact, GitHub, Run } from "../github/github.ts";
import type { Identity } from "../handoff/identity.ts";
import { read } from "../handoff/seal.ts";
import { Stop } from "../handoff/stop.ts";
import { unzipped, zipBytesMax } from "../handoff/zip.ts";
import type { RunPapers } from "../record/final-state.ts";
import { ShownReport, ShownSolution, ShownTask, ShownVerdict } from "../record/shown-papers.ts";
import type { Log } from "./log.ts";

/** UTF-16 code units of a reason in the log. */
const whyMax = 500;

const phases = ["gate", "solve", "verify", "publish"] as const;
type Phase = (typeof phases)[number];

/** The steps that write into a job's artifact: a Stop of another one was planted there. */
const stopsOf: Record<Phase, readonly Stop["phase"][]> = {
  gate: ["gate"],
  solve: ["prepare", "solve"],
  verify: ["prepare", "verify"],
  publish: ["publish"],
};

/**
 * Reads the papers this attempt of a run left as artifacts, for display. A paper that is missing, too large, malformed, of another
 * run or attempt, or in another job's artifact is null and logged. In: the repository's id, which every paper must carry.
 */
export async function runPapers(
  github: GitHub,
  run: Run,
  { repositoryId, log }: { repositoryId: number; log: Log },
): Promise<RunPapers> {
  const chosen = chooseArtifacts(await github.artifacts(run.id), run.attempt);
  const papers: RunPapers = { task: null, solution: null, report: null, verdict: null, stop: null };
  for (const { phase, artifact } of chosen) {
    const files = await filesOf(github, artifact, log);
    const readOne = <Schema extends z.ZodType<Identity>>(schema: Schema, name: string): z.output<Schema> | null => {
      const bytes = files.get(name);
      if (bytes === undefined) return null;
      try {
        return ofRun(read(schema, bytes), { repositoryId, run });
      } catch (thrown) {
        const why = explain(thrown).message.slice(0, whyMax);
        log.warn("paper.unreadable", { run: run.id, artifact: artifact.id, name, why });
        return null;
      }
    };
    const stop = readOne(Stop, "stop.json");
    if (stop !== null && stopsOf[phase].includes(stop.phase)) papers.stop = stop;
    else if (stop !== null) log.warn("paper.misplaced", { run: run.id, artifact: artifact.id, phase: stop.phase });
    if (phase === "gate") papers.task = readOne(ShownTask, "task.json");
    if (phase === "solve") papers.solution = readOne(ShownSolution, "solution.json");
    if (phase === "verify") papers.report = readOne(ShownReport, "report.json");
    if (phase === "publish") papers.verdict = readOne(ShownVerdict, "verdict.json");
  }
  return papers;
}

/**
 * One artifact per phase, in the order of the road, of this attempt alone: a paper is valid in the attempt that made it, so an
 * earlier one's explains nothing of this end. A name that is there twice names nothing.
 */
export function chooseArtifacts(
  artifacts: readonly Artifact[],
  attempt: number,
): { phase: Phase; artifact: Artifact }[] {
  return phases.flatMap((phase) => {
    const [artifact, twin] = artifacts.filter(({ name }) => name === `airlock-${phase}-${attempt}`);
    return artifact === undefined || twin !== undefined || artifact.expired ? [] : [{ phase, artifact }];
  });
}

/** One paper of an attempt as its job left it, not read yet, with its artifact; null when it is not there or cannot be unpacked. */
export async function paperBytes(
  github: GitHub,
  run: Run,
  { phase, name, log }: { phase: Phase; name: string; log: Log },
): Promise<{ bytes: Uint8Array; artifact: number } | null> {
  const chosen = chooseArtifacts(await github.artifacts(run.id), run.attempt);
  const artifact = chosen.find((one) => one.phase === phase)?.artifact;
  if (artifact === undefined) return null;
  const bytes = (await filesOf(github, artifact, log)).get(name);
  return bytes === undefined ? null : { bytes, artifact: artifact.id };
}

async function filesOf(github: GitHub, artifact: Artifact, log: Log): Promise<Map<string, Uint8Array>> {
  try {
    const zip = await github.artifact(artifact.id, zipBytesMax);
    return zip === null ? new Map() : unzipped(zip);
  } catch (thrown) {
    if (thrown instanceof AirlockError && thrown.code === "github-failed") throw thrown;
    log.warn("artifact.unreadable", { artifact: artifact.id, why: explain(thrown).message.slice(0, whyMax) });
    return new Map();
  }
}

function ofRun<Paper extends Identity>(paper: Paper, { repositoryId, run }: { repositoryId: number; run: Run }): Paper {
  if (paper.repository.id === repositoryId && paper.run.id === run.id && paper.run.attempt === run.attempt)
    return paper;
  throw new AirlockError({
    code: "paper-wrong-run",
    message: `It belongs to run ${paper.run.id}, attempt ${paper.run.attempt}, of repository ${paper.repository.id}.`,
    fix: "Look for another workflow that writes this run's artifacts.",
  });
}
