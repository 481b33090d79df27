import type { Answer } from "./answer.ts";
import { created, empty, notFound, ok, page, Refusal } from "./answer.ts";
import { addLabels, createLabel, removeLabel } from "./labels.ts";
import { changeIssue, issueOf, openIssue, setLocked } from "./issues.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, conversation, issuesOrPulls, numeric, param, repositoryAsked, write } from "./route.ts";
import { labelNamed, showIssue, showLabel } from "./show-issue.ts";
import type { Issue } from "./state.ts";

const repo = "/repos/{owner}/{repo}";

/** Issues (pull requests are issues too) and their labels. */
export const issueRoutes: Route[] = [
  { method: "GET", path: `${repo}/issues`, need: issuesOrPulls("read"), run: listIssues },
  { method: "POST", path: `${repo}/issues`, need: write("issues"), run: createIssue },
  { method: "GET", path: `${repo}/issues/{issue_number}`, need: conversation("read"), run: oneIssue },
  { method: "PATCH", path: `${repo}/issues/{issue_number}`, need: conversation("write"), run: updateIssue },
  { method: "PUT", path: `${repo}/issues/{issue_number}/lock`, need: conversation("write"), run: lock },
  { method: "DELETE", path: `${repo}/issues/{issue_number}/lock`, need: conversation("write"), run: unlock },
  { method: "GET", path: `${repo}/issues/{issue_number}/labels`, need: conversation("read"), run: listIssueLabels },
  { method: "POST", path: `${repo}/issues/{issue_number}/labels`, need: conversation("write"), run: addIssueLabels },
  { method: "PUT", path: `${repo}/issues/{issue_number}/labels`, need: conversation("write"), run: setIssueLabels },
  {
    method: "DELETE",
    path: `${repo}/issues/{issue_number}/labels/{name}`,
    need: conversation("write"),
    run: removeIssueLabel,
  },
  { method: "GET", path: `${repo}/labels`, need: issuesOrPulls("read"), run: listLabels },
  { method: "POST", path: `${repo}/labels`, need: issuesOrPulls("write"), run: newLabel },
  { method: "GET", path: `${repo}/labels/{name}`, need: issuesOrPulls("read"), run: oneLabel },
];

function listIssues(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const state = ask.query.get("state") ?? "open";
  const labels = (ask.query.get("labels") ?? "").split(",").filter((label) => label !== "");
  const since = Date.parse(ask.query.get("since") ?? "1970-01-01");
  const found = repository.issues.filter(
    (issue) =>
      (state === "all" || issue.state === state) &&
      labels.every((label) => issue.labels.includes(label)) &&
      issue.updatedAt >= since,
  );
  return page(
    found.toSorted((a, b) => b.number - a.number),
    { url: ask.url, show: (one) => showIssue(ask.state, repository, one) },
  );
}

function createIssue(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = bodyAs<{ title: string | number; body?: string | null; labels?: (string | { name?: string })[] }>(ask);
  const issue = openIssue(ask.state, repository, actor(ask), { title: String(asked.title), body: asked.body ?? "" });
  addLabels(ask.state, repository, issue, { names: labelNames(asked.labels), by: actor(ask).account });
  return created(showIssue(ask.state, repository, issue));
}

function oneIssue(ask: Ask): Answer {
  return ok(showIssue(ask.state, repositoryAsked(ask), issueAsked(ask)));
}

function updateIssue(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const issue = issueAsked(ask);
  const asked = bodyAs<{
    title?: string | number;
    body?: string | null;
    state?: "open" | "closed";
    labels?: string[];
  }>(ask);
  changeIssue(ask.state, repository, issue, {
    by: actor(ask).account,
    ...(asked.title === undefined || asked.title === null ? {} : { title: String(asked.title) }),
    ...(asked.body === undefined ? {} : { body: asked.body ?? "" }),
    ...(asked.state === undefined ? {} : { state: asked.state }),
  });
  if (asked.labels !== undefined) replaceLabels(ask, issue, labelNames(asked.labels));
  return ok(showIssue(ask.state, repository, issue));
}

function lock(ask: Ask): Answer {
  setLocked(ask.state, repositoryAsked(ask), issueAsked(ask), { locked: true, by: actor(ask).account });
  return empty();
}

function unlock(ask: Ask): Answer {
  setLocked(ask.state, repositoryAsked(ask), issueAsked(ask), { locked: false, by: actor(ask).account });
  return empty();
}

function listIssueLabels(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const labels = issueAsked(ask).labels.map((name) => labelNamed(repository, name));
  return page(labels, { url: ask.url, show: (label) => showLabel(ask.state, repository, label) });
}

function addIssueLabels(ask: Ask): Answer {
  addLabels(ask.state, repositoryAsked(ask), issueAsked(ask), { names: labelsAsked(ask), by: actor(ask).account });
  return shownLabels(ask);
}

function setIssueLabels(ask: Ask): Answer {
  replaceLabels(ask, issueAsked(ask), labelsAsked(ask));
  return shownLabels(ask);
}

function removeIssueLabel(ask: Ask): Answer {
  const asked = { name: param(ask, "name"), by: actor(ask).account };
  if (!removeLabel(ask.state, repositoryAsked(ask), issueAsked(ask), asked))
    throw new Refusal(404, "Label does not exist");
  return shownLabels(ask);
}

function replaceLabels(ask: Ask, issue: Issue, names: string[]): void {
  for (const name of issue.labels)
    if (!names.includes(name)) removeLabel(ask.state, repositoryAsked(ask), issue, { name, by: actor(ask).account });
  addLabels(ask.state, repositoryAsked(ask), issue, { names, by: actor(ask).account });
}

function shownLabels(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  return ok(issueAsked(ask).labels.map((name) => showLabel(ask.state, repository, labelNamed(repository, name))));
}

function listLabels(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  return page(repository.labels, { url: ask.url, show: (label) => showLabel(ask.state, repository, label) });
}

function newLabel(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const asked = bodyAs<{ name: string; color?: string; description?: string }>(ask);
  return created(showLabel(ask.state, repository, createLabel(ask.state, repository, asked)));
}

function oneLabel(ask: Ask): Answer {
  const repository = repositoryAsked(ask);
  const label = labelNamed(repository, param(ask, "name"));
  if (label.id === 0) throw notFound();
  return ok(showLabel(ask.state, repository, label));
}

function issueAsked(ask: Ask): Issue {
  return issueOf(repositoryAsked(ask), numeric(ask, "issue_number"));
}

/** `{labels: […]}` is the only form GitHub's schema still knows; names or objects with a name. */
function labelsAsked(ask: Ask): string[] {
  return labelNames(bodyAs<{ labels?: (string | { name?: string })[] }>(ask).labels);
}

function labelNames(labels: (string | { name?: string })[] | undefined): string[] {
  return (labels ?? []).map((label) => (typeof label === "string" ? label : (label.name ?? "")));
}
