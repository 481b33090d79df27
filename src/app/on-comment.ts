import type { AppConnection } from "../github/app.ts";
import type { GitHub } from "../github/github.ts";
import type { Status, StatusState } from "../record/status-comment.ts";
import { sentence } from "../record/sentence.ts";
import { pullSubject } from "../record/subject.ts";
import { type Authority, type AuthorityFacts, mayAsk, type SubjectKind } from "../request/authority.ts";
import { asksWithWords, type Command, commandWords, parseCommand, type Verb, wordless } from "../request/command.ts";
import { asControl, type ControlVerb, mayControl } from "../request/control.ts";
import { asDecision, type DecisionVerb, mayDecide, readDecision } from "../request/decision.ts";
import { dispatchRun } from "./dispatch-run.ts";
import { CommentCreated, installedOf, readEvent } from "./events.ts";
import type { GateKeeper } from "./gate-keeper.ts";
import { insist, type InsistEffects } from "./insist.ts";
import { type ApprovalVerb, approvalVerb, decideApproval, reopenApproval } from "./on-approval.ts";
import { control } from "./on-control.ts";
import { decide } from "./on-decision.ts";
import { placeOf } from "./on-pull.ts";
import { planKey } from "./plan-end.ts";
import { refusal } from "./replies.ts";
import type { StatusBoard } from "./status-board.ts";
import { tolerate } from "./tolerate.ts";
import type { InTurn } from "./turns.ts";

export interface CommentEffects extends InsistEffects {
  app: AppConnection;
  board: StatusBoard;
  gate: GateKeeper;
  turns: InTurn;
}

/**
 * A new comment. Resolves when nothing is left that GitHub would have to deliver again: the comment asks nothing, the refusal
 * was shown, or the dispatch was accepted. Rejects otherwise, and the delivery counts as failed (design §5); GitHub does not
 * repeat it by itself, so the person is told to ask again.
 */
export async function onComment(payload: unknown, effects: CommentEffects): Promise<void> {
  const event = readEvent(CommentCreated, payload);
  const command = parseCommand(event.comment.body);
  if (command.kind === "none" || !byPerson(event)) return;
  const github = await effects.app.repository(installedOf(event), {
    issues: "write",
    actions: "write",
    metadata: "read",
    ...(event.issue.pull_request == null ? {} : { pull_requests: "read" }),
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
    return await reply({ event, command, github }, refusal(command, answer), effects);
  }
  if (decisionOf(command) !== null) return await answerDecision({ event, command, github }, effects);
  if (command.kind === "command" && asksWithWords(command.verb) && commandWords(event.comment.body).text === "") {
    const { message, next } = wordless(command.verb);
    const state = refusal(command, { kind: "refused", code: "not-available", message, next });
    return await reply({ event, command, github }, state, effects);
  }
  if (controlOf(command) !== null) return await answerControl({ event, command, github }, effects);
  const approval = approvalVerb(command);
  if (approval !== null) return await answerApproval({ event, command, github }, approval, effects);
  if (command.kind === "command") await accept({ event, github }, command.verb, effects);
}

/** A command about the runs that are there. */
function controlOf(command: Command): ControlVerb | null {
  return command.kind === "command" ? asControl(command.verb) : null;
}

/** A command that starts no run. */
function decisionOf(command: Command): DecisionVerb | null {
  return command.kind === "command" ? asDecision(command.verb) : null;
}

/** Bots and Apps (ourselves among them) never ask. */
function byPerson({ sender, comment }: CommentCreated): boolean {
  return sender.type === "User" && comment.user.type === "User" && comment.performed_via_github_app == null;
}

/** The role is asked now, by the login, and believed only for the account that wrote the comment. */
async function authorityOf(event: CommentCreated, command: Command, github: GitHub): Promise<Authority> {
  const { sender, comment, issue } = event;
  const { role, user } = await github.role(comment.user.login);
  const decision = decisionOf(command);
  const facts: AuthorityFacts = {
    verb: command.kind === "command" ? command.verb : "help",
    role: user !== null && user.id === comment.user.id ? role : "none",
    userType: comment.user.type,
    appId: comment.performed_via_github_app?.id ?? null,
    senderIsAuthor: sender.id === comment.user.id,
    commentEdited: comment.updated_at !== comment.created_at,
    subject: issue.pull_request == null ? "issue" : await pullKind(event, github),
    issueState: issue.state,
    labels: issue.labels.map(({ name }) => name),
  };
  if (controlOf(command) !== null) return mayControl(facts);
  return decision === null ? mayAsk(facts) : mayDecide(decision, facts);
}

/** One that cannot be found is treated like a stranger's. */
async function pullKind({ issue, repository }: CommentCreated, github: GitHub): Promise<SubjectKind> {
  const pull = await github.pull(issue.number);
  return pull === null ? "fork-pull" : pullSubject(pull, repository.id).kind;
}

/** What was asked, and where to answer. */
interface Asked {
  event: CommentCreated;
  command: Command;
  github: GitHub;
}

/** Out: whether a run was asked for; `refused` when GitHub would refuse it however often it is asked. */
async function accept(
  { event, github }: Pick<Asked, "event" | "github">,
  verb: Verb,
  effects: CommentEffects,
): Promise<"asked" | "refused"> {
  const { comment, issue, repository } = event;
  const origin = { kind: "comment", id: comment.id } as const;
  const seen = tolerate(github.react(comment.id, "eyes"), effects.log);
  const accepted = { github, repository, verb, on: issue.number, origin, requester: comment.user };
  const end = await dispatchRun(accepted, effects);
  await seen;
  return end;
}

/** `accept`, `verified` and `why`: answered here and now, in the same comment that other commands get. */
async function answerDecision(asked: Asked, effects: CommentEffects): Promise<void> {
  const { event, command, github } = asked;
  const verb = decisionOf(command);
  if (verb === null || command.kind !== "command") return;
  const decision = readDecision(verb, command.args);
  if (decision.kind === "unclear") {
    const [headline, next] = [sentence(decision.message, []), sentence(decision.next, [])];
    return await reply(asked, { kind: "refused", headline, details: [], next }, effects);
  }
  const { comment, issue } = event;
  const by = { id: comment.user.id, login: comment.user.login };
  await insist(async () => {
    const place = await placeOf(event, effects.app);
    const state = await decide({ decision, by, pull: issue.number, at: comment.created_at }, place, effects);
    effects.log.info("request.decided", {
      issue: issue.number,
      comment: comment.id,
      requester: by.id,
      verb,
      shown: state.kind,
    });
    await effects.board.show(github, issue.number, statusOf(asked, state, null));
    await tolerate(github.react(comment.id, state.kind === "refused" ? "confused" : "+1"), effects.log);
  }, effects);
}

/** `stop` and `status`: answered here and now, from GitHub's list of runs. */
async function answerControl(asked: Asked, effects: CommentEffects): Promise<void> {
  const { event, command, github } = asked;
  const verb = controlOf(command);
  if (verb === null) return;
  const { comment, issue, repository } = event;
  await insist(async () => {
    const installed = installedOf(event);
    const [reader, bot] = await Promise.all([
      effects.app.repository(installed, { actions: "write", pull_requests: "read", metadata: "read" }),
      effects.app.botId(installed),
    ]);
    const state = await control(verb, issue.number, {
      github: reader,
      bot,
      repositoryId: repository.id,
      defaultBranch: repository.default_branch,
      home: repository.html_url,
      now: Date.parse(comment.created_at),
    });
    effects.log.info("request.controlled", {
      issue: issue.number,
      comment: comment.id,
      requester: comment.user.id,
      verb,
      shown: state.kind,
    });
    await effects.board.show(github, issue.number, statusOf(asked, state, null));
    await tolerate(github.react(comment.id, state.kind === "refused" ? "confused" : "+1"), effects.log);
  }, effects);
}

/** `approve` starts a run once it is written down which plan the comment releases; `deny` ends there. */
async function answerApproval(asked: Asked, verb: ApprovalVerb, effects: CommentEffects): Promise<void> {
  const { event, command, github } = asked;
  const { comment, issue, repository } = event;
  const installed = installedOf(event);
  await insist(async () => {
    const [own, bot] = await Promise.all([
      effects.app.repository(installed, { actions: "read", checks: "write", metadata: "read" }),
      effects.app.botId(installed),
    ]);
    const args = command.kind === "command" ? command.args : "";
    const approving = {
      verb,
      args,
      issue: issue.number,
      comment: comment.id,
      by: comment.user.id,
      at: comment.created_at,
    };
    const place = { github: own, repositoryId: repository.id, bot };
    const decided = await effects.turns(planKey(repository.id), () => decideApproval(approving, place));
    effects.log.info("request.approval", { issue: issue.number, comment: comment.id, verb, decided: decided.kind });
    if (decided.kind === "go") {
      const end = await accept(asked, verb, effects);
      // The plan waits on: nothing of it was begun, and people must change something first.
      if (end === "refused") await effects.turns(planKey(repository.id), () => reopenApproval(approving, place));
      return;
    }
    await effects.board.show(github, issue.number, statusOf(asked, decided.state, null));
    await tolerate(github.react(comment.id, decided.state.kind === "refused" ? "confused" : "+1"), effects.log);
  }, effects);
}

async function reply(asked: Asked, state: StatusState, { board, log }: CommentEffects): Promise<void> {
  const { event, command, github } = asked;
  const reaction = tolerate(github.react(event.comment.id, command.kind === "help" ? "+1" : "confused"), log);
  await board.show(github, event.issue.number, statusOf(asked, state, null));
  await reaction;
}

function statusOf({ event: { comment }, command }: Asked, state: StatusState, run: Status["run"]): Status {
  return {
    verb: verbOf(command),
    requester: comment.user.login,
    origin: { kind: "comment", id: comment.id },
    run,
    state,
  };
}

function verbOf(command: Command): string | null {
  switch (command.kind) {
    case "command":
    case "unknown":
      return command.verb;
    case "help":
      return "help";
    case "none":
    case "multiple":
      return null;
  }
}
