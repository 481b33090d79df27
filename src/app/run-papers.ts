import { unzipSync } from "fflate";
import type { z } from "zod";
import { AirlockError, explain } from "../errors.ts";
import type { Artifact, GitHub, Run } from "../github/github.ts";
import type { Identity } from "../handoff/identity.ts";
import { Report } from "../handoff/report.ts";
import { paperBytesMax, read } from "../handoff/seal.ts";
import { Solution } from "../handoff/solution.ts";
import { Stop } from "../handoff/stop.ts";
import { Task } from "../handoff/task.ts";
import { Verdict } from "../handoff/verdict.ts";
import type { RunPapers } from "../record/final-state.ts";
import type { Log } from "./log.ts";

/** Bytes of one artifact's zip, and files one may hold. A paper directory holds at most three. */
const zipBytesMax = 32 * 1024 * 1024;
const filesMax = 100;

const phases = ["gate", "solve", "verify", "publish"] as const;
type Phase = (typeof phases)[number];

/**
 * Reads the papers a run left as artifacts, for display. A paper that is missing, too large, malformed or of another run is null
 * and logged. In: the repository's id, which every paper must carry.
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
        log.warn("paper.unreadable", { run: run.id, artifact: artifact.id, name, why: explain(thrown).message });
        return null;
      }
    };
    papers.stop = readOne(Stop, "stop.json") ?? papers.stop;
    if (phase === "gate") papers.task = readOne(Task, "task.json");
    if (phase === "solve") papers.solution = readOne(Solution, "solution.json");
    if (phase === "verify") papers.report = readOne(Report, "report.json");
    if (phase === "publish") papers.verdict = readOne(Verdict, "verdict.json");
  }
  return papers;
}

/**
 * One artifact per phase, in the order of the road. A re-run of failed jobs keeps the papers of the jobs before them, so the
 * newest attempt that began at the gate counts, and of each phase its last attempt since then. A name that is there twice
 * names nothing.
 */
export function chooseArtifacts(
  artifacts: readonly Artifact[],
  attempt: number,
): { phase: Phase; artifact: Artifact }[] {
  const named = artifacts.flatMap((artifact) => {
    const match = /^airlock-(gate|solve|verify|publish)-([1-9]\d{0,3})$/.exec(artifact.name);
    const twins = artifacts.filter(({ name }) => name === artifact.name);
    const usable = match !== null && twins.length === 1 && !artifact.expired && Number(match[2]) <= attempt;
    return usable ? [{ phase: match[1], attempt: Number(match[2]), artifact }] : [];
  });
  const first = Math.max(0, ...named.filter(({ phase }) => phase === "gate").map((found) => found.attempt));
  return phases.flatMap((phase) => {
    const last = named
      .filter((found) => found.phase === phase && found.attempt >= first)
      .toSorted((a, b) => b.attempt - a.attempt)[0];
    return last === undefined ? [] : [{ phase, artifact: last.artifact }];
  });
}

async function filesOf(github: GitHub, artifact: Artifact, log: Log): Promise<Map<string, Uint8Array>> {
  try {
    const zip = await github.artifact(artifact.id, zipBytesMax);
    return zip === null ? new Map() : unzipped(zip);
  } catch (thrown) {
    if (thrown instanceof AirlockError && thrown.code === "github-failed") throw thrown;
    log.warn("artifact.unreadable", { artifact: artifact.id, why: explain(thrown).message });
    return new Map();
  }
}

/** The paper files of a zip. Nothing is written to disk, so links and odd paths in it mean nothing; a stated size is a hard limit. */
export function unzipped(zip: Uint8Array): Map<string, Uint8Array> {
  let count = 0;
  const files = unzipSync(zip, {
    filter: ({ name, originalSize }) => {
      count += 1;
      if (count > filesMax) throw new Error(`the zip holds more than ${filesMax} files`);
      if (!/^(?:task|solution|report|verdict|stop)\.json$/.test(name)) return false;
      if (originalSize > paperBytesMax) throw new Error(`${name} has more than ${paperBytesMax} bytes`);
      return true;
    },
  });
  return new Map(Object.entries(files));
}

function ofRun<Paper extends Identity>(paper: Paper, { repositoryId, run }: { repositoryId: number; run: Run }): Paper {
  if (paper.repository.id === repositoryId && paper.run.id === run.id) return paper;
  throw new AirlockError({
    code: "paper-wrong-run",
    message: `It belongs to run ${paper.run.id} of repository ${paper.repository.id}.`,
    fix: "Look for another workflow that writes this run's artifacts.",
  });
}
