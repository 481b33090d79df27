import type { Account, GitHub, Pull } from "../github/github.ts";
import { AirlockError } from "../errors.ts";
import type { Role } from "../handoff/identity.ts";
import type { ApprovalFacts } from "../policy/approvals.ts";
import { latestReviews } from "../policy/latest-reviews.ts";
import type { GateState } from "../record/gate-state.ts";
import { type AskTeam, teamMembersFor } from "./team-members.ts";

/** People whose role is asked; a crowd of strangers must not cost more. */
const peopleMax = 100;
/** Roles that are asked at a time. */
const atOnce = 8;

/**
 * Everything that policy must know about the people of one head, read at this moment. `collaborators` is null unless a crowd made it
 * necessary to ask. Throws `github-unreadable` for a crowd of which nobody can tell who has access.
 */
export async function approvalFacts(
  { github, askTeam }: { github: GitHub; askTeam: AskTeam },
  pull: Pull,
  state: GateState,
): Promise<ApprovalFacts> {
  const [reviews, commits, teams] = await Promise.all([
    github.reviews(pull.number),
    github.commitPeople(pull.number),
    teamMembersFor(groupsOf(state), askTeam),
  ]);
  const speaking = [
    ...latestReviews(reviews).map(({ person }) => person),
    ...[...state.accepted, ...state.verified].map(({ by }) => ({ ...by, type: "User" as const })),
  ];
  const people = [...new Map(speaking.map((person) => [person.id, person])).values()];
  const collaborators = people.length > peopleMax ? await collaboratorsIfTold(github) : null;
  if (people.length > peopleMax && collaborators === null) throw crowded(people.length);
  const known = new Set(collaborators?.map(({ id }) => id));
  // Those with access first: the others have no role in the end.
  const asked = people.toSorted((a, b) => Number(known.has(b.id)) - Number(known.has(a.id))).slice(0, peopleMax);
  const word = ({ by }: { by: { id: number; login: string } }) => ({
    person: { ...by, type: "User" as const },
    head: state.head,
  });
  return {
    head: pull.head.sha,
    requirements: state.requirements,
    requesterMayApprove: state.approvers.requester_may_approve,
    securityReviewers: { users: state.approvers.security_users, teams: state.approvers.security_teams ?? [] },
    reviews,
    commits,
    pushers: state.pushers,
    requesters: state.requesters,
    verifications: state.verified.map(word),
    acceptances: state.accepted.map((accepted) => ({ ...word(accepted), finding: accepted.finding })),
    blocking: state.blocking,
    roles: await rolesOf(github, asked),
    teams,
    collaborators,
  };
}

/** Everybody is waited for, and the security reviewers are one group: theirs goes first, because only so many teams are asked for. */
function groupsOf({ requirements, approvers }: GateState): { teams: string[] }[] {
  const security = requirements.security_review ? [{ teams: approvers.security_teams ?? [] }] : [];
  return [...security, ...requirements.owners];
}

/** The role is asked by the login, and believed only for the very account. */
async function rolesOf(github: GitHub, people: readonly Pick<Account, "id" | "login">[]): Promise<Map<number, Role>> {
  const roles = new Map<number, Role>();
  for (let start = 0; start < people.length; start += atOnce) {
    const some = people.slice(start, start + atOnce);
    const answers = await Promise.all(some.map(({ login }) => github.role(login)));
    for (const [at, { id }] of some.entries()) {
      const answer = answers[at];
      if (answer?.user?.id === id) roles.set(id, answer.role);
    }
  }
  return roles;
}

/** Who else has access; null when GitHub does not tell, for whatever reason: it is only needed to say what can never be met. */
export async function collaboratorsIfTold(github: GitHub): Promise<ApprovalFacts["collaborators"]> {
  return await github.collaborators().catch(() => null);
}

/** An objection could be among those whom nobody asked about. */
function crowded(people: number): AirlockError {
  return new AirlockError({
    code: "github-unreadable",
    message: `${people} people reviewed it, and GitHub does not tell which of them have access.`,
    fix: "Let the App read the repository's collaborators (metadata), or open a new pull request.",
  });
}
