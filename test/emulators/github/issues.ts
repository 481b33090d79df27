import { notFound, Refusal, invalid } from "./answer.ts";
import type { Account, App, Changes, Comment, Issue, Reaction, Repository, State } from "./state.ts";
import { nextId } from "./ids.ts";

const bodyCharactersMax = 65_536;
const titleCharactersMax = 256;

export interface Author {
  account: Account;
  app: App | null;
}

export function issueOf(repository: Repository, number: number): Issue {
  const found = repository.issues.find((issue) => issue.number === number);
  if (found === undefined) throw notFound();
  return found;
}

export function commentOf(repository: Repository, id: number): Comment {
  const found = repository.comments.find((comment) => comment.id === id);
  if (found === undefined) throw notFound();
  return found;
}

/** An issue without its event: a pull request is one too and has another event. */
export function newIssue(
  state: State,
  repository: Repository,
  by: Author,
  text: { title: string; body: string },
): Issue {
  checkTitle(text.title, "Issue");
  checkBody(text.body, "Issue");
  const now = state.now();
  const issue: Issue = {
    id: nextId(state, "issue"),
    number: Math.max(0, ...repository.issues.map((one) => one.number)) + 1,
    title: text.title,
    body: text.body,
    author: by.account,
    app: by.app,
    state: "open",
    locked: false,
    labels: [],
    reactions: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    bodyEditedAt: null,
    renames: [],
    pull: null,
  };
  repository.issues.push(issue);
  return issue;
}

export function openIssue(
  state: State,
  repository: Repository,
  by: Author,
  text: { title: string; body: string },
): Issue {
  const issue = newIssue(state, repository, by, text);
  state.emit({ action: "opened", repository, sender: by.account, subject: { name: "issues", issue } });
  return issue;
}

export interface IssueChange {
  title?: string;
  body?: string;
  state?: "open" | "closed";
}

/** Title, body and state of an issue or pull request; each change is its own event. */
export function changeIssue(
  state: State,
  repository: Repository,
  issue: Issue,
  asked: IssueChange & { by: Account },
): void {
  const was = { title: issue.title, body: issue.body, state: issue.state };
  const changes: Changes = {};
  const now = later(state, issue.createdAt);
  if (asked.title !== undefined && asked.title !== was.title) {
    checkTitle(asked.title, "Issue");
    issue.renames.push({ at: now, by: asked.by, from: was.title, to: asked.title });
    issue.title = asked.title;
    changes["title"] = { from: was.title };
  }
  if (asked.body !== undefined && asked.body !== was.body) {
    checkBody(asked.body, "Issue");
    issue.body = asked.body;
    issue.bodyEditedAt = now;
    changes["body"] = { from: was.body };
  }
  const name = issue.pull === null ? "issues" : "pull_request";
  if (Object.keys(changes).length > 0) {
    issue.updatedAt = now;
    state.emit({ action: "edited", repository, sender: asked.by, subject: { name, issue, changes } });
  }
  if (asked.state === undefined || asked.state === was.state) return;
  issue.state = asked.state;
  issue.closedAt = asked.state === "closed" ? state.now() : null;
  issue.updatedAt = state.now();
  const action = asked.state === "closed" ? "closed" : "reopened";
  state.emit({ action, repository, sender: asked.by, subject: { name, issue } });
}

export function setLocked(
  state: State,
  repository: Repository,
  issue: Issue,
  { locked, by }: { locked: boolean; by: Account },
): void {
  if (issue.locked === locked) return;
  issue.locked = locked;
  issue.updatedAt = state.now();
  state.emit({ action: locked ? "locked" : "unlocked", repository, sender: by, subject: { name: "issues", issue } });
}

/** @throws Refusal 403 on a locked issue for Apps, 422 for a body GitHub would not take. */
export function addComment(
  state: State,
  repository: Repository,
  by: Author,
  text: { issue: Issue; body: string },
): Comment {
  const { issue, body } = text;
  checkBody(body, "IssueComment");
  if (issue.locked && by.app !== null) throw new Refusal(403, "Unable to create comment because issue is locked.");
  const now = state.now();
  const comment: Comment = {
    id: nextId(state, "comment"),
    issue: issue.number,
    body,
    author: by.account,
    app: by.app,
    createdAt: now,
    updatedAt: now,
    editedAt: null,
    reactions: [],
  };
  repository.comments.push(comment);
  issue.updatedAt = now;
  state.emit({ action: "created", repository, sender: by.account, subject: { name: "issue_comment", issue, comment } });
  return comment;
}

export function changeComment(
  state: State,
  repository: Repository,
  comment: Comment,
  asked: { body: string; by: Account },
): void {
  checkBody(asked.body, "IssueComment");
  const changes = { body: { from: comment.body } };
  comment.body = asked.body;
  comment.updatedAt = later(state, comment.createdAt);
  comment.editedAt = comment.updatedAt;
  const issue = issueOf(repository, comment.issue);
  state.emit({
    action: "edited",
    repository,
    sender: asked.by,
    subject: { name: "issue_comment", issue, comment, changes },
  });
}

export function removeComment(state: State, repository: Repository, comment: Comment, by: Account): void {
  repository.comments = repository.comments.filter((one) => one !== comment);
  const issue = issueOf(repository, comment.issue);
  state.emit({ action: "deleted", repository, sender: by, subject: { name: "issue_comment", issue, comment } });
}

/** The same reaction twice is one reaction. */
export function react(
  state: State,
  reactions: Reaction[],
  by: Account,
  content: string,
): { reaction: Reaction; isNew: boolean } {
  const found = reactions.find((one) => one.user === by && one.content === content);
  if (found) return { reaction: found, isNew: false };
  const reaction: Reaction = { id: nextId(state, "reaction"), content, user: by, createdAt: state.now() };
  reactions.push(reaction);
  return { reaction, isNew: true };
}

/** GitHub's times have whole seconds; a person never edits within the second of creation, and neither does a story. */
export function later(state: State, createdAt: number): number {
  return Math.max(state.now(), createdAt + 1000);
}

function checkTitle(title: string, resource: string): void {
  if (title.trim() === "") throw invalid(resource, "title", "missing_field");
  if (charactersIn(title) > titleCharactersMax) {
    throw invalid(resource, "title", "custom", `title is too long (maximum is ${titleCharactersMax} characters)`);
  }
}

function checkBody(body: string, resource: string): void {
  if (resource === "IssueComment" && body.trim() === "") throw invalid(resource, "body", "missing_field");
  if (charactersIn(body) > bodyCharactersMax) {
    throw invalid(resource, "body", "custom", `body is too long (maximum is ${bodyCharactersMax} characters)`);
  }
}

/** Code points, which is how GitHub counts. */
export function charactersIn(text: string): number {
  return Array.from(text).length;
}
