import type { AuditLog } from "../audit/log.ts";
import { type Change, contentOf } from "../change.ts";
import { patchText } from "../change/patch.ts";
import { capProblems, validateChange } from "../change/validate.ts";
import { configPath } from "../config.ts";
import { type ConfigProblem, loadConfig } from "../config/load.ts";
import type { GitHub, TreeEntry } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Identity } from "../handoff/identity.ts";
import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Judgement, Verdict } from "../handoff/verdict.ts";
import { checkPrograms, manifestPaths, type TrustedManifest } from "../inspect/check-programs.ts";
import { inspectChange } from "../inspect/inspect.ts";
import { approversOf } from "../policy/approvers.ts";
import type { AutoMergeFacts } from "../policy/auto-merge.ts";
import type { CodeOwners } from "../policy/codeowners.ts";
import { factsOf } from "../policy/facts.ts";
import { judge } from "../policy/judge.ts";
import { publishChange } from "../record/publish-change.ts";
import type { KnownSecrets } from "../text/outgoing.ts";
import { showsCanary } from "./canary-rule.ts";
import { trustedOwners } from "./code-owners.ts";
import { mergingFacts } from "./merging-facts.ts";
import { withEnding } from "./partial.ts";
import { leftSandbox } from "./solution-end.ts";
import { contradiction, stillAsked } from "./still-asked.ts";
import { alreadyDone, refusalEntry, type Stopped } from "./stop.ts";

export interface PublishRequest {
  identity: Identity;
  appBotId: number;
  task: Task;
  solution: Solution;
  report: Report;
  /** SHA-256 of the three papers as they were read. */
  digests: { task: string; solution: string; report: string };
  run: { id: number; url: string };
  /** The repository's page: links in the body stay below it. */
  home: string;
  /** Values this process holds; none of them leaves. */
  known: KnownSecrets;
}

export interface PublishEffects {
  github: GitHub;
  audit: AuditLog;
  onProgress: (text: string) => void;
}

/**
 * How risky is the change, and what may be shown? Believes no paper where GitHub can be asked: the request, the role, the trusted
 * commit and every blob are read again, inspected and judged here; the Report is evidence only.
 * Out: the Verdict (published, held or refused) with the patch of a held change for people, or why the road ends. Throws AirlockError when the papers contradict each other
 * or GitHub, or when GitHub cannot be read.
 * Job permissions: contents, pull-requests: write; issues, actions, checks: read.
 */
export async function publish(
  request: PublishRequest,
  { github, audit, onProgress }: PublishEffects,
): Promise<{ kind: "verdict"; verdict: Verdict; patch: string | null } | Stopped> {
  const { task, solution, report, digests } = request;
  papersAgree(request);
  if (showsCanary(solution, report)) {
    const escape = leftSandbox(
      "A credential that was planted outside the sandbox stands in what would have been published: the sandbox was left.",
    );
    audit.append("request.refused", refusalEntry(escape));
    return escape;
  }
  onProgress("asking GitHub again who asked, and what the trusted commit is");
  const still = await stillAsked(request, github);
  if (still.kind === "stop") {
    audit.append("request.refused", refusalEntry(still));
    return still;
  }
  onProgress("reading the base's files from GitHub and judging the change");
  const merging = await mergingFacts(request.task.config, still.at, { github, onProgress });
  const { judgement, patch } = await judgeAgain(request, merging, github);
  audit.append("verdict.reached", {
    kind: judgement.kind,
    level: judgement.level,
    reasons: judgement.reasons.map(({ rule, saw }) => `${rule}: ${saw}`.slice(0, 300)),
    tree: report.head_tree,
  });
  const verdict = {
    version: 1 as const,
    ...request.identity,
    task_digest: digests.task,
    solution_digest: digests.solution,
    report_digest: digests.report,
    ...judgement,
    published: null,
    // The log ends here, so that the head the pull request shows is the head of the whole log.
    audit_head: audit.head,
  };
  // A held change can be read and applied by hand; a refused one may carry what must not be copied further.
  if (judgement.kind !== "publish")
    return { kind: "verdict", verdict, patch: judgement.kind === "hold" ? patch : null };
  onProgress("writing blobs, tree, commit, branch and pull request");
  const { run, home, known } = request;
  const facts = { task, solution, report, judgement, run, home, auditHead: audit.head, known };
  const publishing = await publishChange(github, facts);
  if (publishing.kind === "already-done") {
    const done = alreadyDone(publishing.pull, task.verb);
    audit.append("request.refused", refusalEntry(done));
    return done;
  }
  return { kind: "verdict", verdict: { ...verdict, published: publishing.published }, patch: null };
}

/** The three papers must tell one story: the digests chain, and base and tree are the same in all of them. */
function papersAgree({ task, solution, report, digests }: PublishRequest): void {
  const pairs: [string, string, string][] = [
    ["the Solution's task", solution.task_digest, digests.task],
    ["the Report's task", report.task_digest, digests.task],
    ["the Report's solution", report.solution_digest, digests.solution],
    ["the Solution's base", canonical(solution.base), canonical(task.base)],
    ["the Report's base", canonical(report.base), canonical(task.base)],
    ["the verified tree", report.head_tree, solution.tree],
  ];
  for (const [what, found, wanted] of pairs) if (found !== wanted) throw contradiction(what, found, wanted);
}

/** The change as policy sees it: the very entries that would be written, against the base's blobs from GitHub. */
async function judgeAgain(
  { task, solution, report }: PublishRequest,
  merging: AutoMergeFacts,
  github: GitHub,
): Promise<{ judgement: Judgement; patch: string }> {
  const { change } = solution;
  const tooLarge = judgeCaps({ change, task, report });
  if (tooLarge !== null) return { judgement: tooLarge, patch: "" };
  const base = byPath(await github.tree(task.base.tree));
  const trusted = task.base.tree === task.trusted.tree ? base : byPath(await github.tree(task.trusted.tree));
  const before = new Map<string, Buffer | null>();
  for (const entry of change) {
    const there = base.get(entry.path) ?? null;
    const found = there === null ? null : { mode: there.mode, sha: there.sha };
    if (canonical(found) !== canonical(entry.before)) {
      throw contradiction(`the base of ${entry.path}`, canonical(entry.before), canonical(found));
    }
    before.set(entry.path, there === null || there.mode === "160000" ? null : await github.blob(there.sha));
  }
  const manifests = await trustedManifests(change, trusted, github);
  // The trusted commit's owners are asked, not the change's.
  const codeowners = await trustedOwners([...trusted.values()], (sha) => github.blob(sha));
  const basePaths = [...base.keys()];
  const judgement = await judgeChange({ change, before, basePaths, manifests, codeowners, merging, task, report });
  const approvers = approversOf(task.config);
  return { judgement: { ...withEnding(judgement, solution.ending), approvers }, patch: patchText(change, before) };
}

function byPath(entries: readonly TreeEntry[]): Map<string, TreeEntry> {
  return new Map(entries.map((entry) => [entry.path, entry]));
}

async function trustedManifests(
  change: Change,
  trusted: ReadonlyMap<string, TreeEntry>,
  github: GitHub,
): Promise<TrustedManifest[]> {
  const manifests: TrustedManifest[] = [];
  for (const path of manifestPaths(change.map((entry) => entry.path))) {
    const there = trusted.get(path);
    if (there === undefined || !there.mode.startsWith("100")) continue;
    manifests.push({ path, text: (await github.blob(there.sha)).toString("utf8") });
  }
  return manifests;
}

interface Evidence {
  change: Change;
  before: ReadonlyMap<string, Uint8Array | null>;
  basePaths: readonly string[];
  /** The package.json files of the trusted commit that `manifestPaths` asks for. */
  manifests: readonly TrustedManifest[];
  /** Of the trusted commit; null when it has none. */
  codeowners: CodeOwners | null;
  /** Absent: not asked, so nothing is merged without a person. */
  merging?: AutoMergeFacts;
  task: Pick<Task, "config">;
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
  const findings = [...seen.findings, ...(report?.findings ?? [])];
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
function judgeCaps({ change, task, report }: Pick<Evidence, "change" | "task" | "report">): Judgement | null {
  const { config } = task;
  const problems = capProblems(change, capsOf(config));
  if (problems.length === 0) return null;
  const nothing = { change: [], before: new Map(), findings: [], added: [] };
  return judge(factsOf({ ...nothing, checks: report?.checks ?? null, problems, config }));
}

function capsOf({ limits }: Task["config"]) {
  return { filesMax: limits.change_files, bytesMax: limits.change_bytes };
}
