import { z } from "zod";
import { CheckKind } from "../config.ts";
import { Digest, Identity, Snapshot } from "./identity.ts";
import { Outcome } from "./report.ts";

/** Tests of one report, as many as a report may name. */
const testsMax = 100_000;

const Counts = z.strictObject({ passed: z.int().min(0), failed: z.int().min(0), skipped: z.int().min(0) });

/** Of a green run, so no test in it failed. */
const Tests = z.strictObject({
  runner: z.enum(["vitest", "jest", "node:test", "mocha", "ava"]),
  tests: z
    .array(
      z.strictObject({
        /** Path and full titles; a test with longer ones makes a paper that is not used. */
        id: z.string().min(1).max(10_000),
        name: z.string().min(1).max(320),
        file: z.string().max(300).nullable(),
        status: z.enum(["passed", "skipped"]),
      }),
    )
    .max(testsMax),
  counts: Counts,
  /** What the output of the same run says; null when it says nothing. */
  printed: Counts.nullable(),
});

const CheckName = z.string().min(1).max(100);

/** What decides whether a run on one machine can stand for a run on another. */
export const BaselineEnvironment = z.strictObject({
  /** Name and version of the runner's image; null when the machine does not say. */
  image: z.string().min(1).max(200).nullable(),
  kernel: z.string().min(1).max(200),
  arch: z.string().min(1).max(40),
  /** Names the lockfile, its settings, Node's version and the platform. */
  dependencies: z.string().min(1).max(200),
  /** SHA-256 of the programs that every sandbox is built with, Node and Airlock's own files among them. */
  programs: z.record(z.string(), z.string()),
  sandbox: z.strictObject({ bwrap: z.string(), uid: z.string(), limits: z.string(), overlay: z.string() }),
});
export type BaselineEnvironment = z.infer<typeof BaselineEnvironment>;

/**
 * What every check did on the base, written by a job that runs beside solve and never sees a change. A sheet for verify alone, and none
 * of the four papers: verify believes of it what a forger has nothing from, and without it runs both sides itself.
 */
export const BaselinePaper = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  task_digest: Digest,
  base: Snapshot,
  environment: BaselineEnvironment,
  /** The checks in their order, exactly as they were run. */
  plan: z
    .array(
      z.strictObject({
        name: CheckName,
        kind: CheckKind,
        command: z.array(z.array(z.string())),
        env: z.record(z.string(), z.string()),
        timeoutMs: z.int().positive(),
      }),
    )
    .max(100),
  runs: z
    .array(
      z.strictObject({
        check: CheckName,
        outcome: Outcome,
        /** null when no known runner reported. */
        counts: Counts.nullable(),
        /** Absent: the run is not green, or its report was not read. */
        tests: Tests.optional(),
      }),
    )
    .max(100),
  /** Head of this job's own log, which lies beside the paper and is continued by nobody. */
  audit_head: Digest,
});
export type BaselinePaper = z.infer<typeof BaselinePaper>;
