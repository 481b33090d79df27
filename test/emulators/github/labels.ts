import { invalid } from "./answer.ts";
import { charactersIn } from "./issues.ts";
import type { Account, Issue, Label, Repository, State } from "./state.ts";
import { nextId } from "./ids.ts";

const nameCharactersMax = 50;
const descriptionCharactersMax = 100;

/** @throws Refusal 422 for a name that is taken or too long, or a colour that is none. */
export function createLabel(
  state: State,
  repository: Repository,
  asked: { name: string; color?: string | undefined; description?: string | null | undefined },
): Label {
  if (charactersIn(asked.name) > nameCharactersMax) throw invalid("Label", "name", "too_long");
  if (find(repository, asked.name)) throw invalid("Label", "name", "already_exists");
  if (asked.color !== undefined && !/^[0-9a-f]{6}$/i.test(asked.color)) throw invalid("Label", "color", "invalid");
  if (charactersIn(asked.description ?? "") > descriptionCharactersMax) {
    throw invalid("Label", "description", "custom", "description is too long (maximum is 100 characters)");
  }
  const label: Label = {
    id: nextId(state, "label"),
    name: asked.name,
    color: asked.color ?? "ededed",
    description: asked.description ?? null,
  };
  repository.labels.push(label);
  return label;
}

/** Adds labels to an issue, creating those that do not exist, as GitHub does. */
export function addLabels(
  state: State,
  repository: Repository,
  issue: Issue,
  { names, by }: { names: string[]; by: Account },
): void {
  for (const wanted of names) {
    const label = find(repository, wanted) ?? createLabel(state, repository, { name: wanted });
    if (issue.labels.includes(label.name)) continue;
    issue.labels.push(label.name);
    issue.updatedAt = state.now();
    const name = issue.pull === null ? "issues" : "pull_request";
    state.emit({ action: "labeled", repository, sender: by, subject: { name, issue, label } });
  }
}

export function removeLabel(
  state: State,
  repository: Repository,
  issue: Issue,
  { name, by }: { name: string; by: Account },
): boolean {
  const label = find(repository, name);
  const kept = issue.labels.filter((label) => label.toLowerCase() !== name.toLowerCase());
  const isGone = kept.length < issue.labels.length;
  issue.labels = kept;
  if (!isGone) return false;
  issue.updatedAt = state.now();
  const subject = { name: issue.pull === null ? "issues" : "pull_request", issue } as const;
  if (label !== undefined && issue.pull !== null)
    state.emit({ action: "unlabeled", repository, sender: by, subject: { ...subject, label } });
  return true;
}

function find(repository: Repository, name: string): Label | undefined {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
}
