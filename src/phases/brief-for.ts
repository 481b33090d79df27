import type { Config } from "../config.ts";
import type { GitHub, Run } from "../github/github.ts";
import type { Snapshot } from "../handoff/identity.ts";
import type { ApprovedPlan } from "../handoff/plan.ts";
import type { Brief } from "../handoff/task.ts";
import type { Subject } from "../record/subject.ts";
import { releasedPlan } from "./approved-plan.ts";
import type { Asked, RunRequest } from "./asked.ts";
import { bumpBrief } from "./bump-request.ts";
import { pullFailures } from "./ci-request.ts";
import { freezeConversation } from "./freeze.ts";
import { freezeReview } from "./freeze-review.ts";
import type { Ground } from "./gate.ts";
import { rollback } from "./rollback.ts";
import { stop, type Stopped } from "./stop.ts";
import { changeTo, type Made } from "./tree-change.ts";

interface Asking {
  asked: Asked;
  /** The run that works on it. */
  run: Run;
  trusted: Snapshot;
  ground: Ground;
  config: Config;
}

export interface Briefed {
  kind: "brief";
  brief: Brief;
  /** The result, where it is known. */
  made?: Made;
  /** What is carried out, and the words of whoever asked for it: where a plan was released. */
  plan?: ApprovedPlan;
  words?: string;
}

/**
 * What the run works on: the evidence of a command, frozen. On a pull request of ours `fix` means its open feedback (design §6). Where the
 * result is known, because it is built from what is on GitHub, it comes with it.
 */
export async function briefFor(
  { identity, inputs: { issue, verb }, appBotId }: RunRequest,
  { asked, run, trusted, ground, config }: Asking,
  place: { github: GitHub; repositoryId: number; defaultBranch: string },
): Promise<Briefed | Stopped> {
  const { github } = place;
  const { subject, origin, words, args } = asked;
  if (verb === "rollback") {
    if (subject.kind !== "own-pull") return stop("not-available", "`rollback` is for pull requests of Airlock.", "");
    const made = await rollback({ subject, argument: args, ...ground, limits: config.limits }, github);
    if (made.kind === "stop") return made;
    const { number, title } = subject.pull;
    const brief = { kind: "rollback" as const, number, issue: subject.answers, title, to: made.to };
    return { kind: "brief", brief, made };
  }
  if (verb === "ci") return await pullFailures(subject, place);
  if (verb === "bump") return bumpBrief(args, issue, config);
  if (verb === "verify") return await asItStands(subject, ground, { config, github });
  if (verb === "fix" && subject.kind === "own-pull") {
    const frozen = await freezeReview({ subject, origin, words, appBotId }, github);
    return frozen.kind === "stop" ? frozen : { kind: "brief", brief: frozen.brief };
  }
  if (verb === "approve") {
    const released = await releasedPlan(asked, trusted, { github, identity, run });
    if (released.kind === "stop") return released;
    const { conversation, plan, words: planned } = released;
    return { kind: "brief", brief: { kind: "issue", ...conversation }, plan, words: planned };
  }
  const frozen = await freezeConversation(issue, origin, github);
  if (frozen.kind === "stop") return frozen;
  const kind = verb === "ask" ? "question" : "issue";
  return { kind: "brief", brief: { kind, ...frozen.conversation } };
}

/** A pull request as it stands, as the result that is checked and judged. */
async function asItStands(
  subject: Subject,
  { start, base }: Ground,
  { config, github }: { config: Config; github: GitHub },
): Promise<{ kind: "brief"; brief: Brief; made: Made } | Stopped> {
  if (subject.kind === "issue") return stop("not-available", "`verify` is for pull requests.", "");
  const [is, was] = await Promise.all([github.tree(start.tree), github.tree(base.tree)]);
  const change = await changeTo(is, was, config.limits, github);
  if (change.kind === "stop") return change;
  if (change.entries.length === 0) return stop("no-change", "The pull request changes nothing.", "");
  const { number, title } = subject.pull;
  const made: Made = { kind: "made", tree: start.tree, change: change.entries, steps: [] };
  return { kind: "brief", brief: { kind: "verify", number, title }, made };
}
