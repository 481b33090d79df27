import { z } from "zod";
import { Role } from "../handoff/identity.ts";
import { AccountAnswer, RepositoryAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { httpFailure, rateLimited, statusOf } from "./failure.ts";
import type { GitHub } from "./github.ts";

/** The repository itself, and what an account may do in it. */
export function people(api: Api): Pick<GitHub, "repository" | "role" | "collaborators" | "teamMembers"> {
  return {
    repository: () => api.call(RepositoryAnswer, "GET "),
    async role(login) {
      const found = await api.find(Permission, "GET /collaborators/{username}/permission", { username: login });
      if (found === null) return { role: "none", user: null };
      return { role: Role.safeParse(found.role_name).data ?? found.permission, user: found.user };
    },
    collaborators: () => api.list(Collaborator, "GET /collaborators", { parameters: { affiliation: "all" } }),
    // The list has active members only, and one question tells of all; a question per person could not tell "no member" from "no team".
    async teamMembers(slug) {
      const route = "GET /orgs/{org}/teams/{team_slug}/members";
      try {
        const members = await api.list(AccountAnswer, route, { parameters: { team_slug: slug } });
        return members.map(({ id }) => id);
      } catch (thrown) {
        const status = statusOf(thrown);
        if (status === 404 || (status === 403 && !rateLimited(httpFailure(thrown)))) return null;
        throw thrown;
      }
    },
  };
}

/**
 * `role_name` is the effective role, or the name of an organisation's own role; `permission` is then the base role it was
 * made from (docs.github.com, "Get repository permissions for a user").
 */
const Permission = z.object({
  permission: z.enum(["none", "read", "write", "admin"]),
  role_name: z.string().nullish(),
  user: AccountAnswer.nullable(),
});

/** Beside an organisation's own role stands what its base role may, from which the base role is told. */
const Collaborator = AccountAnswer.extend({
  role_name: z.string(),
  permissions: z.object({
    pull: z.boolean(),
    triage: z.boolean().optional(),
    push: z.boolean(),
    maintain: z.boolean().optional(),
    admin: z.boolean(),
  }),
}).transform(({ id, login, type, role_name, permissions }) => ({
  id,
  login,
  type,
  role: Role.safeParse(role_name).data ?? baseRole(permissions),
}));

function baseRole(may: {
  pull: boolean;
  triage?: boolean | undefined;
  push: boolean;
  maintain?: boolean | undefined;
  admin: boolean;
}): Role {
  if (may.admin) return "admin";
  if (may.maintain === true) return "maintain";
  if (may.push) return "write";
  if (may.triage === true) return "triage";
  return may.pull ? "read" : "none";
}
