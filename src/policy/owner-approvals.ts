import type { Owners } from "../handoff/verdict.ts";
import type { Judged } from "./condition.ts";
import type { Reviewer } from "./latest-reviews.ts";

/** Account ids of a team's active members by its slug in lower case; null or absent: GitHub does not tell. */
export type TeamMembers = ReadonlyMap<string, ReadonlySet<number> | null>;

/** Paths of a group that a sentence names. */
const pathsShown = 3;

/**
 * Whether an owner of each group approved this head. Pure. In: the groups that policy asks for, who is in their teams, whose approval
 * counts, and whose word would count (null: not known). Out: one condition per group. Who is in a team that GitHub does not tell is
 * in none: it never makes a condition hold, and never says that it cannot.
 */
export function ownerApprovals(
  groups: readonly Owners[],
  teams: TeamMembers,
  { approving, eligible }: { approving: readonly Reviewer[]; eligible: readonly Reviewer[] | null },
): Judged[] {
  return groups.map((group) => {
    const by = approving.filter((person) => isAmong(person, group, teams));
    const untold = untoldTeams(group, teams);
    const nobody = untold === null && eligible?.some((person) => isAmong(person, group, teams)) === false;
    const who = namesOf(group) || "nobody who is named";
    const paths = pathsOf(group);
    return {
      name: `An owner of ${paths} approves this head: ${who}`,
      holds: by.length > 0,
      saw: by.length === 0 ? "none" : by.map(({ login }) => login).join(", "),
      missing: `An approving review by ${who} for ${paths}.${untold === null ? "" : ` ${untold}`}`,
      cannot:
        nobody && by.length === 0
          ? `It needs an approving review by ${who} for ${paths}, and none of them is eligible.`
          : null,
    };
  });
}

/** People and teams that are named together: one of them is enough. */
type Named = { users: readonly string[]; teams: readonly string[] };

/** Whether a person is named, or in a team that is. Pure. GitHub does not tell logins and slugs apart by case. */
export function isAmong(person: Reviewer, { users, teams: slugs }: Named, teams: TeamMembers): boolean {
  const login = person.login.toLowerCase();
  return (
    users.some((user) => user.toLowerCase() === login) ||
    slugs.some((slug) => membersOf(slug, teams)?.has(person.id) === true)
  );
}

function membersOf(slug: string, teams: TeamMembers): ReadonlySet<number> | null {
  return teams.get(slug.toLowerCase()) ?? null;
}

/** Which of the teams GitHub does not tell the members of, and what helps, as sentences; null when it tells of all. Pure. */
export function untoldTeams({ users, teams: slugs }: Named, members: TeamMembers): string | null {
  const untold = slugs.filter((slug) => membersOf(slug, members) === null);
  if (untold.length === 0) return null;
  const teams = namesOf({ users: [], teams: untold });
  const why = `The App does not know who is in ${teams}: the organization permission Members (read) must be accepted, and the team must exist.`;
  return users.length === 0 ? why : `${why} An approval of ${namesOf({ users, teams: [] })} needs neither.`;
}

/** Without `@`: the sentence is for whoever looks at the check, and also stands in its title, which is plain text. */
export function namesOf({ users, teams }: Named): string {
  return [...users, ...teams.map((slug) => `the team ${slug}`)].join(" or ");
}

function pathsOf({ paths }: Owners): string {
  const more = paths.length - pathsShown;
  return `${paths.slice(0, pathsShown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
