import { type ReadJob, readJob } from "../brief/failed-job.ts";
import { standingOf } from "../brief/standing.ts";
import type { GitHub } from "../github/github.ts";
import type { Job, WorkflowRun } from "../github/jobs.ts";
import { type Failure, failuresMax } from "../handoff/ci.ts";
import { pastOf, pastRuns } from "./ci-history.ts";
import { failedJobs, withLog } from "./ci-jobs.ts";
import { stop, type Stopped } from "./stop.ts";

/** Failed jobs whose logs are read. */
const jobsMax = 10;

interface Read {
  run: WorkflowRun;
  job: Job;
  /** Every attempt's jobs of the run. */
  all: readonly Job[];
  read: ReadJob;
}

interface Place {
  github: GitHub;
  repositoryId: number;
  defaultBranch: string;
  onDefault: boolean;
}

/**
 * How runs failed, as evidence: the failed jobs' logs, cut and searched for secrets, one failure for all jobs that failed in the same way,
 * with what earlier runs on the default branch say. In: runs of this very repository that have failed, at least one.
 */
export async function readFailures(
  runs: readonly WorkflowRun[],
  place: Place,
): Promise<{ kind: "failures"; failures: Failure[]; others: number } | Stopped> {
  const jobs: Omit<Read, "read">[] = [];
  for (const run of runs) {
    const all = await place.github.jobs(run.id);
    jobs.push(...failedJobs(run, all).map((job) => ({ run, job, all })));
  }
  if (jobs.length === 0)
    return stop(
      "not-available",
      "The run failed without a failed job: GitHub could not start it.",
      "Look at the workflow's file and at the run's page.",
    );
  const reads: Read[] = [];
  for (const one of jobs.slice(0, jobsMax))
    reads.push({ ...one, read: readJob(await withLog(one.run, one.job, place.github)) });
  if (reads.every(({ read }) => read.log === null))
    return stop(
      "expired",
      "GitHub does not hold the logs of the failed jobs any more.",
      "Run the workflow again, then write `/agent ci` in a new comment.",
    );
  const groups = [...Map.groupBy(reads, ({ read }) => read.signature).values()].toSorted(
    ([a], [b]) => Number(a?.read.log === null) - Number(b?.read.log === null),
  );
  const failures: Failure[] = [];
  for (const group of groups.slice(0, failuresMax)) {
    const failure = await failureOf(group, place);
    if (failure !== null) failures.push(failure);
  }
  return { kind: "failures", failures, others: groups.length - failures.length + Math.max(0, jobs.length - jobsMax) };
}

async function failureOf(group: readonly Read[], place: Place): Promise<Failure | null> {
  const [first] = group;
  if (first === undefined) return null;
  const { run, read, job } = first;
  const past = await pastRuns(run, place);
  const history = await pastOf(read.signature, past, place.github);
  return {
    signature: read.signature,
    workflow: { name: run.workflowName, path: run.path },
    run: {
      id: run.id,
      attempt: run.attempt,
      url: run.url,
      event: run.event,
      commit: run.headSha,
      created_at: new Date(run.createdAt).toISOString(),
    },
    jobs: group.map((one) => one.job.name),
    step: read.step,
    conclusion: job.conclusion ?? "failure",
    error: read.error,
    log: read.log,
    hidden: read.hidden,
    history,
    standing: standingOf({
      part: read.part,
      passedHere: await passedHere(first, place.github),
      failedHere: attemptsFailing(first),
      history,
      onDefault: place.onDefault,
    }),
  };
}

/**
 * Whether the same code passed: in an earlier attempt, or in another run. A pull request's runs test its merge with a target that moves, so
 * there only attempts count.
 */
async function passedHere({ run, job, all }: Read, github: GitHub): Promise<boolean> {
  if (
    all.some(({ name, attempt, conclusion }) => name === job.name && attempt < run.attempt && conclusion === "success")
  )
    return true;
  if (run.event.startsWith("pull_request")) return false;
  const others = await github.runsAt(run.headSha);
  return others.some(
    (other) =>
      other.id !== run.id &&
      other.workflow === run.workflow &&
      other.headRepository === run.headRepository &&
      !other.event.startsWith("pull_request") &&
      other.conclusion === "success",
  );
}

function attemptsFailing({ job, all, read }: Read): number {
  return all.filter(
    ({ name, steps }) =>
      name === job.name && steps.some(({ name: step, conclusion }) => step === read.step && conclusion === "failure"),
  ).length;
}
