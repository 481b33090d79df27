import { z } from "zod";
import { Sha } from "../change.ts";

/** Names a way to fail over many runs: the start of a SHA-256 over workflow, job, step and the error without what changes in it. */
export const Signature = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * `broken`: it fails until somebody changes something. `flaky`: the same code passes and fails. `infrastructure`: the machine, the network or
 * a service failed. `unknown`: nothing tells.
 */
export const CiVerdict = z.enum(["broken", "flaky", "infrastructure", "unknown"]);
export type CiVerdict = z.infer<typeof CiVerdict>;

/** What an earlier run of the same workflow says about a failure. `unread`: it failed, and how was not looked at or cannot be read any more. */
export const PastRun = z.strictObject({
  run: z.int().positive(),
  attempt: z.int().min(1),
  commit: Sha,
  created_at: z.iso.datetime(),
  outcome: z.enum(["passed", "same", "other", "unread"]),
});
export type PastRun = z.infer<typeof PastRun>;

/** Failures of one brief: further ones are counted. */
export const failuresMax = 3;
/** Earlier runs that are looked at. */
export const historyMax = 20;

/** What a check of the repository failed with. Texts are cut, and what has the form of a secret is blanked. */
export const Failure = z.strictObject({
  signature: Signature,
  workflow: z.strictObject({ name: z.string().min(1), path: z.string() }),
  run: z.strictObject({
    id: z.int().positive(),
    attempt: z.int().min(1),
    url: z.string(),
    event: z.string(),
    commit: Sha,
    created_at: z.iso.datetime(),
  }),
  /** The jobs that failed so, as GitHub shows their names. */
  jobs: z.array(z.string().min(1)).min(1).max(100),
  /** null: no step failed, the job itself did. */
  step: z.string().min(1).nullable(),
  /** `failure`, `timed_out` or `cancelled`. */
  conclusion: z.string().min(1),
  /** The first line that names the error, as it stands in the log; empty when the log is gone or names none. */
  error: z.string(),
  /** The failing step's part of the log; null when GitHub does not hold it any more. */
  log: z.string().nullable(),
  /** Whether something that looks like a secret was blanked in it. */
  hidden: z.boolean(),
  /** On the default branch, newest first. */
  history: z.array(PastRun).max(historyMax),
  /** What the runs alone say, without anybody's opinion. `because` is a whole sentence of ours. */
  standing: z.strictObject({ verdict: CiVerdict, because: z.string().min(1) }),
});
export type Failure = z.infer<typeof Failure>;

/** What the model makes of the failures: shown as its word, decides nothing. */
export const Analysis = z.strictObject({
  cause: z.string().min(1),
  evidence: z.array(z.strictObject({ file: z.string(), line: z.int().min(1).nullable(), excerpt: z.string() })),
  verdict: CiVerdict,
  fix: z.string(),
});
export type Analysis = z.infer<typeof Analysis>;
