import { atLeast, roleOf } from "./accounts.ts";
import type { Answer } from "./answer.ts";
import { notFound, ok, page } from "./answer.ts";
import type { Ask, Route } from "./route.ts";
import { param, read, repositoryAsked } from "./route.ts";
import { showUser } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import type { Repository } from "./state.ts";
import { iso } from "./state.ts";

const repo = "/repos/{owner}/{repo}";

/** Who has access, what a branch requires, and the settings that a person looks at before using us. */
export const ruleRoutes: Route[] = [
  { method: "GET", path: `${repo}/collaborators`, need: read("metadata"), run: collaborators },
  { method: "GET", path: `${repo}/rules/branches/{branch}`, need: read("metadata"), run: rules },
  {
    method: "GET",
    path: `${repo}/actions/permissions/workflow`,
    need: read("administration"),
    run: workflowPermissions,
  },
  { method: "GET", path: `${repo}/actions/secrets/{secret_name}`, need: read("secrets"), run: secret },
];

function collaborators(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const people = ask.state.accounts.filter(
    (account) => account.type === "User" && (repository.roles.get(account.id) ?? "none") !== "none",
  );
  const owner = repository.owner.type === "User" && !people.includes(repository.owner) ? [repository.owner] : [];
  return page([...owner, ...people], {
    url: ask.url,
    show: (account) => {
      const role = roleOf(repository, account);
      const may = { pull: atLeast(role, "read"), triage: atLeast(role, "triage"), push: atLeast(role, "write") };
      const permissions = { ...may, maintain: atLeast(role, "maintain"), admin: role === "admin" };
      return { ...showUser(ask.state, account), permissions, role_name: role };
    },
  });
}

function rules(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const branch = param(ask, "branch");
  return page(repository.required[branch] ?? [], { url: ask.url, show: (check) => showRule(repository, check) });
}

/** One ruleset per required check. */
function showRule(repository: Repository, { context, appId }: { context: string; appId: number | null }): Json {
  const check = { context, ...(appId === null ? {} : { integration_id: appId }) };
  return {
    type: "required_status_checks",
    parameters: { strict_required_status_checks_policy: false, required_status_checks: [check] },
    ruleset_source_type: "Repository",
    ruleset_source: `${repository.owner.login}/${repository.name}`,
    ruleset_id: 1,
  };
}

function workflowPermissions(ask: Ask): Answer {
  const { actionsMayCreatePulls } = repositoryAsked(ask);
  return ok({ default_workflow_permissions: "read", can_approve_pull_request_reviews: actionsMayCreatePulls });
}

function secret(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const name = param(ask, "secret_name");
  if (repository.secrets[name] === undefined) throw notFound();
  const at = iso(repository.createdAt);
  return ok({ name, created_at: at, updated_at: at });
}
