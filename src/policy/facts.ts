import type { Change } from "../change.ts";
import type { Config } from "../config.ts";
import type { ConfigProblem } from "../config/load.ts";
import type { Finding } from "../handoff/finding.ts";
import type { Packages } from "../handoff/packages.ts";
import type { CheckResult } from "../handoff/report.ts";
import type { AddedPackage } from "../inspect/added-packages.ts";
import { sidesOf, textOrEmpty, type BeforeContents, type Sides } from "../inspect/sides.ts";
import type { AutoMergeFacts } from "./auto-merge.ts";
import type { CodeOwners } from "./codeowners.ts";
import { type Covers, coversIn } from "./covers.ts";
import { fileType, type FileType } from "./file-type.ts";
import { changedLines, countLines, type LineCounts } from "./lines.ts";

/** Everything a policy rule may know. No model text: paths and contents are judged, what the model says about them is not here. */
export interface Facts {
  /** One per changed path. A rename is two entries, so both its paths are judged. */
  entries: readonly EntryFacts[];
  /** What inspection saw, ours and the Report's. More findings can only raise the level. */
  findings: readonly Finding[];
  verification: Verification;
  /** Packages that the change brings, by its own blobs. */
  added: readonly AddedPackage[];
  /** What verify found out about them; null: verification was left out. */
  packages: Packages | null;
  /** What the validator of the Change objected to. Any problem refuses. */
  problems: readonly Problem[];
  /** What is wrong with `.github/airlock.toml` as the change leaves it; empty when the change does not touch it. */
  configProblems: readonly ConfigProblem[];
  /** CODEOWNERS of the trusted commit; null when it has none. The change's own is never asked. */
  codeowners: CodeOwners | null;
  /** What was merged without a person before; only the rule for the next such merge asks. */
  merging: AutoMergeFacts;
  /** From the trusted commit: what is risky here, and what each level requires. */
  risk: Config["risk"];
  /** From the trusted commit: names of the labels that the judgement sets. */
  labels: Config["labels"];
  /** From the trusted commit: whether and how much may be merged without a person. */
  auto_merge: Config["auto_merge"];
}

export interface EntryFacts extends LineCounts {
  /** As it is in the tree, byte for byte: every rule folds what it compares itself. */
  path: string;
  /** What happens to the path. */
  kind: "added" | "modified" | "deleted";
  /** What executes it. `other` whenever one side is no plain file: executable, a link, a submodule. */
  type: FileType;
  /** No text on at least one side: nobody can read the difference. Line counts are then 0, `units` the bytes of both sides. */
  binary: boolean;
  /** How its added text hides from a reader. */
  covers: Covers;
}

type Verification =
  /** The Report's rows; `configured` are the names of the repository's own checks, which must be among them. */
  | { kind: "ran"; checks: readonly CheckResult[]; configured: readonly string[] }
  /** The question is about the change alone (`airlock risk`). Never what publish passes. */
  | { kind: "left-out" };

export interface Problem {
  /** Empty when it is the whole change. */
  path: string;
  /** The validator's name for it. */
  rule: string;
  /** One sentence; may quote the path. */
  message: string;
}

/** What the facts are made from. `checks: null` leaves verification out. */
interface Evidence {
  change: Change;
  before: BeforeContents;
  findings: readonly Finding[];
  /** The packages that the change brings. */
  added: readonly AddedPackage[];
  checks: readonly CheckResult[] | null;
  /** Absent: nobody looked. */
  packages?: Packages | undefined;
  problems: readonly Problem[];
  /** Absent: the change leaves the configuration as it is, or it was not looked at because the change is refused anyway. */
  configProblems?: readonly ConfigProblem[];
  /** Absent: the trusted commit has no CODEOWNERS. */
  codeowners?: CodeOwners | null;
  /** Absent: nothing is known, so nothing is merged without a person. */
  merging?: AutoMergeFacts;
  config: Config;
}

/**
 * Gathers the facts. Pure: the same evidence gives the same facts on every machine.
 * @throws AirlockError `tree-mismatch` when a base blob is missing or is not the one the Change names.
 */
export function factsOf(evidence: Evidence): Facts {
  const {
    change,
    before,
    findings,
    added,
    checks,
    packages = unlooked,
    problems,
    configProblems = [],
    config,
  } = evidence;
  const { codeowners = null, merging = { now: 0, earlier: null } } = evidence;
  const sides = sidesOf(change, before);
  return {
    entries: sides.map(entryFacts),
    findings: unique(findings),
    verification:
      checks === null
        ? { kind: "left-out" }
        : { kind: "ran", checks, configured: config.checks.map(({ name }) => name) },
    added,
    packages: checks === null ? null : packages,
    problems,
    configProblems,
    codeowners,
    merging,
    risk: config.risk,
    labels: config.labels,
    auto_merge: config.auto_merge,
  };
}

const unlooked: Packages = { kind: "not_run", reason: "the Report does not say" };

function entryFacts({ entry, before, after }: Sides): EntryFacts {
  const [was, now] = [textOrEmpty(before), textOrEmpty(after)];
  const binary = was === null || now === null;
  const bytes = (before?.byteLength ?? 0) + (after?.byteLength ?? 0);
  const lines = binary ? { added: [], removed: [] } : changedLines(was, now);
  const counts = countLines(lines);
  return {
    path: entry.path,
    kind: kindOf(entry),
    type: isPlain(entry) ? fileType(entry.path, was, now) : "other",
    binary,
    covers: coversIn(lines.added),
    ...counts,
    units: binary ? bytes : counts.units,
  };
}

/** Whether both sides are plain files that nobody can start. A side that is not there is no objection. */
function isPlain({ before, after }: Change[number]): boolean {
  return [before, after].every((side) => side === null || side.mode === "100644");
}

function kindOf({ before, after }: Change[number]): EntryFacts["kind"] {
  if (before === null) return "added";
  return after === null ? "deleted" : "modified";
}

/**
 * The same finding from inspection and from the Report counts once; of two levels the stricter stays. The id alone is not believed:
 * a Report could give the id of our finding to a milder rule.
 */
function unique(findings: readonly Finding[]): Finding[] {
  const strictness = { block: 2, warn: 1, info: 0 };
  const known = new Map<string, Finding>();
  for (const finding of findings) {
    const key = [finding.id, finding.rule, finding.path].join("\n");
    const other = known.get(key);
    if (other === undefined || strictness[finding.level] > strictness[other.level]) known.set(key, finding);
  }
  return [...known.values()];
}
