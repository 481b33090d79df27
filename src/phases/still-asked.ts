import { AirlockError } from "../errors.ts";
import type { GitHub } from "../github/github.ts";
import { canonical } from "../handoff/canonical.ts";
import { sha256 } from "../handoff/seal.ts";
import type { Task } from "../handoff/task.ts";
import type { OriginRef } from "../record/origin.ts";
import type { Subject } from "../record/subject.ts";
import { releasedApproval } from "./approved-plan.ts";
import { type Asked, firstComer, ourRun, readRequest, type RunRequest } from "./asked.ts";
import { groundOf, readConfig } from "./gate.ts";
import type { PublishRequest } from "./publish.ts";
import { stop, type Stopped } from "./stop.ts";

/** Promise 1, second half: the request still stands, the person still may, and no earlier run answers it. `at`: when GitHub created the run, in milliseconds. */
export async function stillAsked(
  request: Pick<PublishRequest, "task" | "identity" | "appBotId">,
  github: GitHub,
): Promise<{ kind: "asked"; at: number } | Stopped> {
  const { task, identity, appBotId } = request;
  const { trigger } = task;
  if (trigger.kind === "local" || trigger.kind === "workflow_run")
    return stop("not-allowed", "Only a person's request on GitHub can be published there.", "");
  const { issue, ref } = askedBy(trigger);
  const inputs = { verb: task.verb, issue, trigger: ref.kind, id: ref.id, requester: task.requester.id };
  const runRequest: RunRequest = { identity, inputs, appBotId };
  const repository = await github.repository();
  const run = await ourRun(runRequest, repository, github);
  if (run.kind === "stop") return run;
  const asked = await readRequest(runRequest, { ref, run: run.run }, github);
  if (asked.kind === "stop") return asked;
  if (sha256(asked.origin.body) !== trigger.body_sha256) {
    return stop(
      "edited",
      `The ${asked.origin.kind} changed while the run was working.`,
      "Write a new comment: an edited command is never run.",
    );
  }
  const first = await firstComer(runRequest, run.run, github);
  if (first.kind === "stop") return first;
  const released = await stillReleased(task, asked, { github, identity, run: run.run });
  if (released.kind === "stop") return released;
  await trustedStillTrue(task, repository.defaultBranch, github);
  const ground = await sameGround(task, asked.subject, github);
  if (ground.kind === "stop") return ground;
  return { kind: "asked", at: Date.parse(run.run.createdAt) };
}

/** What the gate was told of the request. */
function askedBy(trigger: Extract<Task["trigger"], { kind: "issue_comment" | "review" }>): {
  issue: number;
  ref: OriginRef;
} {
  switch (trigger.kind) {
    case "issue_comment":
      return { issue: trigger.issue, ref: { kind: "comment", id: trigger.comment } };
    case "review":
      return { issue: trigger.pull, ref: { kind: "review", id: trigger.review } };
  }
}

/** A plan is carried out only while the App's record names this comment and exactly this plan. */
async function stillReleased(
  { verb, plan }: Task,
  asked: Asked,
  at: Parameters<typeof releasedApproval>[1],
): Promise<{ kind: "released" } | Stopped> {
  if (verb !== "approve" && plan === undefined) return { kind: "released" };
  const found = verb === "approve" ? await releasedApproval(asked, at) : null;
  if (found?.kind === "stop") return found;
  const wanted = found === null ? null : { hash: found.hash, plan: found.record.plan };
  const carried = plan === undefined ? null : { hash: plan.hash, plan: plan.plan };
  if (canonical(carried) !== canonical(wanted))
    throw contradiction("the released plan", canonical(carried), canonical(wanted));
  return { kind: "released" };
}

/** Promise 6: the trusted commit is one of the default branch, and its policy is the policy in the Task. */
async function trustedStillTrue(task: Task, defaultBranch: string, github: GitHub): Promise<void> {
  if (task.default_branch !== defaultBranch)
    throw contradiction("the default branch", task.default_branch, defaultBranch);
  const head = await github.branch(defaultBranch);
  if (head === null || !(await github.isAncestor(task.trusted.commit, head))) {
    throw contradiction("the trusted commit", task.trusted.commit, `a commit of ${defaultBranch}`);
  }
  const commit = await github.commit(task.trusted.commit);
  if (commit.tree !== task.trusted.tree) throw contradiction("the trusted tree", task.trusted.tree, commit.tree);
  const config = await readConfig(await github.tree(task.trusted.tree), github);
  if (config.kind === "stop" || canonical(config.config) !== canonical(task.config)) {
    throw contradiction("the policy", "the Task's configuration", "the configuration of the trusted commit");
  }
}

/** The start is the trusted commit, or still the head of the pull request that the work goes on with, which is still open. */
async function sameGround(task: Task, subject: Subject, github: GitHub): Promise<{ kind: "same" } | Stopped> {
  const { start, base, pull } = task;
  const now = await groundOf(subject, task.trusted, github);
  if (pull !== null && now.pull?.number === pull.number && now.start.commit !== start.commit)
    return stop(
      "head-moved",
      `Somebody pushed to the pull request while the run was working: its head is ${now.start.commit.slice(0, 12)} now.`,
      "Nothing was pushed. Look at that commit, then write the command again.",
    );
  if (canonical({ start, base, pull }) !== canonical(now))
    throw contradiction("where the work began", canonical({ start, base, pull }), canonical(now));
  return { kind: "same" };
}

/** The papers and GitHub tell different stories: nobody knows which is true, so nothing is pushed. */
export function contradiction(what: string, found: string, wanted: string): AirlockError {
  return new AirlockError({
    code: "bad-paper",
    message: `The papers contradict each other or GitHub: ${what} is ${found}, expected ${wanted}.`,
    fix: "Nothing was pushed. Comment `/agent fix` again; if it repeats, report it with the run's artifacts.",
  });
}
