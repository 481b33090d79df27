import { hiddenOutput } from "../agent/hidden-output.ts";
import { limit } from "../agent/limits.ts";
import type { AgentResult } from "../agent/loop.ts";
import { unpriced } from "../agent/turn.ts";
import type { Change } from "../change.ts";
import { canonical } from "../handoff/canonical.ts";
import { AirlockError } from "../errors.ts";
import type { Finding } from "../handoff/finding.ts";
import type { NetworkRow } from "../handoff/network.ts";
import { sha256 } from "../handoff/seal.ts";
import type { Ending, Solution } from "../handoff/solution.ts";
import { endsWithAnswer, type Task } from "../handoff/task.ts";
import type { Finish } from "../tools/finish.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { baseContents } from "./before.ts";
import { canaryRule } from "./canary-rule.ts";
import { canaryFinding, type CanaryWatch } from "./canary-watch.ts";
import { sayableNetwork } from "./network.ts";
import { keepable, type Round, roundEnding, roundOf } from "./round-steps.ts";
import type { SolveEffects, SolveRequest } from "./solve.ts";
import { blockingFindings, sayable } from "./solve-findings.ts";

const noWords: Omit<Finish, "outcome"> = { summary: "", reasons: [], notes: "", look_at: [] };

interface Worked {
  result: AgentResult;
  workspace: Workspace;
  watch: CanaryWatch;
  network: readonly NetworkRow[];
}

/** Promise 5's first half: nothing leaves that does not pass the validator and the secret scan. */
export async function sealable(
  request: SolveRequest,
  { sandbox, audit, dir, onProgress }: SolveEffects,
  { result, workspace, watch, network }: Worked,
): Promise<Solution> {
  onProgress("scanning the change for secrets before it is sealed");
  const { task, taskDigest, known, source } = request;
  const read = (change: Change) => baseContents(source, change, dir);
  const kept = endsWithAnswer(task)
    ? nothingOf(workspace.start)
    : await lastReadable(result, { task, workspace, read });
  const { change, checkpoints, tree } = kept;
  const round = await roundOf(kept, result.answered, { task, workspace, read });
  // Words about work that could not be kept would describe another change.
  const words = (kept.lost === null ? result.finish : null) ?? noWords;
  const ended = kept.lost === null ? result.ending : limit("workspace", kept.lost);
  const said = { ...words, ending: endingWords(ended), answered: round?.answered ?? [] };
  const states = [kept, ...(round?.states ?? [])];
  const everything = states.flatMap((state) => state.change);
  const escape = canaryFinding(watch, everything, { said, violations: result.violations });
  if (escape !== null) audit.append("canary.seen", { where: watch.where() });
  const blocking = escape === null ? await blockingFindings(states, said, { task, known }) : [escape];
  const isSecret = blocking.some(({ rule }) => rule === "secret" || rule === canaryRule);
  const priceNote = result.usage.turns > 0 && result.usage.cost_usd === null ? `Airlock: ${unpriced(task)}` : "";
  const carried =
    blocking.length > 0
      ? refused(blocking, kept, { workspace, round, notes: priceNote })
      : {
          ending: endingOf(ended, { task, round, changed: tree !== workspace.start.tree }),
          tree,
          change,
          checkpoints,
          summary: words.summary,
          reasons: words.reasons,
          notes: [words.notes, priceNote].filter((text) => text !== "").join("\n\n"),
          look_at: words.look_at,
          ...(words.answer === undefined ? {} : { answer: words.answer }),
          ...(round === null ? {} : { items: round.items, steps: round.steps }),
          ...(words.analysis === undefined ? {} : { analysis: words.analysis }),
          ...(words.plan === undefined ? {} : { plan: words.plan }),
        };
  return {
    version: 1,
    repository: task.repository,
    run: task.run,
    task_digest: taskDigest,
    base: workspace.base,
    model: task.config.agent.model,
    usage: result.usage,
    violations: isSecret ? result.violations.map(withoutName) : await sayable(result.violations, known),
    certificate: sandbox.certificate,
    network: isSecret ? [] : await sayableNetwork(network, known),
    audit_head: audit.head,
    canary: request.canary.value,
    ...carried,
  };
}

/** Beside a refused secret no name is said: it may be the value, bare, as no scan finds it. */
function withoutName(violation: string): string {
  return violation === hiddenOutput ? violation : "Removed something; beside a secret its name is not said.";
}

/** A recorded state that could be read. */
export interface Kept {
  tree: string;
  /** Base … tree. */
  change: Change;
  before: ReadonlyMap<string, Uint8Array | null>;
  checkpoints: Solution["checkpoints"];
  /** Why later checkpoints were left behind; null when the last one was kept. */
  lost: string | null;
}

/** An answer carries nothing: it was looked for read-only, and what the pull request that it is about holds is no work of this run. */
function nothingOf({ tree }: Workspace["start"]): Kept {
  return { tree, change: [], before: new Map(), checkpoints: [], lost: null };
}

/** The last checkpoint whose difference from the base can be read: a state that no paper could carry costs only its own turn. */
async function lastReadable(
  result: AgentResult,
  { task, workspace, read }: { task: Task; workspace: Workspace; read: (change: Change) => Promise<Kept["before"]> },
): Promise<Kept> {
  const { checkpoints } = result;
  let lost: string | null = null;
  for (const count of keepable(result, task)) {
    const tree = checkpoints[count - 1]?.tree ?? workspace.start.tree;
    try {
      const change = tree === workspace.base.tree ? [] : await workspace.change(tree);
      return { tree, change, before: await read(change), checkpoints: checkpoints.slice(0, count), lost };
    } catch (thrown) {
      lost ??= `What the last turns left cannot be carried: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  if (workspace.start.tree !== workspace.base.tree) throw unreadableStart(lost);
  return { tree: workspace.base.tree, change: [], before: new Map(), checkpoints: [], lost };
}

/** The base alone would be a result that drops the whole pull request. */
function unreadableStart(why: string | null): AirlockError {
  return new AirlockError({
    code: "workspace-unusable",
    message: `What the pull request holds cannot be carried between the jobs: ${why ?? "it could not be read"}`,
    fix: "Make the pull request smaller, or take out what the message names; then write the command again.",
  });
}

function endingWords(ending: Ending): string {
  if (ending.kind === "limit") return ending.detail;
  return "reason" in ending ? ending.reason : "";
}

/** The findings and a hash stand for the work. Nothing of a refused round is answered. */
function refused(
  findings: Finding[],
  { change }: Kept,
  { workspace, round, notes }: { workspace: Workspace; round: Round | null; notes: string },
): Omit<Kept, "before" | "lost"> & Omit<Finish, "outcome"> & Pick<Solution, "ending" | "items" | "steps"> {
  const items = round?.items.map(({ id }) => ({ id, outcome: "not-reached" as const, reply: "" }));
  return {
    ending: { kind: "refused", findings, change_sha256: sha256(canonical(change)) },
    tree: workspace.base.tree,
    change: [],
    checkpoints: [],
    ...noWords,
    notes,
    ...(items === undefined ? {} : { items, steps: [] }),
  };
}

/** The agent may say "done" without having changed anything: then there is nothing to publish, whatever it says. */
function endingOf(
  ending: Ending,
  { task, round, changed }: { task: Task; round: Round | null; changed: boolean },
): Ending {
  if (endsWithAnswer(task)) return ending;
  if (round !== null) return roundEnding(ending, round);
  if (ending.kind === "finished" && !changed) {
    return { kind: "no_change", reason: "The agent ended without changing a file." };
  }
  return ending;
}
