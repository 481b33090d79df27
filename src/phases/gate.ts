import type { AuditLog } from "../audit/log.ts";
import { type Config, configPath } from "../config.ts";
import { loadConfig, renderProblems } from "../config/load.ts";
import { AirlockError } from "../errors.ts";
import type { GitHub, Pull, Repository, Run, TreeEntry } from "../github/github.ts";
import type { Snapshot } from "../handoff/identity.ts";
import { sha256 } from "../handoff/seal.ts";
import { endsWithAnswer, type RunVerb, type Task } from "../handoff/task.ts";
import { attemptsAt, openPullAmong, pullOfRun } from "../record/branch.ts";
import { originRef } from "../record/origin.ts";
import type { Subject } from "../record/subject.ts";
import { type Asked, firstComer, onDefaultBranch, ourRun, readRequest, type RunRequest } from "./asked.ts";
import { type AskedByRun, readFailedRun } from "./asked-run.ts";
import { type Briefed, briefFor } from "./brief-for.ts";
import { botOf, failedWork } from "./ci-request.ts";
import { evidenceEntry } from "./evidence-entry.ts";
import { collectInstructions } from "./instructions.ts";
import { roundRefusal } from "./rounds.ts";
import { alreadyDone, refusalEntry, stop, type Stopped } from "./stop.ts";
import type { Made } from "./tree-change.ts";

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
  const { defaultBranch } = repository;
  const ref = originRef(request.inputs);
  const asked =
    ref === null
      ? await readFailedRun(request, run.run, { github, defaultBranch })
      : await readRequest(request, { ref, run: run.run }, github);
  if (asked.kind === "stop") return asked;
  const requester = asked.kind === "asked" ? asked.requester : botOf(run.run);
  audit.append("request.allowed", {
    ...(asked.kind === "asked" ? { [asked.origin.kind]: asked.origin.id } : { run: asked.failed.id }),
    requester: requester.login,
    role: requester.role,
  });

  const trusted = await trustedCommit(repository, github);
  const held = await onDefaultBranch(run.run, trusted.commit, github);
  if (held.kind === "stop") return held;
  const files = await github.tree(trusted.tree);
  const loaded = await readConfig(files, github);
  if (loaded.kind === "stop") return loaded;
  const { verb } = request.inputs;
  const answer = await answerTo(request, asked, { config: loaded.config, github });
  if (answer !== null) return alreadyDone(answer, verb);
  const place = { github, repositoryId: repository.id, defaultBranch };
  const work = await workOf({ asked, request, run: run.run, trusted, config: loaded.config }, place);
  if (work.kind === "stop") return work;
  const { brief, ground, made, plan } = work;
  const { instructions, leftOut } = await collectInstructions(files, (sha) => github.blob(sha));

  if (leftOut.length > 0) audit.append("instructions.left_out", { paths: leftOut });
  audit.append("task.sealed", {
    trusted: trusted.commit,
    config: loaded.from,
    instructions: instructions.map(({ path }) => path),
    ...evidenceEntry(brief),
  });
  return {
    kind: "task",
    ...(made === undefined ? {} : { made }),
    task: {
      version: 1,
      ...request.identity,
      trigger: triggerOf(asked, request.inputs.issue),
      requester,
      verb,
      words: work.words ?? (asked.kind === "asked" ? asked.words : ""),
      ...(plan === undefined ? {} : { plan }),
      brief,
      trusted,
      ...ground,
      default_branch: defaultBranch,
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

export type Ground = Pick<Task, "start" | "base" | "pull">;

/** What exactly is asked, and where the work begins; or why there is to be none. */
async function workOf(
  about: { asked: Asked | AskedByRun; request: RunRequest; run: Run; trusted: Snapshot; config: Config },
  place: { github: GitHub; repositoryId: number; defaultBranch: string },
): Promise<(Omit<Briefed, "kind"> & { kind: "work"; ground: Ground }) | Stopped> {
  const { asked, request, run, trusted, config } = about;
  if (asked.kind === "asked-by-run") return await failedWork(asked, { trusted, config }, place);
  const unwanted = await roundRefusal(request, asked, { config, github: place.github });
  if (unwanted !== null) return unwanted;
  const ground = await groundOf(asked.subject, trusted, place.github);
  const briefed = await briefFor(request, { asked, run, trusted, ground, config }, place);
  return briefed.kind === "stop" ? briefed : { ...briefed, kind: "work", ground };
}

/** Whether the work ends in a pull request of its own for the issue. */
function opensPull(verb: RunVerb): boolean {
  return verb === "fix" || verb === "approve" || verb === "bump";
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
async function answerTo(
  { inputs, identity }: RunRequest,
  asked: Asked | AskedByRun,
  { config, github }: { config: Config; github: GitHub },
): Promise<Pull | null> {
  if (!opensPull(inputs.verb) || asked.kind !== "asked" || asked.subject.kind !== "issue") return null;
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

function triggerOf(asked: Asked | AskedByRun, on: number): Task["trigger"] {
  if (asked.kind === "asked-by-run") {
    const { id, createdAt } = asked.failed;
    return { kind: "workflow_run", run: id, created_at: new Date(createdAt).toISOString() };
  }
  const { kind, id, createdAt, body } = asked.origin;
  const common = { created_at: new Date(createdAt).toISOString(), body_sha256: sha256(body) };
  return kind === "comment"
    ? { kind: "issue_comment", comment: id, issue: on, ...common }
    : { kind, review: id, pull: on, ...common };
}
