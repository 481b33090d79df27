import type { FailedJob } from "../brief/failed-job.ts";
import type { GitHub } from "../github/github.ts";
import type { Job, WorkflowRun } from "../github/jobs.ts";

/** Bytes of one job's log that are read, from its end. */
const logBytesMax = 2 * 1024 * 1024;

/** The jobs that failed in the latest attempt; where none did, those that were cancelled, as GitHub does at a time limit. */
export function failedJobs({ attempt }: WorkflowRun, all: readonly Job[]): Job[] {
  const latest = all.filter((job) => job.attempt === attempt);
  const failed = latest.filter(({ conclusion }) => conclusion === "failure" || conclusion === "timed_out");
  return failed.length > 0 ? failed : latest.filter(({ conclusion }) => conclusion === "cancelled");
}

/** A failed job with its log. */
export async function withLog({ path }: WorkflowRun, { id, name, steps }: Job, github: GitHub): Promise<FailedJob> {
  const log = await github.jobLog(id, logBytesMax);
  return { workflow: path, name, steps, log: log?.text ?? null };
}
