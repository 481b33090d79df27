import type { GitHub, Pull, Run } from "../github/github.ts";
import { sha256 } from "../handoff/seal.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { judgementDigest } from "../record/commit-message.ts";
import { GateState, stateItemsMax } from "../record/gate-state.ts";
import { rememberedOwners } from "../record/remembered-owners.ts";
import type { RunProblem } from "../policy/gate.ts";
import type { Log } from "./log.ts";
import { earlierRequesters } from "./earlier-requesters.ts";
import { nameOfOurRun } from "./our-run.ts";
import { type Publication, publicationOf } from "./run-evidence.ts";
import { runPapers } from "./run-papers.ts";

interface About {
  github: GitHub;
  repositoryId: number;
  bot: number;
  defaultBranch: string;
  log: Log;
  /** Milliseconds since 1970. */
  now: number;
}

export type Told =
  | { kind: "state"; state: GateState }
  /** It published another commit, or none. */
  | { kind: "another" }
  /** Nobody can tell: it is not ours or not at its end, its papers are gone, or they and GitHub do not agree. */
  | { kind: "unread" };

/**
 * What a run that has ended says about the head of a pull request. The Verdict is read from an artifact, which another job of the run might replace, so it counts only under the digest
 * that the commit carries: only publish can push one.
 */
export async function stateOfRun(run: Run, pull: Pull, about: About): Promise<Told> {
  const { github, repositoryId, log } = about;
  const name = nameOfOurRun(run, about);
  if (name === null || run.status !== "completed") return { kind: "unread" };
  const { verdict } = await runPapers(github, run, { repositoryId, log });
  if (verdict === null) return { kind: "unread" };
  const head = pull.head.sha;
  if (verdict.published?.commit !== head) return { kind: "another" };
  const publication = await publicationOf(github, verdict, { run, name, repositoryId });
  // The commit counts, and not which pull request brings it: somebody may close ours and open their own with the same head.
  const isThis =
    publication?.confirmed === true || (publication?.pull.number === pull.number && publication.pull.head.sha === head);
  if (publication === null || !isThis) return { kind: "unread" };
  const earlier = await earlierRequesters(pull.number, run.id, about);
  // A head whose requesters cannot all be remembered is none that anybody could release.
  const requesters = [...new Set([name.requester, ...earlier])];
  return { kind: "state", state: stateFrom(publication, run, { requesters, head, ...about }) };
}

function stateFrom(
  publication: Publication,
  run: Run,
  about: Pick<About, "repositoryId" | "now"> & { requesters: number[]; head: string },
): GateState {
  const { verdict, pull } = publication;
  const blocking = verdict.findings
    .filter(({ level }) => level === "block")
    .map(({ id, rule }) => ({ id, rule: asWord(rule) }));
  return GateState.parse({
    version: 1,
    repository: about.repositoryId,
    head: about.head,
    target: sha256(pull.base.ref),
    run: { id: run.id, attempt: run.attempt },
    judgement: judgementDigest(verdict),
    level: verdict.level,
    draft: verdict.draft,
    requirements: { ...verdict.requirements, owners: rememberedOwners(verdict.requirements.owners) ?? [] },
    approvers: approversIn(verdict),
    problems: problemsOf(publication, run, verdict),
    blocking: blocking.slice(0, stateItemsMax),
    reasons: verdict.reasons.slice(0, stateItemsMax).map(({ level, rule }) => ({ level, rule: asWord(rule) })),
    requesters: about.requesters,
    pushers: [],
    accepted: [],
    verified: [],
    since: `${new Date(about.now).toISOString().slice(0, 19)}Z`,
  });
}

function problemsOf({ confirmed }: Publication, run: Run, verdict: Verdict): RunProblem[] {
  const blocking = verdict.findings.filter(({ level }) => level === "block").length;
  return [
    ...(run.conclusion === "success" ? [] : ["run-failed" as const]),
    ...(verdict.kind === "publish" ? [] : ["not-released" as const]),
    ...(confirmed ? [] : ["other-judgement" as const]),
    ...(blocking <= stateItemsMax ? [] : ["too-many-findings" as const]),
    ...(rememberedOwners(verdict.requirements.owners) === null ? ["too-many-owners" as const] : []),
  ];
}

/** What is no login or slug becomes a name that nobody can have: leaving it out could let others stand in for it. */
function approversIn({ approvers }: Verdict): GateState["approvers"] {
  if (approvers === undefined) return { requester_may_approve: false, security_users: [] };
  const isName = (name: string) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(name);
  const { security_users: users, security_teams: teams = [] } = approvers;
  return {
    ...approvers,
    security_users: users.map((name) => (isName(name) ? name : "no--login")),
    security_teams: teams.map((name) => (isName(name) ? name : "no--team")),
  };
}

/** The name of a rule is ours; a paper could hold anything in its place. */
function asWord(rule: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,79}$/.test(rule) ? rule : "unnamed-rule";
}
