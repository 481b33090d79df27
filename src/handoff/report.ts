import { z } from "zod";
import { Sha } from "../change.ts";
import { CheckKind } from "../config.ts";
import { Finding } from "./finding.ts";
import { Digest, Identity, Snapshot } from "./identity.ts";
import { NetworkRows } from "./network.ts";
import { Packages } from "./packages.ts";
import { Certificate } from "./solution.ts";

/** What one check did on one side. */
export const Outcome = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("passed"), ms: z.int().min(0), evidence: z.string() }),
  z.strictObject({ kind: z.literal("failed"), ms: z.int().min(0), exit_code: z.int(), evidence: z.string() }),
  /** It could not be run or did not end by itself: a missing tool, a hit limit, an unreachable registry. */
  z.strictObject({ kind: z.literal("not_run"), reason: z.string().min(1) }),
  z.strictObject({ kind: z.literal("not_configured") }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** The class of a check from its two outcomes; `flaky` is written once a retry exists. */
export const CheckClass = z.enum(["pass", "fixed", "regressed", "pre-existing", "flaky", "not configured", "not run"]);
export type CheckClass = z.infer<typeof CheckClass>;

export const CheckResult = z.strictObject({
  name: z.string().min(1),
  kind: z.union([CheckKind, z.enum(["secrets", "audit"])]),
  /** The command as it was run, for the reader; empty for built-in scans. */
  command: z.array(z.string()),
  base: Outcome,
  head: Outcome,
  class: CheckClass,
});
export type CheckResult = z.infer<typeof CheckResult>;

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
  findings: z.array(Finding),
  /** What the registry says of the packages that the change brings. */
  packages: Packages,
  certificate: Certificate,
  /** What its commands asked of the network. */
  network: NetworkRows,
  audit_head: Digest,
});
export type Report = z.infer<typeof Report>;
