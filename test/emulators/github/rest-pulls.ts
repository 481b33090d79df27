import type { Answer } from "./answer.ts";
import { created, ok, page, Refusal } from "./answer.ts";
import { changedFiles } from "./git-diff.ts";
import type { ChangedFile } from "./git-diff.ts";
import { commitAt, commitsIn, isAncestor, mergeBase, refAt } from "./git-read.ts";
import { git } from "./git.ts";
import { changeIssue } from "./issues.ts";
import { openPull, pullOf, removeReviewers, requestReviewers } from "./pulls.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, numeric, param, read, repositoryAsked, write } from "./route.ts";
import { showUser } from "./show-account.ts";
import { showCommit, showFile } from "./show-commit.ts";
import { isPull, showPull, showPullSimple, showTeam } from "./show-pull.ts";
import type { PullIssue } from "./show-pull.ts";
import type { Repository } from "./state.ts";

const pulls = "/repos/{owner}/{repo}/pulls";
const one = `${pulls}/{pull_number}`;

/** Pull requests between branches of one repository. */
export const pullRoutes: Route[] = [
  { method: "GET", path: pulls, need: read("pull_requests"), run: list },
  { method: "POST", path: pulls, need: write("pull_requests"), run: create },
  { method: "GET", path: one, need: read("pull_requests"), run: get },
  { method: "PATCH", path: one, need: write("pull_requests"), run: update },
  { method: "GET", path: `${one}/files`, need: read("pull_requests"), run: files },
  { method: "GET", path: `${one}/commits`, need: read("pull_requests"), run: commits },
  { method: "GET", path: `${one}/requested_reviewers`, need: read("pull_requests"), run: reviewers },
  { method: "POST", path: `${one}/requested_reviewers`, need: write("pull_requests"), run: addReviewers },
  { method: "DELETE", path: `${one}/requested_reviewers`, need: write("pull_requests"), run: dropReviewers },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
    need: read("pull_requests"),
    run: ofCommit,
  },
];

/** `head` works only as `owner:branch`; a bare branch name is ignored by GitHub and lists everything. */
function list(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const { query } = ask;
  const state = query.get("state") ?? "open";
  const [owner, branch] = (query.get("head") ?? "").split(/:(.*)/s);
  const base = query.get("base");
  const found = repository.issues.filter(isPull).filter((issue) => {
    const isHead =
      branch === undefined ||
      (owner?.toLowerCase() === repository.owner.login.toLowerCase() && issue.pull.head === branch);
    return (state === "all" || issue.state === state) && isHead && (base === null || issue.pull.base === base);
  });
  return page(found.toReversed(), { url: ask.url, show: (issue) => showPullSimple(ask.state, repository, issue) });
}

function create(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = bodyAs<{ title?: string; body?: string; head: string; base: string; draft?: boolean }>(ask);
  if (asked.title === undefined) throw new Refusal(422, "Validation Failed", { errors: ["title can't be blank"] });
  const { title, body = "", head, base, draft = false } = asked;
  return created(
    showPull(ask.state, repository, openPull(ask.state, repository, actor(ask), { title, body, head, base, draft })),
  );
}

function get(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = pullAsked(ask);
  if (!ask.accept.includes("diff")) return ok(showPull(ask.state, repository, issue));
  return {
    status: 200,
    text: git(repository.bare, ["diff", startOf(repository, issue), issue.pull.headSha]).toString("utf8"),
  };
}

function update(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = pullAsked(ask);
  const asked = bodyAs<{ title?: string; body?: string | null; state?: "open" | "closed"; base?: string }>(ask);
  if (asked.base !== undefined) {
    const sha = refAt(repository.bare, `refs/heads/${asked.base}`);
    if (sha === null) throw new Refusal(422, `Proposed base branch '${asked.base}' was not found`);
    Object.assign(issue.pull, { base: asked.base, baseSha: sha });
  }
  changeIssue(ask.state, repository, issue, {
    by: actor(ask).account,
    ...(asked.title === undefined ? {} : { title: asked.title }),
    ...(asked.body === undefined ? {} : { body: asked.body ?? "" }),
    ...(asked.state === undefined ? {} : { state: asked.state }),
  });
  return get(ask);
}

function files(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = pullAsked(ask);
  return page(filesOf(repository, issue), {
    url: ask.url,
    show: (file) => showFile(ask.state, repository, file, issue.pull.headSha),
  });
}

function commits(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = pullAsked(ask);
  const found = commitsIn(repository.bare, `${startOf(repository, issue)}..${issue.pull.headSha}`).toReversed();
  return page(found, { url: ask.url, show: (commit) => showCommit(ask.state, repository, commit) });
}

function reviewers(ask: Ask): Answer {
  const { pull } = pullAsked(ask);
  return ok({
    users: pull.reviewers.map((account) => showUser(ask.state, account)),
    teams: pull.teams.map((slug) => showTeam(ask.state, slug)),
  });
}

function addReviewers(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  requestReviewers(ask.state, repository, pullAsked(ask), reviewersAsked(ask));
  return created(showPullSimple(ask.state, repository, pullAsked(ask)));
}

function dropReviewers(ask: Ask): Answer {
  removeReviewers(pullAsked(ask), reviewersAsked(ask));
  return ok(showPullSimple(ask.state, repositoryAsked(ask), pullAsked(ask)));
}

/** As on GitHub, every pull request that contains the commit, not only those whose head it is. */
function ofCommit(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const sha = commitAt(repository.bare, param(ask, "commit_sha"));
  const found = repository.issues.filter(isPull).filter((issue) => {
    const { headSha, baseSha } = issue.pull;
    return sha !== null && isAncestor(repository.bare, sha, headSha) && !isAncestor(repository.bare, sha, baseSha);
  });
  return page(found, { url: ask.url, show: (issue) => showPullSimple(ask.state, repository, issue) });
}

/** What the pull request changes: from where its branch left the base. */
export function filesOf(repository: Repository, issue: PullIssue): ChangedFile[] {
  return changedFiles(repository.bare, startOf(repository, issue), issue.pull.headSha);
}

export function startOf(repository: Repository, { pull }: PullIssue): string {
  return mergeBase(repository.bare, pull.baseSha, pull.headSha) ?? pull.baseSha;
}

function pullAsked(ask: Ask): PullIssue {
  return pullOf(repositoryAsked(ask), numeric(ask, "pull_number"));
}

function reviewersAsked(ask: Ask): { reviewers: string[]; teams: string[] } {
  const asked = bodyAs<{ reviewers?: string[]; team_reviewers?: string[] }>(ask);
  return { reviewers: asked.reviewers ?? [], teams: asked.team_reviewers ?? [] };
}
