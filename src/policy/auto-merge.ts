import type { RiskLevel } from "../config.ts";
import { type AutoMergeDecision, becauseMax, type Judgement } from "../handoff/verdict.ts";
import { foldPath } from "../inspect/fold-path.ts";
import type { Facts } from "./facts.ts";
import { shown, shownPaths } from "./opinion.ts";

/** Days over which the budget of a directory counts. */
export const budgetDays = 7;
const dayMs = 86_400_000;

/** One change that was merged without a person before. */
export interface EarlierMerge {
  /** When, in milliseconds since 1970. */
  at: number;
  files: readonly { path: string; lines: number }[];
}

/** What the rule needs beside the facts about the change itself. */
export interface AutoMergeFacts {
  /** Milliseconds since 1970. */
  now: number;
  /** Changes merged without a person in the last `budgetDays` at least; null when that could not be read, which allows nothing. */
  earlier: readonly EarlierMerge[] | null;
}

type Judged = Pick<Judgement, "kind" | "level" | "draft" | "requirements">;

/**
 * Whether nobody has to look (design, promise 9). Out: allowed, or every reason why not. Whoever acts on `allowed` must name the
 * commit that was judged, so that a later push is not merged with it.
 */
export function autoMerge(facts: Facts, judged: Judged): AutoMergeDecision {
  if (!facts.auto_merge.enabled)
    return { kind: "not", because: ["Merging without a person is not enabled (auto_merge.enabled)."] };
  const because = [
    ...levelProblems(judged),
    ...checkProblems(facts),
    ...contentProblems(facts),
    ...budgetProblems(facts),
  ].slice(0, becauseMax);
  return because.length === 0 ? { kind: "allowed" } : { kind: "not", because };
}

function levelProblems({ kind, level, draft, requirements }: Judged): string[] {
  const wanted: RiskLevel = "low";
  const { reviewers, security_review, manual_verification } = requirements;
  return [
    ...(kind === "publish" ? [] : ["Policy does not publish this change."]),
    ...(level === wanted ? [] : [`The level is ${level}, not ${wanted}.`]),
    ...(reviewers > 0 || security_review || manual_verification ? ["A person is required."] : []),
    ...(draft ? ["The pull request is a draft."] : []),
  ];
}

/** Green is `pass` or `fixed` with a check that did run. What a repository does not have is not green either, our scans excepted by none. */
function checkProblems({ verification }: Facts): string[] {
  if (verification.kind === "left-out") return ["The checks were not run."];
  const { checks, configured } = verification;
  const red = checks.filter(
    ({ class: seen, head }) =>
      seen !== "not configured" && !((seen === "pass" || seen === "fixed") && head.kind === "passed"),
  );
  const gone = configured.filter((name) => !checks.some((check) => check.name === name));
  const ran = checks.some(({ kind, head }) => kind !== "secrets" && kind !== "audit" && head.kind === "passed");
  return [
    ...red.map(({ name, class: seen }) => `The check ${shown(name.slice(0, 60))} is ${seen}, not green.`),
    ...gone.map((name) => `The check ${name} is missing.`),
    ...(ran ? [] : ["No check of the repository passed."]),
  ];
}

function contentProblems({ entries, findings }: Facts): string[] {
  const live = entries.filter(({ type, binary }) => type !== "text" || binary).map(({ path }) => path);
  const found = [...new Set(findings.filter(({ level }) => level !== "info").map(({ rule }) => rule))];
  return [
    ...(entries.length === 0 ? ["The change is empty."] : []),
    ...(live.length === 0 ? [] : [`Something may execute ${shownPaths(live).slice(0, 300)}.`]),
    ...found.map((rule) => `Inspection found something (${shown(rule.slice(0, 60))}).`),
  ];
}

/** Against one large change in many small ones: what was merged counts per top directory, this change included. */
function budgetProblems({ entries, auto_merge, merging: { now, earlier } }: Facts): string[] {
  if (earlier === null) return [`What was merged without a person in the last ${budgetDays} days is not known.`];
  const recent = earlier.filter(({ at }) => at > now - budgetDays * dayMs);
  const mine = entries.map(({ path, added, removed }) => ({ path, lines: added + removed }));
  const all = [...recent.map(({ files }) => files), mine];
  return [...new Set(mine.map(({ path }) => topOf(path)))].flatMap((top) => {
    const here = all.map((files) => files.filter(({ path }) => topOf(path) === top)).filter(({ length }) => length > 0);
    const lines = here.flat().reduce((sum, file) => sum + file.lines, 0);
    const place = top === "" ? "the top directory" : shown(top.slice(0, 100));
    const over = (what: string, limit: number) =>
      `With this change ${what} of ${place} would be merged without a person within ${budgetDays} days; the budget is ${limit}.`;
    return [
      ...(lines > auto_merge.budget_lines ? [over(`${lines} lines`, auto_merge.budget_lines)] : []),
      ...(here.length > auto_merge.budget_changes ? [over(`${here.length} changes`, auto_merge.budget_changes)] : []),
    ];
  });
}

/** Folded, so that `Docs` has no budget beside that of `docs`. */
function topOf(path: string): string {
  const folded = foldPath(path);
  return folded.includes("/") ? (folded.split("/")[0] ?? "") : "";
}
