import type { Answer } from "./answer.ts";
import { created, notFound, ok, page, Refusal } from "./answer.ts";
import { changeCheck, checkOf, createCheck } from "./checks.ts";
import type { CheckBody } from "./checks.ts";
import { commitAt } from "./git-read.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, numeric, param, read, repositoryAsked, write } from "./route.ts";
import { showCheck } from "./show-run.ts";
import type { App } from "./state.ts";

const checks = "/repos/{owner}/{repo}/check-runs";

/** Check runs: made and changed only by Apps, each only its own. */
export const checkRoutes: Route[] = [
  { method: "POST", path: checks, need: write("checks"), run: create },
  { method: "GET", path: `${checks}/{check_run_id}`, need: read("checks"), run: one },
  { method: "PATCH", path: `${checks}/{check_run_id}`, need: write("checks"), run: update },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}/check-runs", need: read("checks"), run: ofCommit },
];

function create(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  return created(
    showCheck(ask.state, repository, createCheck(ask.state, repository, appAsking(ask), bodyAs<CheckBody>(ask))),
  );
}

function one(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  return ok(showCheck(ask.state, repository, checkOf(repository, numeric(ask, "check_run_id"))));
}

function update(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = { id: numeric(ask, "check_run_id"), app: appAsking(ask), body: bodyAs<CheckBody>(ask) };
  return ok(showCheck(ask.state, repository, changeCheck(ask.state, repository, asked)));
}

/** Without `filter=all` only the newest run of each name and App. */
function ofCommit(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const sha = commitAt(repository.bare, param(ask, "ref"));
  if (sha === null) throw notFound();
  const { query } = ask;
  const [name, status, app] = [query.get("check_name"), query.get("status"), query.get("app_id")];
  const found = repository.checks
    .filter((check) => check.headSha === sha && (name === null || check.name === name))
    .filter((check) => (status === null || check.status === status) && (app === null || String(check.app.id) === app))
    .toReversed();
  const newest = found.filter(
    (check, at) => found.findIndex((other) => other.name === check.name && other.app === check.app) === at,
  );
  return page(query.get("filter") === "all" ? found : newest, {
    url: ask.url,
    show: (check) => showCheck(ask.state, repository, check),
    wrap: (shown, total) => ({ total_count: total, check_runs: shown }),
  });
}

function appAsking(ask: Ask): App {
  const { app } = actor(ask);
  if (app === null) throw new Refusal(403, "You must authenticate via a GitHub App.");
  return app;
}
