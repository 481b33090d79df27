import { z } from "zod";
import { Sha } from "../change.ts";
import { CheckKind } from "../config.ts";
import { Finding } from "./finding.ts";
import { Digest, Identity, Snapshot } from "./identity.ts";
import { NetworkRows } from "./network.ts";
import { Packages } from "./packages.ts";
import { Certificate } from "./solution.ts";

/** Why a check says nothing. Each is a state of its own and is shown by its name; none of them is a pass. */
export const NotRunCause = z.enum([
  /** A program that it needs is not there or cannot be executed. */
  "missing-tool",
  /** It met a limit on memory, processes, files or processor time. */
  "limit",
  /** It did not end in its time. */
  "time-out",
  /** A registry or service did not answer. */
  "unreachable",
  /** The dependencies of its side are not installed. */
  "install",
  /** It was ended or left out because the run was, or another check had already decided. */
  "cancelled",
  "other",
]);
export type NotRunCause = z.infer<typeof NotRunCause>;

/** What one check did on one side. */
export const Outcome = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("passed"), ms: z.int().min(0), evidence: z.string() }),
  z.strictObject({ kind: z.literal("failed"), ms: z.int().min(0), exit_code: z.int(), evidence: z.string() }),
  /** It could not be run or did not end by itself. */
  z.strictObject({ kind: z.literal("not_run"), cause: NotRunCause, reason: z.string().min(1) }),
  z.strictObject({ kind: z.literal("not_configured") }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** The class of a check from its two outcomes; `flaky`: it was red, and green when it ran again alone. */
export const CheckClass = z.enum(["pass", "fixed", "regressed", "pre-existing", "flaky", "not configured", "not run"]);
export type CheckClass = z.infer<typeof CheckClass>;

/** Names of tests in one list; there may be more than are named. */
const testNamesMax = 100;
const TestNames = z.array(z.string().min(1).max(320)).max(testNamesMax);

/** What the test runner's own reports of both sides say, by name. The names are the repository's or the model's text. */
export const TestsByName = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("named"),
    runner: z.enum(["vitest", "jest", "node:test", "mocha", "ava"]),
    /** Failed on base, pass on head. */
    fixed: TestNames,
    /** Passed on base, fail on head. */
    broken: TestNames,
    /** Only on head, and pass there. */
    added: TestNames,
    /** Passed on base, and are not on head. */
    gone: TestNames,
  }),
  /** One sentence why there are none; the counts then come from what was printed. */
  z.strictObject({ kind: z.literal("unnamed"), reason: z.string().min(1) }),
]);
export type TestsByName = z.infer<typeof TestsByName>;

export const CheckResult = z.strictObject({
  name: z.string().min(1),
  kind: z.union([CheckKind, z.enum(["secrets", "audit"])]),
  /** The command as it was run, for the reader; empty for built-in scans. */
  command: z.array(z.string()),
  base: Outcome,
  head: Outcome,
  class: CheckClass,
  /** Absent: the check runs no tests. */
  tests: TestsByName.optional(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** Whether a test shows that the change does what it is for: red without the change, green with it. */
export const Proof = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("proved"),
    /** Names, those that failed on base first; at least one. */
    tests: TestNames.min(1),
    /** How many of them, from the first, failed on base. The others are new or were changed, and are red on the base's source. */
    failed_on_base: z.int().min(0),
  }),
  /** Every test that passes on head passes without the change's source, or there is no test. */
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("unknown"), reason: z.string().min(1) }),
]);
export type Proof = z.infer<typeof Proof>;

/** Paper three. Evidence, not authority: publish judges the blobs itself. Written by verify. */
export const Report = z.strictObject({
  version: z.literal(1),
  ...Identity.shape,
  task_digest: Digest,
  solution_digest: Digest,
  base: Snapshot,
  /** The tree that was checked, rebuilt from base and Change without a work tree. */
  head_tree: Sha,
  checks: z.array(CheckResult),
  /** The checks whose base outcome was taken from the workflow's baseline job, and the digest of its paper. Absent: every base ran here. */
  baseline: z.strictObject({ digest: Digest, checks: z.array(z.string().min(1)).min(1) }).optional(),
  findings: z.array(Finding),
  /** What the registry says of the packages that the change brings. */
  packages: Packages,
  proof: Proof,
  certificate: Certificate,
  /** What its commands asked of the network. */
  network: NetworkRows,
  audit_head: Digest,
});
export type Report = z.infer<typeof Report>;
