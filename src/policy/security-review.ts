import type { Role } from "../handoff/identity.ts";
import type { Judged } from "./condition.ts";
import type { Reviewer } from "./latest-reviews.ts";
import { isAmong, namesOf, type TeamMembers, untoldTeams } from "./owner-approvals.ts";
import { maintains } from "./standing.ts";

interface Facts {
  /** Logins and slugs of teams; when nobody is named, whoever maintains the repository gives the review. */
  securityReviewers: { users: readonly string[]; teams: readonly string[] };
  teams: TeamMembers;
  /** null when GitHub does not tell who has access. */
  collaborators: readonly (Reviewer & { role: Role })[] | null;
}

interface Counted {
  approving: readonly Reviewer[];
  eligible: readonly Reviewer[] | null;
  roleOf: (person: Reviewer) => Role;
}

/**
 * Whether one of those whose approval counts gives security reviews. Pure. Who is in a team that GitHub does not tell is in none: it never
 * makes the condition hold, and never says that it cannot.
 */
export function securityReview(
  { securityReviewers: named, teams, collaborators }: Facts,
  { approving, eligible, roleOf }: Counted,
): Judged {
  const isNobodyNamed = named.users.length + named.teams.length === 0;
  const mayGive = (person: Reviewer, role: Role) => (isNobodyNamed ? maintains(role) : isAmong(person, named, teams));
  const by = approving.filter((person) => mayGive(person, roleOf(person)));
  const roleHere = (id: number): Role => collaborators?.find((one) => one.id === id)?.role ?? "none";
  const untold = untoldTeams(named, teams);
  const possible =
    eligible === null || untold !== null || eligible.some((person) => mayGive(person, roleHere(person.id)));
  const who = isNobodyNamed ? "somebody who maintains the repository" : namesOf(named);
  return {
    name: "A security review of this head",
    holds: by.length > 0,
    saw: by.length === 0 ? "none" : `by ${by.map(({ login }) => login).join(", ")}`,
    missing: `An approving review by ${who}, as the security review.${untold === null ? "" : ` ${untold}`}`,
    cannot: possible ? null : `It needs a security review by ${who}, and none of them is eligible.`,
  };
}
