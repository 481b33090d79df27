import { z } from "zod";
import type { Comment, GitHub, Repository, Run } from "../github/github.ts";
import type { Identity, Person, Role } from "../handoff/identity.ts";
import { RunVerb } from "../handoff/task.ts";
import { type Subject, subjectOf } from "../record/subject.ts";
import { mayAsk } from "../request/authority.ts";
import { asksWithWords, commandWords, parseCommand, wordless } from "../request/command.ts";
import { earlierRun, parseRunName, runsSince, triggerKinds, workflowFile, workflowPath } from "../request/run-name.ts";
import { stop, type Stopped } from "./stop.ts";

/** Minutes between the comment and the run it started, above which the request is stale (design §5). */
const requestAgeMinutes = 30;

const id = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, "expected a number")
  .transform(Number);

/** What a dispatch may carry: ids and a verb of the closed list. Everything else is fetched. */
export const GateInputs = z
  .strictObject({
    verb: RunVerb,
    issue: z.union([id, z.literal("0").transform(Number)]),
    trigger: z.enum(triggerKinds),
    id,
    requester: id,
  })
  .refine(({ issue, trigger }) => (issue === 0) === (trigger === "run"));
export type GateInputs = z.infer<typeof GateInputs>;

export interface RunRequest {
  identity: Identity;
  inputs: GateInputs;
  /** User id of our App's bot: the only account whose dispatch is believed. */
  appBotId: number;
}

/** The run must be one that our App dispatched, on the default branch, of our workflow: the gate trusts no dispatcher. */
export async function ourRun(
  request: RunRequest,
  repository: Repository,
  github: GitHub,
): Promise<{ kind: "run"; run: Run } | Stopped> {
  const foreign = (why: string) =>
    stop(
      "not-dispatched-by-us",
      `This run was not started by the Airlock app: ${why}.`,
      "Comment `/agent fix` on the issue instead of starting the workflow by hand.",
    );
  if (repository.id !== request.identity.repository.id) return foreign("it belongs to another repository");
  const run = await github.run(request.identity.run.id);
  if (run === null) return foreign("GitHub does not know it");
  if (run.event !== "workflow_dispatch") return foreign(`its event is ${run.event}`);
  if (run.actor.id !== request.appBotId) return foreign(`its actor is ${run.actor.login}`);
  if (run.headBranch !== repository.defaultBranch)
    return foreign(`it runs on ${run.headBranch ?? "no branch"}, not on ${repository.defaultBranch}`);
  if (run.path !== workflowPath) return foreign(`it runs ${run.path}`);
  const name = parseRunName(run.title);
  const { verb, issue, trigger, id: asked, requester } = request.inputs;
  const same =
    name !== null &&
    name.verb === verb &&
    name.issue === issue &&
    name.trigger === trigger &&
    name.id === asked &&
    name.requester === requester;
  return same ? { kind: "run", run } : foreign("its name does not carry its inputs");
}

/** A branch's name can also be a tag's: the run must work on a commit that the default branch really holds. */
export async function onDefaultBranch(run: Run, head: string, github: GitHub): Promise<{ kind: "yes" } | Stopped> {
  if (await github.isAncestor(run.headSha, head)) return { kind: "yes" };
  return stop(
    "not-dispatched-by-us",
    `This run works on ${run.headSha}, which is no commit of the default branch.`,
    "Remove a tag that is named like the default branch, then comment `/agent fix` again.",
  );
}

export interface Asked {
  kind: "asked";
  comment: Comment;
  /** What the command stands on. */
  subject: Subject;
  words: string;
  requester: Person & { role: Role };
}

/** The comment as it stands now: present, young, never edited, by the person the dispatch names, and a command. */
export async function readRequest(
  { inputs, identity }: RunRequest,
  run: Run,
  github: GitHub,
): Promise<Asked | Stopped> {
  const comment = await github.comment(inputs.id);
  if (comment === null || comment.issue !== inputs.issue) {
    return stop("not-a-command", "The comment that asked for this is gone.", "Comment `/agent fix` again.");
  }
  if (comment.author.id !== inputs.requester)
    return stop("not-allowed", "The comment was written by somebody else.", "");
  if (comment.updatedAt !== comment.createdAt) {
    return stop(
      "edited",
      "The comment was edited after it was written.",
      "Write a new comment: an edited command is never run.",
    );
  }
  const ageMinutes = (Date.parse(run.createdAt) - Date.parse(comment.createdAt)) / 60_000;
  if (!(ageMinutes <= requestAgeMinutes)) {
    return stop(
      "expired",
      `The request was ${Math.round(ageMinutes)} minutes old when its run started; ${requestAgeMinutes} are allowed.`,
      "Comment again.",
    );
  }
  const command = parseCommand(comment.body);
  if (command.kind !== "command" || command.verb !== inputs.verb) {
    return stop(
      "not-a-command",
      `The comment holds no \`/agent ${inputs.verb}\`.`,
      "Write the command alone at the start of a line.",
    );
  }
  const allowed = await allowedToAsk(inputs, comment, { github, repositoryId: identity.repository.id });
  if (allowed.kind === "stop") return allowed;
  const requester = { id: comment.author.id, login: comment.author.login, role: allowed.role };
  const { subject } = allowed;
  const { text: words } = commandWords(comment.body);
  if (words === "" && asksWithWords(inputs.verb))
    return stop("not-a-command", wordless(inputs.verb).message, wordless(inputs.verb).next);
  return { kind: "asked", comment, subject, words, requester };
}

async function allowedToAsk(
  { issue: number, verb }: GateInputs,
  comment: Comment,
  { github, repositoryId }: { github: GitHub; repositoryId: number },
): Promise<{ kind: "role"; role: Role; subject: Subject } | Stopped> {
  const subject = await subjectOf(github, number, repositoryId);
  if (subject === null) return stop("issue-closed", "The issue is gone.", "");
  const found = await github.role(comment.author.login);
  // A login can change hands: the role counts only for the very account that wrote the comment.
  const role = found.user?.id === comment.author.id ? found.role : "none";
  const answer = mayAsk({
    verb,
    role,
    userType: comment.author.type,
    appId: comment.appId,
    senderIsAuthor: true,
    commentEdited: comment.updatedAt !== comment.createdAt,
    subject: subject.kind,
    issueState: subject.issue.state,
  });
  return answer.kind === "allowed" ? { kind: "role", role, subject } : stop(answer.code, answer.message, answer.next);
}

/**
 * At least once, fenced: among the runs our App dispatched for one comment, the lowest id goes on (design §5). Asked before
 * anything else of the comment, so that a late second run says nothing about a request that the first one answers.
 */
export async function firstComer(request: RunRequest, run: Run, github: GitHub): Promise<{ kind: "first" } | Stopped> {
  const { trigger, id: cause } = request.inputs;
  const asks = trigger === "run" ? await github.run(cause) : await github.comment(cause);
  const runs = await github.runs(workflowFile, runsSince(run, asks));
  const earlier = earlierRun(runs, run, request.appBotId);
  if (earlier === null) return { kind: "first" };
  return stop("duplicate", `Run ${earlier.id} already works on this ${trigger === "run" ? "failure" : "comment"}.`, "");
}
