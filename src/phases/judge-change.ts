import { type Change, contentOf } from "../change.ts";
import { capProblems, validateChange } from "../change/validate.ts";
import { configPath } from "../config.ts";
import { type ConfigProblem, loadConfig } from "../config/load.ts";
import type { Report } from "../handoff/report.ts";
import type { Task } from "../handoff/task.ts";
import type { Judgement } from "../handoff/verdict.ts";
import { checkPrograms, type TrustedManifest } from "../inspect/check-programs.ts";
import { inspectChange } from "../inspect/inspect.ts";
import { outsidePlan } from "../inspect/outside-plan.ts";
import type { AutoMergeFacts } from "../policy/auto-merge.ts";
import type { CodeOwners } from "../policy/codeowners.ts";
import { factsOf } from "../policy/facts.ts";
import { judge } from "../policy/judge.ts";

/** What a change is judged by. */
export interface Evidence {
  change: Change;
  before: ReadonlyMap<string, Uint8Array | null>;
  basePaths: readonly string[];
  /** The package.json files of the trusted commit that `manifestPaths` asks for. */
  manifests: readonly TrustedManifest[];
  /** Of the trusted commit; null when it has none. */
  codeowners: CodeOwners | null;
  /** Absent: not asked, so nothing is merged without a person. */
  merging?: AutoMergeFacts;
  task: Pick<Task, "config" | "plan">;
  report: Pick<Report, "checks" | "findings" | "packages"> | null;
}

/** Validator, inspection and policy over one change. Shared with the local road, where git instead of GitHub gives the base. */
export async function judgeChange(evidence: Evidence): Promise<Judgement> {
  const { change, before, basePaths, manifests, codeowners, merging, task, report } = evidence;
  const { config } = task;
  const tooLarge = judgeCaps(evidence);
  if (tooLarge !== null) return tooLarge;
  const valid = validateChange(change, { ...capsOf(config), basePaths, before });
  const programs = checkPrograms(manifests, config.checks);
  const seen = await inspectChange(change, before, programs);
  const beyond = task.plan === undefined ? [] : outsidePlan(change, task.plan);
  const findings = [...seen.findings, ...beyond, ...(report?.findings ?? [])];
  const problems = valid.kind === "valid" ? [] : valid.problems;
  const verified = { checks: report?.checks ?? null, packages: report?.packages };
  const facts = { change, before, findings, added: seen.added, ...verified, problems, codeowners, config };
  const past = merging === undefined ? {} : { merging };
  return judge(factsOf({ ...facts, ...past, configProblems: configurationAfter(change) }));
}

/** What the configuration that the change leaves has wrong; nothing when it leaves none or the one that was there. */
function configurationAfter(change: Change): ConfigProblem[] {
  const entry = change.find(({ path }) => path === configPath);
  const content = entry === undefined ? null : contentOf(entry);
  if (entry === undefined || content === null) return [];
  // The gate takes no link for a configuration.
  if (entry.after?.mode.startsWith("100") !== true)
    return [{ file: configPath, line: null, column: null, key: "", message: "it is no plain file", allowed: null }];
  const loaded = loadConfig(content.toString("utf8"), configPath);
  return loaded.kind === "ok" ? [] : loaded.problems;
}

/** A change over the caps is refused for that alone: nothing of it is read, scanned or quoted. null: it is within them. */
export function judgeCaps({ change, task, report }: Pick<Evidence, "change" | "task" | "report">): Judgement | null {
  const { config } = task;
  const problems = capProblems(change, capsOf(config));
  if (problems.length === 0) return null;
  const nothing = { change: [], before: new Map(), findings: [], added: [] };
  return judge(factsOf({ ...nothing, checks: report?.checks ?? null, problems, config }));
}

function capsOf({ limits }: Task["config"]) {
  return { filesMax: limits.change_files, bytesMax: limits.change_bytes };
}
