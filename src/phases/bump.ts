import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compare } from "semver";
import type { AuditLog } from "../audit/log.ts";
import { type BumpChoice, chooseRelease } from "../brief/choose-release.ts";
import { asksFor, rangeFor, withRange } from "../brief/manifest-ranges.ts";
import { lookUpReleases, type ReleasesAnswer } from "../checks/releases.ts";
import type { Failure } from "../environment/failure.ts";
import { relock } from "../environment/relock.ts";
import type { Bump, Solution } from "../handoff/solution.ts";
import type { Brief, Task } from "../handoff/task.ts";
import { readLock } from "../inspect/lockfiles.ts";
import { openWorkspace } from "../workspace/open.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { baseContents } from "./before.ts";
import { type BumpPlace, lockedVersions, readBumpPlace } from "./bump-place.ts";
import { type Ground, installLimits, managerFor } from "./dependencies.ts";
import { solutionOfTrees } from "./made-solution.ts";
import { accessRule, recordPrepare, sayableNetwork } from "./network.ts";
import { blockingFindings } from "./solve-findings.ts";
import { stop, type Stopped } from "./stop.ts";

const dayMs = 86_400_000;

export type BumpBrief = Extract<Brief, { kind: "bump" }>;

export interface BumpRequest {
  task: Task;
  brief: BumpBrief;
  /** SHA-256 of the Task as it was read. */
  taskDigest: string;
  /** Host directory in or above a repository that holds `task.start` and `task.base`. */
  source: string;
  /** Values this process holds; none of them may stand in what leaves it. */
  known: readonly string[];
}

export interface BumpEffects {
  ground: Ground;
  audit: AuditLog;
}

/**
 * What solve does for a bump, without a model: chooses a release, changes the ranges in the manifests, and lets the repository's own package
 * manager write the lockfile, in the sandbox with the registry as the only host. Out: the Solution, or why there is none; then nothing is changed.
 * Throws AirlockError when `source` does not hold the Task's commits, SandboxError when the sandbox broke.
 */
export async function bump(
  request: BumpRequest,
  { ground, audit }: BumpEffects,
): Promise<{ kind: "bumped"; solution: Solution } | Stopped> {
  const { task, brief, source } = request;
  const asked = recordPrepare(ground.registry);
  const watched = { ...ground, onDecision: asked.onDecision };
  await using workspace = await openWorkspace({
    source,
    commit: task.start.commit,
    against: task.base.commit,
    dir: ground.dir,
    runAs: ground.sandbox.user,
  });
  const planned = await plan(brief, Date.parse(task.created_at), { ground: watched, checkout: workspace.root });
  if (planned.kind === "stop") return planned;
  ground.onProgress(`bumping ${brief.package} from ${planned.bump.from} to ${planned.bump.to}`);
  const written = await write(planned, request, { ground: watched, checkout: workspace.root });
  if (written.kind === "stop") return written;
  const kept = await changeOf(workspace, request, ground.dir);
  if (kept.kind === "stop") return kept;
  const { change, tree } = kept;
  audit.append("bump.made", { package: brief.package, from: planned.bump.from, to: planned.bump.to, tree });
  const { certificate } = ground.sandbox;
  const made = { change, tree, certificate, bump: planned.bump, taskDigest: request.taskDigest };
  const network = await sayableNetwork(asked.rows(), []);
  const solution = { ...solutionOfTrees(task, { ...made, auditHead: audit.head }), network };
  return { kind: "bumped", solution };
}

interface Plan {
  kind: "planned";
  place: BumpPlace;
  bump: Bump;
}

interface Where {
  ground: Ground;
  /** Host directory of the workspace's files. */
  checkout: string;
}

async function plan(brief: BumpBrief, now: number, { ground, checkout }: Where): Promise<Plan | Stopped> {
  const place = await readBumpPlace(ground, checkout);
  if (place.kind === "stop") return place;
  const name = brief.package;
  const asks = asksFor(name, place.manifests);
  const elsewhere = asksFor(name, place.others);
  if (elsewhere.kind === "asks") return severalManifests(name, elsewhere.asks[0]?.path ?? "");
  if (asks.kind === "refused") return stop("no-change", asks.message, asks.next);
  const [from] = lockedVersions(place.lock, name, asks.asks).toSorted(compare);
  if (from === undefined)
    return stop(
      "failed",
      `${place.wanted.lockfile} has no version of \`${name}\`.`,
      "Install, and commit the lockfile.",
    );
  const { sandbox, registry, signal } = ground;
  ground.onProgress(`asking the registry for the versions of ${name}`);
  const [answer] = await lookUpReleases({ sandbox, registry, signal }, [name]);
  if (answer?.kind !== "releases") return unanswered(name, answer);
  const choice = chooseRelease(answer, { name, current: from, range: brief.range, now, ageDays: brief.age_days });
  if (choice.kind !== "chosen") return notChosen(choice, name, from);
  const { version: to, step, released, passed } = choice;
  return { kind: "planned", place, bump: { name, from, to, step, released, passed } };
}

/** Writes the manifests and the lockfile into the workspace. */
async function write(
  { place, bump: { name, to } }: Plan,
  { brief, task }: BumpRequest,
  { ground, checkout }: Where,
): Promise<{ kind: "written" } | Stopped> {
  const asks = asksFor(name, place.manifests);
  if (asks.kind === "refused") return stop("no-change", asks.message, asks.next);
  const edited = (rangeOf: (old: string) => string) => {
    const texts = new Map(place.manifests);
    for (const ask of asks.asks) {
      const text = texts.get(ask.path) ?? "";
      texts.set(ask.path, withRange(text, { name, section: ask.section }, rangeOf(ask.range)));
    }
    return [...new Set(asks.asks.map(({ path }) => path))].map((path) => ({
      path,
      content: Buffer.from(texts.get(path) ?? ""),
    }));
  };
  const final = edited((old) => rangeFor(old, to));
  const manager = await managerFor(ground, place.wanted, "leave");
  if (manager.kind === "failed") return failedManager(manager, ground);
  const made = await relock({
    sandbox: ground.sandbox,
    manifestDir: checkout,
    wanted: place.wanted,
    settings: place.settings,
    ...(manager.kind === "fetched" ? { managerDir: manager.directory } : {}),
    stage: join(ground.dir, "bump"),
    registry: ground.registry,
    cacheDir: join(ground.dir, "npm-cache"),
    ...(ground.network === undefined ? {} : { access: accessRule(ground.network) }),
    ...(ground.onDecision === undefined ? {} : { onDecision: ground.onDecision }),
    limits: installLimits(ground),
    signal: ground.signal,
    name,
    version: to,
    exact: edited(() => to),
    final,
    age: ageOf(brief, task),
  });
  if (made.kind === "failed") return failedManager(made, ground);
  const lock = readLock(place.wanted.lockfile, made.lockfile);
  if (lock?.entries.some((entry) => entry.name === name && entry.version === to) !== true)
    return stop("failed", `The package manager did not lock ${name} ${to}.`, "Bump it by hand.");
  // Over plain files that were read before, in a checkout in which nothing has run.
  for (const { path, content } of [...final, { path: place.wanted.lockfile, content: made.lockfile }])
    await writeFile(join(checkout, path), content);
  return { kind: "written" };
}

function ageOf({ age_days: days }: BumpBrief, { created_at: at }: Task): { days: number; before: Date } | null {
  return days === 0 ? null : { days, before: new Date(Date.parse(at) - days * dayMs) };
}

/** What was written, as a Change; nothing leaves that does not pass the validator and the secret scan (promise 5). */
async function changeOf(
  workspace: Workspace,
  { task, known, source }: BumpRequest,
  dir: string,
): Promise<{ kind: "change"; change: Solution["change"]; tree: string } | Stopped> {
  const { tree } = await workspace.checkpoint();
  if (tree === workspace.base.tree) return stop("no-change", "The bump changed no file.", "");
  const change = await workspace.change(tree);
  const before = await baseContents(source, change, dir);
  const words = { summary: "", reasons: [], notes: "", look_at: [], ending: "", answered: [] };
  const blocking = await blockingFindings([{ change, before }], words, { task, known });
  if (blocking.length === 0) return { kind: "change", change, tree };
  const why = blocking.map(({ path, message }) => `${path}: ${message}`).join(" ");
  return stop("refused", `The bump was refused before it left this job. ${why}`, "Nothing of it was kept.");
}

function severalManifests(name: string, path: string): Stopped {
  return stop(
    "no-change",
    `${path} asks for \`${name}\` too, and only with npm Airlock knows which package.json files a lockfile is for.`,
    "Bump it by hand in all of them.",
  );
}

/** In: what the registry said of a name, if anything. */
export function unanswered(name: string, answer: Exclude<ReleasesAnswer, { kind: "releases" }> | undefined): Stopped {
  switch (answer?.kind) {
    case "absent":
      return stop(
        "no-change",
        `The registry has no package \`${name}\`.`,
        "Look at its name and at which registry is set.",
      );
    case "unpublished":
      return stop("no-change", `\`${name}\` was taken down from the registry.`, "Find out why before anything else.");
    case "unanswered":
    case undefined:
      return stop(
        "failed",
        `The registry did not answer for \`${name}\`: ${answer?.reason ?? "no answer"}.`,
        "Nothing was changed. Ask again later.",
      );
  }
}

function notChosen(choice: Exclude<BumpChoice, { kind: "chosen" }>, name: string, from: string): Stopped {
  return choice.kind === "newest"
    ? stop("no-change", `\`${name}\` is at ${from}, and nothing newer fits.`, "")
    : stop("no-change", choice.message, choice.next);
}

/** What the manager printed may name the registry, which is nobody's business but the machine's: it stays in the job's log. */
function failedManager({ reason, fix, evidence }: Failure, { onProgress }: Ground): Stopped {
  if (evidence !== "") onProgress(evidence);
  return stop("failed", `The package manager could not bump it: ${reason}.`, fix);
}
