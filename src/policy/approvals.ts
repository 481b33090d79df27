import type { Role } from "../handoff/identity.ts";
import type { Requirements } from "../handoff/verdict.ts";
import type { Condition, Judged } from "./condition.ts";
import { type CommitPeople, type Contributors, contributorsOf } from "./contributors.ts";
import { latestReviews, type Review, type Reviewer } from "./latest-reviews.ts";
import { ownerApprovals, type TeamMembers } from "./owner-approvals.ts";
import { securityReview } from "./security-review.ts";
import { disqualified, type Interested, maintains, mayWrite } from "./standing.ts";

/** Somebody's word on exactly one head, given by a command. */
export interface Word {
  person: Reviewer;
  head: string;
}

export interface ApprovalFacts {
  head: string;
  requirements: Requirements;
  /** Whether whoever asked may approve as well. */
  requesterMayApprove: boolean;
  /** Logins and slugs of teams of those who give security reviews; when nobody is named, whoever maintains the repository gives them. */
  securityReviewers: { users: readonly string[]; teams: readonly string[] };
  reviews: readonly Review[];
  commits: readonly CommitPeople[];
  /** Account ids. */
  pushers: readonly number[];
  requesters: readonly number[];
  verifications: readonly Word[];
  acceptances: readonly (Word & { finding: string })[];
  /** Findings that block until a maintainer accepts each. */
  blocking: readonly { id: string; rule: string }[];
  /** Everybody's role at this moment, by account id. Whoever is missing has none. */
  roles: ReadonlyMap<number, Role>;
  /** The teams that the requirements and the security reviewers name. */
  teams: TeamMembers;
  /** Accounts with access; null when GitHub does not tell. Only for saying what can never be met. */
  collaborators: readonly (Reviewer & { role: Role })[] | null;
}

export type Outcome =
  | { kind: "met" }
  | { kind: "waiting"; missing: string[] }
  /** Nobody who is here can bring it about. */
  | { kind: "cannot"; why: string };

export interface Approvals {
  outcome: Outcome;
  conditions: Condition[];
  /** Who gave an opinion that does not count, and why: one sentence each. */
  ignored: string[];
}

interface Counted {
  facts: ApprovalFacts;
  contributors: Contributors;
  /** People whose approval of this head counts. */
  approving: Reviewer[];
  /** People whose word would count. */
  eligible: readonly Reviewer[] | null;
  roleOf: (person: Reviewer) => Role;
}

/**
 * Whether people released this head. Pure. Only the latest review of each person counts, only of exactly this head, and only of people
 * who may write here now and have no part in the change themselves: no author, co-author, committer or pusher of it, and nobody who
 * asked for it. Adding a contributor, requester, finding or request for changes never turns another outcome into `met`.
 */
export function judgeApprovals(facts: ApprovalFacts): Approvals {
  const forgiven = new Set(facts.requesterMayApprove ? facts.requesters : []);
  const contributors = contributorsOf(facts.commits, forgiven);
  const interested: Interested = { ...facts, contributors };
  const roleOf = ({ id }: Reviewer): Role => facts.roles.get(id) ?? "none";
  const latest = latestReviews(facts.reviews);
  const ignored: string[] = [];
  const approving = latest.filter(({ state, person, commit }) => {
    if (state !== "approved") return false;
    const why =
      disqualified(person, roleOf(person), interested) ??
      (commit === facts.head
        ? null
        : `approved ${commit === null ? "a commit that is gone" : short(commit)}, not ${short(facts.head)}`);
    if (why !== null) ignored.push(`${person.login} ${why}.`);
    return why === null;
  });
  const eligible =
    facts.collaborators?.filter((person) => disqualified(person, person.role, interested) === null) ?? null;
  const counted: Counted = { facts, contributors, approving: approving.map(({ person }) => person), eligible, roleOf };
  // A stranger cannot hold a change up; whoever may write can, whatever else they have to do with it.
  const objecting = latest.filter(
    ({ state, person }) => state === "changes_requested" && person.type === "User" && mayWrite(roleOf(person)),
  );
  const judged = [
    ...findings(counted),
    ...authors(counted),
    ...objections(objecting),
    ...approvals(counted),
    ...ownerApprovals(facts.requirements.owners, facts.teams, counted),
    ...(facts.requirements.security_review ? [securityReview(facts, counted)] : []),
    ...manualVerification(counted, interested),
  ];
  return {
    outcome: outcomeOf(judged),
    conditions: judged.map(({ name, holds, saw }) => ({ name, holds, saw })),
    ignored,
  };
}

function outcomeOf(judged: readonly Judged[]): Outcome {
  const open = judged.filter(({ holds }) => !holds);
  const why = open.flatMap(({ cannot }) => cannot ?? []);
  if (why.length > 0) return { kind: "cannot", why: why.join(" ") };
  return open.length === 0 ? { kind: "met" } : { kind: "waiting", missing: open.map(({ missing }) => missing) };
}

function findings({ facts, roleOf }: Counted): Judged[] {
  return facts.blocking.map(({ id, rule }) => {
    const by = facts.acceptances.find(
      (word) =>
        word.finding === id &&
        word.head === facts.head &&
        word.person.type === "User" &&
        maintains(roleOf(word.person)),
    );
    return {
      name: `Finding ${id} (${rule}) is accepted`,
      holds: by !== undefined,
      saw: by === undefined ? "by nobody" : `by ${by.person.login}`,
      missing: `A maintainer must accept finding ${id}: \`/agent accept ${id}\`.`,
      cannot: null,
    };
  });
}

/** An author whom nobody can name could be any of those who approve. */
function authors({ contributors: { unnamed } }: Counted): Judged[] {
  if (unnamed.length === 0) return [];
  const commits = unnamed.slice(0, 3).map(short).join(", ");
  return [
    {
      name: "Everybody who wrote it is known",
      holds: false,
      saw: `${commits} names an address that belongs to no account`,
      missing: `Nobody can tell who wrote ${commits}: its address belongs to no GitHub account.`,
      cannot: null,
    },
  ];
}

function objections(objecting: readonly Review[]): Judged[] {
  if (objecting.length === 0) return [];
  const who = objecting.map(({ person }) => person.login).join(", ");
  return [
    {
      name: "Nobody requests changes",
      holds: false,
      saw: `requested by ${who}`,
      missing: `${who} requested changes: they must approve, or their review must be dismissed.`,
      cannot: null,
    },
  ];
}

function approvals({ facts, approving, eligible }: Counted): Judged[] {
  const needed = facts.requirements.reviewers;
  if (needed === 0) return [];
  const possible = eligible === null ? null : new Set([...eligible, ...approving].map(({ id }) => id)).size;
  const left = needed - approving.length;
  return [
    {
      name: `${needed} approving ${needed === 1 ? "review" : "reviews"} of this head`,
      holds: left <= 0,
      saw: approving.length === 0 ? "none" : `${approving.length}: ${logins(approving)}`,
      missing: `${left} more approving ${left === 1 ? "review" : "reviews"} of this head.`,
      cannot:
        possible !== null && possible < needed
          ? `It needs ${needed} approving ${needed === 1 ? "review" : "reviews"}, and ${possible} ${possible === 1 ? "person is" : "people are"} eligible.`
          : null,
    },
  ];
}

function manualVerification({ facts, eligible, roleOf }: Counted, interested: Interested): Judged[] {
  if (!facts.requirements.manual_verification) return [];
  const by = facts.verifications
    .filter(({ head, person }) => head === facts.head && disqualified(person, roleOf(person), interested) === null)
    .map(({ person }) => person);
  return [
    {
      name: "A manual verification of this head",
      holds: by.length > 0,
      saw: by.length === 0 ? "none" : `by ${logins(by)}`,
      missing: `Somebody must try this head out and comment \`/agent verified ${facts.head.slice(0, 12)}\`.`,
      cannot:
        eligible !== null && eligible.length === 0 ? "It needs a manual verification, and nobody is eligible." : null,
    },
  ];
}

function logins(people: readonly Reviewer[]): string {
  return people.map(({ login }) => login).join(", ");
}

function short(sha: string): string {
  return sha.slice(0, 8);
}
