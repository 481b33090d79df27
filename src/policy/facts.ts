import type { Change } from "../change.ts";
import type { Config } from "../config.ts";
import type { ConfigProblem } from "../config/load.ts";
import type { Finding } from "../handoff/finding.ts";
import type { Packages } from "../handoff/packages.ts";
import type { CheckResult } from "../handoff/report.ts";
import { type AddedPackage, addedPackages } from "../inspect/added-packages.ts";
import { sidesOf, textOrEmpty, type BeforeContents, type Sides } from "../inspect/sides.ts";
import { fileType, type FileType } from "./file-type.ts";
import { countLines, type LineCounts } from "./lines.ts";

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
  /** From the trusted commit. */
  risk: Config["risk"];
  labels: Config["labels"];
}

export interface EntryFacts extends LineCounts {
  path: string;
  kind: "added" | "modified" | "deleted";
  type: FileType;
  /** No text on at least one side: nobody can read the difference. Line counts are then 0, `units` the bytes of both sides. */
  binary: boolean;
}

type Verification =
  /** The Report's rows; `configured` are the names of the repository's own checks, which must be among them. */
  | { kind: "ran"; checks: readonly CheckResult[]; configured: readonly string[] }
  /** The question is about the change alone (`airlock risk`). Never what publish passes. */
  | { kind: "left-out" };

export interface Problem {
  /** Empty when it is the whole change. */
  path: string;
  rule: string;
  message: string;
}

/** What the facts are made from. `checks: null` leaves verification out. */
interface Evidence {
  change: Change;
  before: BeforeContents;
  findings: readonly Finding[];
  checks: readonly CheckResult[] | null;
  /** Absent: nobody looked. */
  packages?: Packages | undefined;
  problems: readonly Problem[];
  /** Absent: the change leaves the configuration as it is, or it was not looked at because the change is refused anyway. */
  configProblems?: readonly ConfigProblem[];
  config: Config;
}

/**
 * Gathers the facts. Pure: the same evidence gives the same facts on every machine.
 * @throws AirlockError `tree-mismatch` when a base blob is missing or is not the one the Change names.
 */
export function factsOf(evidence: Evidence): Facts {
  const { change, before, findings, checks, packages = unlooked, problems, configProblems = [], config } = evidence;
  const sides = sidesOf(change, before);
  return {
    entries: sides.map(entryFacts),
    findings: unique(findings),
    verification:
      checks === null
        ? { kind: "left-out" }
        : { kind: "ran", checks, configured: config.checks.map(({ name }) => name) },
    added: addedPackages(sides),
    packages: checks === null ? null : packages,
    problems,
    configProblems,
    risk: config.risk,
    labels: config.labels,
  };
}

const unlooked: Packages = { kind: "not_run", reason: "the Report does not say" };

function entryFacts({ entry, before, after }: Sides): EntryFacts {
  const [was, now] = [textOrEmpty(before), textOrEmpty(after)];
  const binary = was === null || now === null;
  const bytes = (before?.byteLength ?? 0) + (after?.byteLength ?? 0);
  const lines = binary ? { added: 0, removed: 0, units: bytes, longest: 0 } : countLines(was, now);
  return { path: entry.path, kind: kindOf(entry), type: fileType(entry.path, was, now), binary, ...lines };
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
