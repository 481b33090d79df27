import type { AuditLog } from "../audit/log.ts";
import type { GitHub } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Identity } from "../handoff/identity.ts";
import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { publishChange } from "../record/publish-change.ts";
import type { KnownSecrets } from "../text/outgoing.ts";
import { showsCanary } from "./canary-rule.ts";
import { judgeAgain, type JudgeGround, readGround } from "./judge-again.ts";
import { mergingFacts } from "./merging-facts.ts";
import { beforeOwnPush } from "./own-push.ts";
import { publishRound } from "./publish-round.ts";
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
  const still = await stillAsked(request, await beforeOwnPush(task, github));
  if (still.kind === "stop") {
    audit.append("request.refused", refusalEntry(still));
    return still;
  }
  onProgress("reading the base's files from GitHub and judging the change");
  const merging = await mergingFacts(request.task.config, still.at, { github, onProgress });
  let read: JudgeGround | undefined;
  const ground = async () => (read ??= await readGround(task, github));
  const { judgement, patch } = await judgeAgain(request, { merging, ground }, github);
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
  if (task.verb === "verify") return { kind: "verdict", verdict, patch: null };
  const { run, home, known } = request;
  const facts = { task, solution, report, judgement, run, home, auditHead: audit.head, known };
  const round = await publishRound(facts, ground, { github, onProgress });
  if (round.kind === "stop") {
    audit.append("request.refused", refusalEntry(round));
    return round;
  }
  if (round.kind === "published") return { kind: "verdict", verdict: { ...verdict, ...round.shown }, patch: null };
  // A held change can be read and applied by hand; a refused one may carry what must not be copied further.
  if (judgement.kind !== "publish")
    return { kind: "verdict", verdict, patch: judgement.kind === "hold" ? patch : null };
  onProgress("writing blobs, tree, commit, branch and pull request");
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
