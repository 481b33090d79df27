import type { Answer } from "./answer.ts";
import { notFound, page, Refusal } from "./answer.ts";
import type { Ask, Route } from "./route.ts";
import { param } from "./route.ts";
import { showUser } from "./show-account.ts";
import { covers } from "./tokens.ts";

/** Teams of an organisation: a permission on the organisation, whatever repositories the token opens. */
export const teamRoutes: Route[] = [
  { method: "GET", path: "/orgs/{org}/teams/{team_slug}/members", need: "token", run: members },
];

/** Active members alone; who was invited is in another list. A team that the asker may not see is as if it were not there. */
function members(ask: Ask): Answer {
  const { identity, state } = ask;
  const org = param(ask, "org").toLowerCase();
  const token = identity.kind === "token" ? identity.token : null;
  if (token?.installation?.account.login.toLowerCase() !== org) throw notFound();
  if (!covers(token.permissions, "members", "read"))
    throw new Refusal(403, "Resource not accessible by integration", {
      headers: { "X-Accepted-GitHub-Permissions": "members=read" },
    });
  const ids = state.teams.get(`${org}/${param(ask, "team_slug").toLowerCase()}`);
  if (ids === undefined) throw notFound();
  const people = state.accounts.filter(({ id }) => ids.includes(id));
  return page(people, { url: ask.url, show: (account) => showUser(state, account) });
}
