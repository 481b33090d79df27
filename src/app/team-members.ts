import { AirlockError } from "../errors.ts";
import type { AppConnection, Installed } from "../github/app.ts";
import type { Owners } from "../handoff/verdict.ts";
import type { TeamMembers } from "../policy/owner-approvals.ts";
import { unlessNotGranted } from "./not-granted.ts";

/** Teams of one head that are asked for; the members of more are not known. */
const teamsMax = 20;

/** Account ids of a team's active members by its slug; null when GitHub does not tell, or not in a way that can be read. */
export type AskTeam = (slug: string) => Promise<readonly number[] | null>;

/**
 * Asks about teams with a token of its own, made only when somebody asks: the gate's token must not need a permission on the
 * organisation, which an installation may not have accepted, and which a repository of a user cannot have.
 */
export function askTeamOf(app: AppConnection, installed: Installed): AskTeam {
  return (slug) =>
    unlessNotGranted(async () => {
      const github = await app.repository(installed, { members: "read", metadata: "read" });
      return await github.teamMembers(slug).catch(nullWhereUnreadable);
    });
}

/** Who is in the teams that these groups name; of too many, in those of the first groups. */
export async function teamMembersFor(groups: readonly Pick<Owners, "teams">[], ask: AskTeam): Promise<TeamMembers> {
  const slugs = [...new Set(groups.flatMap(({ teams }) => teams.map((slug) => slug.toLowerCase())))].slice(0, teamsMax);
  const answers = await Promise.all(
    slugs.map(async (slug) => {
      const members = await ask(slug);
      return [slug, members === null ? null : new Set(members)] as const;
    }),
  );
  return new Map(answers);
}

/** A team that is too large, say: it must not keep the whole check from being written. */
function nullWhereUnreadable(thrown: unknown): null {
  if (thrown instanceof AirlockError && thrown.code === "github-unreadable") return null;
  throw thrown;
}
