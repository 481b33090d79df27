import { z } from "zod";
import type { GitHub, Repository, Run } from "../github/github.ts";
import type { Identity, Person, Role } from "../handoff/identity.ts";
import { RunVerb } from "../handoff/task.ts";
import { type Origin, originOf, originRef, type OriginRef } from "../record/origin.ts";
import { type Subject, subjectOf } from "../record/subject.ts";
import { mayAsk } from "../request/authority.ts";
import { asksWithWords, commandWords, parseCommand, wordless } from "../request/command.ts";
import { earlierRun, parseRunName, runsSince, triggerKinds, workflowFile, workflowPath } from "../request/run-name.ts";
import { stop, type Stopped } from "./stop.ts";

/** Minutes between the comment or review and the run it started, above which the request is stale (design §5). */
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
  origin: Origin;
  /** What the command stands on. */
  subject: Subject;
  /** Empty for a review: what it says are points of their own. */
  words: string;
  /** The rest of the command's line alone, as it was written. */
  args: string;
  requester: Person & { role: Role };
}

/** What asked as it stands now: present, young, never edited, by the person the dispatch names, and a request of this verb. */
export async function readRequest(
  { inputs, identity }: RunRequest,
  { ref, run }: { ref: OriginRef; run: Run },
  github: GitHub,
): Promise<Asked | Stopped> {
  const origin = await originOf(github, inputs.issue, ref);
  const refused = originRefusal(origin, ref.kind, inputs) ?? (origin === null ? null : timeRefusal(origin, run));
  if (refused !== null) return refused;
  if (origin === null) throw new TypeError("an origin that is gone is refused");
  const said =
    origin.kind === "comment" ? wordsOf(origin.body, inputs.verb) : { kind: "words" as const, words: "", args: "" };
  if (said.kind === "stop") return said;
  const allowed = await allowedToAsk(inputs, origin, { github, repositoryId: identity.repository.id });
  if (allowed.kind === "stop") return allowed;
  const requester = { id: origin.author.id, login: origin.author.login, role: allowed.role };
  const { subject } = allowed;
  const { words } = said;
  if (words === "" && asksWithWords(inputs.verb))
    return stop("not-a-command", wordless(inputs.verb).message, wordless(inputs.verb).next);
  return { kind: "asked", origin, subject, words, args: said.args, requester };
}

/** How the thing that asked is called in a sentence, and what asks once more. */
const named = {
  comment: { what: "comment", again: "Comment `/agent fix` again.", anew: "Write a new comment" },
  review: { what: "review", again: "Comment `/agent fix`, or review again.", anew: "Submit a new review" },
} as const;

function originRefusal(
  origin: Origin | null,
  kind: OriginRef["kind"],
  { requester, verb }: GateInputs,
): Stopped | null {
  const { what, again, anew } = named[kind];
  if (origin === null) return stop("not-a-command", `The ${what} that asked for this is gone.`, again);
  if (origin.author.id !== requester) return stop("not-allowed", `The ${what} was written by somebody else.`, "");
  if (origin.edited) {
    const never = origin.kind === "comment" ? "command" : "review";
    return stop("edited", `The ${what} was edited after it was written.`, `${anew}: an edited ${never} is never run.`);
  }
  if (!origin.stands || (kind === "review" && verb !== "fix"))
    return stop("not-a-command", "The review does not request changes.", again);
  return null;
}

function timeRefusal({ kind, createdAt }: Origin, run: Run): Stopped | null {
  const ageMinutes = (Date.parse(run.createdAt) - Date.parse(createdAt)) / 60_000;
  if (ageMinutes <= requestAgeMinutes) return null;
  return stop(
    "expired",
    `The request was ${Math.round(ageMinutes)} minutes old when its run started; ${requestAgeMinutes} are allowed.`,
    kind === "comment" ? "Comment again." : named.review.again,
  );
}

function wordsOf(body: string, verb: GateInputs["verb"]): { kind: "words"; words: string; args: string } | Stopped {
  const command = parseCommand(body);
  if (command.kind === "command" && command.verb === verb)
    return { kind: "words", words: commandWords(body).text, args: command.args };
  const alone = "Write the command alone at the start of a line.";
  return stop("not-a-command", `The comment holds no \`/agent ${verb}\`.`, alone);
}

async function allowedToAsk(
  { issue: number, verb }: GateInputs,
  { author, appId, edited }: Origin,
  { github, repositoryId }: { github: GitHub; repositoryId: number },
): Promise<{ kind: "role"; role: Role; subject: Subject } | Stopped> {
  const subject = await subjectOf(github, number, repositoryId);
  if (subject === null) return stop("issue-closed", "The issue is gone.", "");
  const found = await github.role(author.login);
  // A login can change hands: the role counts only for the very account that wrote the comment.
  const role = found.user?.id === author.id ? found.role : "none";
  const answer = mayAsk({
    verb,
    role,
    userType: author.type,
    appId,
    senderIsAuthor: true,
    commentEdited: edited,
    subject: subject.kind,
    issueState: subject.issue.state,
    labels: subject.issue.labels,
  });
  return answer.kind === "allowed" ? { kind: "role", role, subject } : stop(answer.code, answer.message, answer.next);
}

/**
 * At least once, fenced: among the runs our App dispatched for one request, the lowest id goes on (design §5). Asked before
 * anything else of it, so that a late second run says nothing about a request that the first one answers.
 */
export async function firstComer(request: RunRequest, run: Run, github: GitHub): Promise<{ kind: "first" } | Stopped> {
  const { inputs, appBotId } = request;
  const ref = originRef(inputs);
  const asks = ref === null ? await github.run(inputs.id) : await originOf(github, inputs.issue, ref);
  const runs = await github.runs(workflowFile, runsSince(run, asks));
  const earlier = earlierRun(runs, run, appBotId);
  if (earlier === null) return { kind: "first" };
  const what = ref === null ? "failure" : named[ref.kind].what;
  return stop("duplicate", `Run ${earlier.id} already works on this ${what}.`, "");
}
