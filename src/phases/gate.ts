import type { AuditLog } from "../audit/log.ts";
import { type Config, configPath } from "../config.ts";
import { loadConfig, renderProblems } from "../config/load.ts";
import { AirlockError } from "../errors.ts";
import type { GitHub, Pull, Repository, TreeEntry } from "../github/github.ts";
import type { Snapshot } from "../handoff/identity.ts";
import { sha256 } from "../handoff/seal.ts";
import { type Brief, endsWithAnswer, type Task } from "../handoff/task.ts";
import type { Subject } from "../record/subject.ts";
import { attemptsAt, openPullAmong, pullOfRun } from "../record/branch.ts";
import { type Asked, firstComer, onDefaultBranch, ourRun, readRequest, type RunRequest } from "./asked.ts";
import { bumpBrief } from "./bump-request.ts";
import { freezeConversation } from "./freeze.ts";
import { type Made, rollback } from "./rollback.ts";
import { collectInstructions } from "./instructions.ts";
import { alreadyDone, refusalEntry, stop, type Stopped } from "./stop.ts";

export interface GateEffects {
  github: GitHub;
  audit: AuditLog;
  now: () => number;
}

/** `made`: the result is known already, so nobody has to work; absent: solve looks for one. */
export interface Asking {
  kind: "task";
  task: Task;
  made?: Made;
}

/**
 * May this person ask this, and what exactly is asked? Trusts nothing but ids: every text, role and commit is fetched here.
 * Out: the Task, or why the road ends (an expected refusal). Throws AirlockError when GitHub cannot be read: no fact, no run.
 * Job permissions: contents, issues, pull-requests, actions, checks: read.
 */
export async function gate(request: RunRequest, effects: GateEffects): Promise<Asking | Stopped> {
  const outcome = await ask(request, effects);
  if (outcome.kind === "stop") effects.audit.append("request.refused", refusalEntry(outcome));
  return outcome;
}

async function ask(request: RunRequest, { github, audit, now }: GateEffects): Promise<Asking | Stopped> {
  const repository = await github.repository();
  const run = await ourRun(request, repository, github);
  if (run.kind === "stop") return run;
  const first = await firstComer(request, run.run, github);
  if (first.kind === "stop") return first;
  const asked = await readRequest(request, run.run, github);
  if (asked.kind === "stop") return asked;
  audit.append("request.allowed", {
    comment: asked.comment.id,
    requester: asked.requester.login,
    role: asked.requester.role,
  });

  const trusted = await trustedCommit(repository, github);
  const held = await onDefaultBranch(run.run, trusted.commit, github);
  if (held.kind === "stop") return held;
  const files = await github.tree(trusted.tree);
  const loaded = await readConfig(files, github);
  if (loaded.kind === "stop") return loaded;
  const { verb } = request.inputs;
  const answer = verb === "fix" || verb === "bump" ? await answerTo(request, loaded.config, github) : null;
  if (answer !== null) return alreadyDone(answer, verb);
  const ground = await groundOf(asked.subject, trusted, github);
  const brief = await briefOf(request, { asked, ground, config: loaded.config }, github);
  if (brief.kind === "stop") return brief;
  const { instructions, leftOut } = await collectInstructions(files, (sha) => github.blob(sha));

  if (leftOut.length > 0) audit.append("instructions.left_out", { paths: leftOut });
  audit.append("task.sealed", {
    trusted: trusted.commit,
    config: loaded.from,
    instructions: instructions.map(({ path }) => path),
    ...textsOf(brief.brief),
  });
  return {
    kind: "task",
    ...(brief.made === undefined ? {} : { made: brief.made }),
    task: {
      version: 1,
      ...request.identity,
      trigger: triggerOf(asked),
      requester: asked.requester,
      verb,
      words: asked.words,
      brief: brief.brief,
      trusted,
      ...ground,
      default_branch: repository.defaultBranch,
      sandbox_mode: endsWithAnswer({ verb }) ? "read-only" : loaded.config.agent.sandbox_mode,
      approval_policy: loaded.config.agent.approval_policy,
      config: loaded.config,
      config_from: loaded.from,
      instructions,
      created_at: new Date(now()).toISOString(),
      audit_head: audit.head,
    },
  };
}

type Ground = Pick<Task, "start" | "base" | "pull">;

/** The evidence of a command, frozen; for a rollback the result as well, which is built from what is on GitHub. */
async function briefOf(
  { inputs }: RunRequest,
  { asked, ground, config }: { asked: Asked; ground: Ground; config: Config },
  github: GitHub,
): Promise<{ kind: "brief"; brief: Brief; made?: Made } | Stopped> {
  const { subject, comment, args } = asked;
  if (inputs.verb === "rollback") {
    if (subject.kind !== "own-pull") return stop("not-available", "`rollback` is for pull requests of Airlock.", "");
    const made = await rollback({ subject, argument: args, ...ground, limits: config.limits }, github);
    if (made.kind === "stop") return made;
    const { number, title } = subject.pull;
    const brief = { kind: "rollback" as const, number, issue: subject.answers, title, to: made.to };
    return { kind: "brief", brief, made };
  }
  if (inputs.verb === "bump") return bumpBrief(args, inputs.issue, config);
  const frozen = await freezeConversation(inputs.issue, comment, github);
  if (frozen.kind === "stop") return frozen;
  const kind = inputs.verb === "ask" ? "question" : "issue";
  return { kind: "brief", brief: { kind, ...frozen.conversation } };
}

/** What the log says of the texts that were frozen. */
function textsOf(brief: Brief): Record<string, number> {
  return "body" in brief ? { hidden_characters: brief.body.hidden, texts_left_out: brief.left_out } : {};
}

async function trustedCommit(repository: Repository, github: GitHub): Promise<Snapshot> {
  const head = await github.branch(repository.defaultBranch);
  if (head === null) throw noHead(repository.defaultBranch);
  return await snapshotOf(head, github);
}

function noHead(branch: string): AirlockError {
  return new AirlockError({
    code: "github-unreadable",
    message: `The branch ${branch} has no head.`,
    fix: "Push a first commit to it.",
  });
}

/** Where the work begins, and what its result is judged against (design §2). */
export async function groundOf(subject: Subject, trusted: Snapshot, github: GitHub): Promise<Ground> {
  // What is merged is part of the default branch; its own branch may be gone.
  if (subject.kind === "issue" || subject.pull.merged) return { start: trusted, base: trusted, pull: null };
  const { number, head, base: target } = subject.pull;
  const [start, base] = await Promise.all([
    snapshotOf(head.sha, github),
    github.branch(target.ref).then(async (tip) => {
      if (tip === null) throw noHead(target.ref);
      return await snapshotOf(await github.mergeBase(tip, head.sha), github);
    }),
  ]);
  return { start, base, pull: { number, branch: head.ref, target: target.ref } };
}

async function snapshotOf(commit: string, github: GitHub): Promise<Snapshot> {
  const { sha, tree } = await github.commit(commit);
  return { commit: sha, tree };
}

/** The pull request that answers this request already: the open one of the issue, or the one this very run opened before. */
async function answerTo({ inputs, identity }: RunRequest, config: Config, github: GitHub): Promise<Pull | null> {
  const { taken } = await attemptsAt(github, config.pull_request.branch_prefix, inputs.issue);
  return openPullAmong(taken) ?? (await pullOfRun(github, taken, identity.run.id));
}

/**
 * The configuration of a commit, found in the list of its files: only a complete list without it means the documented defaults.
 * A wrong file, or a link in its place, ends the road.
 */
export async function readConfig(
  files: readonly TreeEntry[],
  github: GitHub,
): Promise<{ kind: "config"; config: Config; from: "file" | "defaults" } | Stopped> {
  const entry = files.find(({ path }) => path === configPath);
  if (entry !== undefined && !entry.mode.startsWith("100"))
    return stop("failed", `${configPath} is no plain file.`, "Replace it by a file on the default branch.");
  const bytes = entry === undefined ? null : await github.blob(entry.sha);
  const loaded = loadConfig(bytes === null ? null : bytes.toString("utf8"), configPath);
  if (loaded.kind === "ok") return { kind: "config", config: loaded.config, from: loaded.from };
  const problems = renderProblems(loaded.problems);
  return stop(
    "failed",
    `The configuration cannot be used: ${problems}`,
    `Correct ${configPath} on the default branch, then comment again.`,
  );
}

function triggerOf({ comment }: Asked): Task["trigger"] {
  return {
    kind: "issue_comment",
    comment: comment.id,
    issue: comment.issue,
    created_at: new Date(comment.createdAt).toISOString(),
    body_sha256: sha256(comment.body),
  };
}
