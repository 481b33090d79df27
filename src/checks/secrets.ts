import type { Change } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import type { CheckResult, Outcome } from "../handoff/report.ts";
import { classify } from "./compare.ts";

/**
 * Scans the new contents of a Change. In: the Change and the bytes of its old sides by path. Out: findings of level `block`
 * for what the Change adds, of another level for what the same file held before. None carries the value.
 */
export type SecretScan = (change: Change, before: ReadonlyMap<string, Uint8Array | null>) => Promise<Finding[]>;

const findingsShown = 20;

/** The row for secrets, from the findings of a scan. Base says what was there already; head fails when the change adds one. */
export function secretsResult(findings: readonly Finding[], ms: number): CheckResult {
  const added = findings.filter(({ level }) => level === "block");
  const known = findings.length - added.length;
  const base: Outcome = { kind: "passed", ms, evidence: `${known} known in the changed files` };
  const head: Outcome =
    added.length === 0
      ? { kind: "passed", ms, evidence: "none added" }
      : { kind: "failed", ms, exit_code: 1, evidence: added.slice(0, findingsShown).map(describe).join("\n") };
  return { name: "secrets", kind: "secrets", command: [], base, head, class: classify(base, head) };
}

function describe({ path, line, message }: Finding): string {
  return `${path}${line === null ? "" : `:${line}`} ${message}`;
}
