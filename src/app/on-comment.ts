import { explain } from "../errors.ts";
import type { AppConnection } from "../github/app.ts";
import type { GitHub } from "../github/github.ts";
import type { Status, StatusState } from "../record/status-comment.ts";
import { type Authority, mayAsk } from "../request/authority.ts";
import { type Command, parseCommand } from "../request/command.ts";
import { CommentCreated, installedOf, readEvent } from "./events.ts";
import type { Log } from "./log.ts";
import { refusal, undispatchable } from "./replies.ts";
import type { StatusBoard } from "./status-board.ts";

/** The workflow that answers every command. */
export const workflowFile = "airlock.yml";

export interface CommentEffects {
  app: AppConnection;
  board: StatusBoard;
  log: Log;
  /** Takes over work that the answer to GitHub does not wait for. */
  later(work: Promise<void>): void;
}

/**
 * A new comment. Resolves when nothing is left that GitHub would have to deliver again: the comment asks nothing, the refusal
 * was shown, or the dispatch was accepted. Rejects otherwise, and the delivery counts as failed (design §5).
 */
export async function onComment(payload: unknown, effects: CommentEffects): Promise<void> {
  const event = readEvent(CommentCreated, payload);
  const command = parseCommand(event.comment.body);
  if (command.kind === "none" || !byPerson(event)) return;
  const github = await effects.app.repository(installedOf(event), {
    issues: "write",
    actions: "write",
    metadata: "read",
  });
  const answer = await authorityOf(event, command, github);
  const about = {
    issue: event.issue.number,
    comment: event.comment.id,
    requester: event.sender.id,
    command: command.kind,
  };
  if (answer.kind === "refused") {
    effects.log.info("request.refused", { ...about, code: answer.code });
    if (answer.code === "not-allowed" || answer.code === "edited")
      return await tolerate(github.react(event.comment.id, "-1"), effects.log);
    return await reply(event, refusal(command, answer), github, effects);
  }
  await accept(event, github, effects);
}

/** Bots and Apps (ourselves among them) never ask. */
function byPerson({ sender, comment }: CommentCreated): boolean {
  return sender.type === "User" && comment.user.type === "User" && comment.performed_via_github_app == null;
}

/** The role is asked now, by the login, and believed only for the account that wrote the comment. */
async function authorityOf(event: CommentCreated, command: Command, github: GitHub): Promise<Authority> {
  const { sender, comment, issue } = event;
  const { role, user } = await github.role(comment.user.login);
  return mayAsk({
    verb: command.kind === "command" ? command.verb : "help",
    role: user !== null && user.id === comment.user.id ? role : "none",
    userType: comment.user.type,
    appId: comment.performed_via_github_app?.id ?? null,
    senderIsAuthor: sender.id === comment.user.id,
    commentEdited: comment.updated_at !== comment.created_at,
    isPull: issue.pull_request != null,
    issueState: issue.state,
  });
}

async function accept(event: CommentCreated, github: GitHub, effects: CommentEffects): Promise<void> {
  const { comment, issue, repository } = event;
  const inputs = { verb: "fix", issue: `${issue.number}`, comment: `${comment.id}`, requester: `${comment.user.id}` };
  const seen = tolerate(github.react(comment.id, "eyes"), effects.log);
  const about = { issue: issue.number, comment: comment.id, requester: comment.user.id };
  try {
    const { run } = await github.dispatch(workflowFile, repository.default_branch, inputs);
    effects.log.info("request.dispatched", { ...about, run });
    const page = run === null ? null : { id: run, url: `${repository.html_url}/actions/runs/${run}` };
    effects.later(tolerate(show({ kind: "queued" }, page), effects.log));
  } catch (thrown) {
    const state = undispatchable(thrown);
    if (state === null) throw thrown;
    effects.log.error("request.undispatchable", { ...about, why: explain(thrown).message });
    await show(state, null);
  }
  await seen;

  function show(state: StatusState, run: Status["run"]): Promise<void> {
    return effects.board.show(github, issue.number, statusOf(event, state, run));
  }
}

async function reply(
  event: CommentCreated,
  state: StatusState,
  github: GitHub,
  { board, log }: CommentEffects,
): Promise<void> {
  const confused = tolerate(github.react(event.comment.id, "confused"), log);
  await board.show(github, event.issue.number, statusOf(event, state, null));
  await confused;
}

function statusOf({ comment }: CommentCreated, state: StatusState, run: Status["run"]): Status {
  return { verb: "fix", requester: comment.user.login, comment: comment.id, run, state };
}

/** For what people like to see but no request depends on: a failure is logged and forgotten. */
async function tolerate(work: Promise<void>, log: Log): Promise<void> {
  try {
    await work;
  } catch (thrown) {
    log.warn("display.failed", { why: explain(thrown).message });
  }
}
