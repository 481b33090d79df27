import { z } from "zod";
import { Role } from "../handoff/identity.ts";
import { AccountAnswer, RepositoryAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import type { GitHub } from "./github.ts";

/** The repository itself, and what an account may do in it. */
export function people(api: Api): Pick<GitHub, "repository" | "role"> {
  return {
    repository: () => api.call(RepositoryAnswer, "GET "),
    async role(login) {
      const found = await api.find(Permission, "GET /collaborators/{username}/permission", { username: login });
      if (found === null) return { role: "none", user: null };
      return { role: Role.safeParse(found.role_name).data ?? found.permission, user: found.user };
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
