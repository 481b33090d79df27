import type { Profile, Sandbox } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { runAgent, type AgentResult } from "../agent/loop.ts";
import { assemblePrompt, readFixPrompt } from "../agent/prompt.ts";
import { type OnEvent, sessionWriter } from "../agent/session.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Change } from "../change.ts";
import { validateChange } from "../change/validate.ts";
import { dependencyMounts } from "../environment/mounts.ts";
import { AirlockError } from "../errors.ts";
import { canonical } from "../handoff/canonical.ts";
import type { Finding } from "../handoff/finding.ts";
import { sha256 } from "../handoff/seal.ts";
import type { Ending, Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import { findingOf } from "../inspect/finding-id.ts";
import { scanSecrets, scanText } from "../inspect/secrets.ts";
import type { Model } from "../model/model.ts";
import { createTools } from "../tools/create.ts";
import { openWorkspace } from "../workspace/open.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { baseContents } from "./before.ts";
import type { Installed } from "./dependencies.ts";

export interface SolveRequest {
  task: Task;
  /** SHA-256 of the Task as it was read. */
  taskDigest: string;
  /** Host directory in or above a repository that holds `task.start`. */
  source: string;
  dependencies: Installed;
  /** Values this process holds; they must reach neither the model nor a paper. */
  known: readonly string[];
}

export interface SolveEffects {
  sandbox: Sandbox;
  model: Model;
  audit: AuditLog;
  /** Host directory of ours that the sandbox's user can enter; the workspace lives and dies below it. */
  dir: string;
  now: () => number;
  /** Takes one line of the session at a time, each ending in a line feed. */
  session: (line: string) => void;
  /** Told of every event as well; absent: nobody watches. */
  onEvent?: OnEvent;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/**
 * What change would do it? Runs the agent in a throw-away copy of `start`, every tool inside the sandbox, and seals what it made.
 * Out: always a Solution, whatever the ending; a change that may not leave this job is named by its findings and hash, not carried.
 * Throws AirlockError when the model cannot be asked, SandboxError when the sandbox broke.
 * Job permissions: contents: read.
 */
export async function solve(request: SolveRequest, effects: SolveEffects): Promise<Solution> {
  const { task } = request;
  const { sandbox, audit, dir } = effects;
  const mounts =
    request.dependencies.kind === "installed"
      ? dependencyMounts(request.dependencies.directory)
      : { readOnly: [], scratch: [] };
  const mountPoints = mounts.readOnly.map(({ inside }) => inside.slice(workspaceInside.length + 1));
  await using workspace = await openWorkspace({
    source: request.source,
    commit: task.start.commit,
    dir,
    runAs: sandbox.user,
    mountPoints,
  });
  if (workspace.base.tree !== task.start.tree) throw otherTree(task.start.tree, workspace.base.tree);
  const { limits } = task.config;
  const profile: Profile = {
    workspace: { host: workspace.root, mode: task.sandbox_mode },
    ...mounts,
    limits: {
      timeoutMs: limits.command_s * 1000,
      output: { headBytes: limits.output_head_bytes, tailBytes: limits.output_tail_bytes },
    },
  };
  audit.append("agent.started", {
    model: task.config.agent.model,
    sandbox_mode: task.sandbox_mode,
    approval_policy: task.approval_policy,
    start: task.start.commit,
  });
  const writeEvent = sessionWriter(effects.session, effects.now);
  const result = await runAgent({
    model: effects.model,
    tools: createTools({ sandbox, profile, limits }),
    task,
    prompt: assemblePrompt(await readFixPrompt(), task),
    limits,
    now: effects.now,
    onEvent: (event) => {
      writeEvent(event);
      effects.onEvent?.(event);
    },
    checkpoint: () => workspace.checkpoint(),
    signal: effects.signal,
    known: request.known,
  });
  const solution = await sealable(request, effects, { result, workspace });
  audit.append("agent.ended", {
    ending: solution.ending.kind,
    turns: result.usage.turns,
    tree: solution.tree,
    violations: solution.violations,
  });
  return { ...solution, audit_head: audit.head };
}

/** Promise 5's first half: nothing leaves that does not pass the validator and the secret scan. */
async function sealable(
  { task, taskDigest, known, source }: SolveRequest,
  { sandbox, audit, dir, onProgress }: SolveEffects,
  { result, workspace }: { result: AgentResult; workspace: Workspace },
): Promise<Solution> {
  onProgress("scanning the change for secrets before it is sealed");
  const tree = result.checkpoints.at(-1)?.tree ?? workspace.base.tree;
  const change = await workspace.change(tree);
  const words = result.finish ?? { summary: "", reasons: [], notes: "", look_at: [] };
  const before = await baseContents(source, change, dir);
  const findings = [
    ...problemsOf(change, task, before),
    ...(await scanSecrets(change, before)),
    ...(await scanWords({ ...words, ending: "reason" in result.ending ? result.ending.reason : "" })),
    ...knownValues(change, words, known),
  ];
  const blocking = findings.filter(({ level }) => level === "block");
  const carried: Pick<
    Solution,
    "ending" | "tree" | "change" | "checkpoints" | "summary" | "reasons" | "notes" | "look_at"
  > =
    blocking.length > 0
      ? {
          ending: { kind: "refused", findings: blocking, change_sha256: sha256(canonical(change)) },
          tree: workspace.base.tree,
          change: [],
          checkpoints: [],
          summary: "",
          reasons: [],
          notes: "",
          look_at: [],
        }
      : {
          ending: endingOf(result.ending, change),
          tree,
          change,
          checkpoints: result.checkpoints,
          summary: words.summary,
          reasons: words.reasons,
          notes: words.notes,
          look_at: words.look_at,
        };
  return {
    version: 1,
    repository: task.repository,
    run: task.run,
    task_digest: taskDigest,
    base: workspace.base,
    model: task.config.agent.model,
    usage: result.usage,
    violations: result.violations,
    certificate: sandbox.certificate,
    audit_head: audit.head,
    ...carried,
  };
}

function problemsOf(change: Change, { config }: Task, before: ReadonlyMap<string, Uint8Array | null>): Finding[] {
  const { change_files: filesMax, change_bytes: bytesMax } = config.limits;
  const valid = validateChange(change, { filesMax, bytesMax, before });
  if (valid.kind === "valid") return [];
  return valid.problems.map(({ path, rule, message }) =>
    findingOf({ rule, level: "block", path, line: null, message, before: null, after: null }),
  );
}

interface Words {
  summary: string;
  reasons: { path: string; reason: string }[];
  notes: string;
  look_at: string[];
  ending: string;
}

async function scanWords(words: Words): Promise<Finding[]> {
  const text = [
    words.summary,
    words.notes,
    words.ending,
    ...words.look_at,
    ...words.reasons.map(({ path, reason }) => `${path}: ${reason}`),
  ].join("\n");
  return scanText("the agent's notes", text);
}

/** A value this process holds can only stand in the work if a wall broke: that ends the run, whatever the patterns say. */
function knownValues(change: Change, words: object, known: readonly string[]): Finding[] {
  const texts = [
    JSON.stringify(words),
    ...change.map(({ after }) => (after === null ? "" : Buffer.from(after.content, "base64").toString("latin1"))),
  ];
  if (!known.some((value) => value !== "" && texts.some((text) => text.includes(value)))) return [];
  const message = "A credential of this job stands in the work.";
  return [findingOf({ rule: "secret", level: "block", path: "", line: null, message, before: null, after: null })];
}

/** The agent may say "done" without having changed anything: then there is nothing to publish, whatever it says. */
function endingOf(ending: Ending, change: Change): Ending {
  if (ending.kind === "finished" && change.length === 0) {
    return { kind: "no_change", reason: "The agent ended without changing a file." };
  }
  return ending;
}

function otherTree(wanted: string, found: string): AirlockError {
  return new AirlockError({
    code: "tree-mismatch",
    message: `The checkout holds tree ${found} at the start commit, the Task says ${wanted}.`,
    fix: "Check out exactly the commit that the gate names.",
  });
}
