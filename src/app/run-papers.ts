import { unzipSync } from "fflate";
import type { z } from "zod";
import { AirlockError, explain } from "../errors.ts";
import type { Artifact, GitHub, Run } from "../github/github.ts";
import type { Identity } from "../handoff/identity.ts";
import { read } from "../handoff/seal.ts";
import { Stop } from "../handoff/stop.ts";
import type { RunPapers } from "../record/final-state.ts";
import { ShownReport, ShownSolution, ShownTask, ShownVerdict } from "../record/shown-papers.ts";
import type { Log } from "./log.ts";

/** Bytes of one artifact's zip, and files one may hold. A paper directory holds at most four. */
const zipBytesMax = 32 * 1024 * 1024;
const filesMax = 100;
/**
 * Bytes of one paper that is shown. Far below what a paper may have between the jobs: those read it by digest, the App reads what any
 * job of the run may have put there, and serves every repository with one process.
 */
export const shownBytesMax = 2 * 1024 * 1024;
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

/** The paper files of a zip. Nothing is written to disk, so links and odd paths in it mean nothing; a stated size is a hard limit. */
export function unzipped(zip: Uint8Array): Map<string, Uint8Array> {
  let count = 0;
  const seen = new Set<string>();
  const files = unzipSync(zip, {
    filter: ({ name, originalSize }) => {
      count += 1;
      if (count > filesMax) throw new Error(`the zip holds more than ${filesMax} files`);
      if (!/^(?:task|solution|report|verdict|stop)\.json$/.test(name)) return false;
      if (originalSize > shownBytesMax) throw new Error(`${name} has more than ${shownBytesMax} bytes`);
      if (seen.has(name)) throw new Error(`the zip holds ${name} twice`);
      seen.add(name);
      return true;
    },
  });
  return new Map(Object.entries(files));
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
