import type { CheckRun, Run } from "../github/github.ts";
import type { Condition } from "../policy/condition.ts";
import type { Gate } from "../policy/gate.ts";
import { cell, clipped, joined, ours, type Outgoing, title as plainTitle, word } from "../text/outgoing.ts";
import { type Enforcement, enforcementSentence } from "./enforcement.ts";
import { type GateState, renderState } from "./gate-state.ts";
import { policyCheckName } from "./policy-check-name.ts";
import { levelMark } from "./requirements.ts";
import { sentence } from "./sentence.ts";

/** A check run keeps a text until it is given another one, and an old state must not outlive what it was about. */
const nothing = ours`Nothing is remembered about this commit.`;

/** Conditions and sentences that are listed. */
const linesMax = 120;

/** What the App says about one head. */
export type GateView =
  /** None of the open pull requests with this head is ours. */
  | { kind: "foreign" }
  /** The same, but the head bears the marks of a commit of ours, and nothing of its run can be read any more. */
  | { kind: "unread" }
  /** The run that opened it is still working. */
  | { kind: "running"; run: Pick<Run, "id" | "url"> }
  /** It is on our pull request, and no run of ours has published it. */
  | { kind: "unverified" }
  /** A merge group. `waiting`: our pull requests in it that are not released; null when the queue could not be read. */
  | { kind: "group"; pulls: readonly number[]; waiting: readonly number[] | null }
  /** A fact that decides cannot be read, and `why` says which. */
  | { kind: "unreadable"; why: string; state: GateState | null }
  | { kind: "two-targets"; targets: readonly string[]; state: GateState | null }
  | { kind: "judged"; state: GateState; gate: Gate; enforcement: Enforcement };

/** The check run for a view. It is red only for two targets: what waits for people asks for action, and fails nothing. */
export function gateCheck(view: GateView): CheckRun & { text: Outgoing } {
  const name = policyCheckName;
  switch (view.kind) {
    case "foreign":
      return forgetful({
        externalId: "foreign",
        conclusion: "success",
        title: ours`Not a pull request of Airlock`,
        summary: ours`Airlock did not make this change, so it asks for nothing here. The repository's own rules hold.`,
      });
    case "unread":
      return forgetful({
        externalId: "unread",
        conclusion: "action_required",
        title: ours`This commit is Airlock's, and its papers cannot be read`,
        summary: ours`The commit says that a run of Airlock published it, but nothing of that run can be read any more, so nobody knows who must release it. To make it yours, put a commit of your own on top, or write its message anew without the line \`Airlock-Judgement\`: then only the repository's own rules hold. Or close this pull request and comment \`/agent fix\` on the issue for a new one.`,
      });
    case "running":
      return {
        name,
        externalId: `run:${view.run.id}`,
        status: "in_progress",
        title: ours`The run is still working`,
        summary: ours`Run ${view.run.id} opened this pull request and has not ended yet.`,
        text: nothing,
        detailsUrl: view.run.url,
      };
    case "unverified":
      return forgetful({
        externalId: "unverified",
        conclusion: "action_required",
        title: ours`The head is not the commit that was verified`,
        summary: ours`No run of Airlock published this head: somebody pushed to the branch, or the run's result could not be read. Nothing is known of it, so nobody can release it here. Close this pull request, then comment \`/agent fix\` on the issue for a new one; or put the branch back to the commit that was verified.`,
      });
    case "group":
      return groupCheck(view);
    case "unreadable":
      return {
        name,
        externalId: view.state === null ? "unreadable" : externalIdOf(view.state),
        status: "completed",
        conclusion: "action_required",
        title: ours`Something that decides cannot be read`,
        summary: clipped(
          ours`${sentence(view.why, [])} Until it can be read, nobody can tell whether this head is released. It is looked at again every few minutes.`,
        ),
        text: view.state === null ? nothing : textOf(view.state),
      };
    case "two-targets":
      return {
        name,
        externalId: view.state === null ? "two-targets" : externalIdOf(view.state),
        status: "completed",
        conclusion: "failure",
        title: ours`One commit, several targets`,
        summary: ours`Open pull requests want to bring this very commit into ${joined(
          view.targets.slice(0, 10).map((target) => word(target, [])),
          ", ",
        )}. A check belongs to a commit and cannot say yes to one target and no to another. Close all but one of them.`,
        text: view.state === null ? nothing : textOf(view.state),
      };
    case "judged":
      return judged(view);
  }
}

/** About a head of which nothing is remembered. */
function forgetful(
  said: Required<Pick<CheckRun, "externalId" | "conclusion" | "title" | "summary">>,
): CheckRun & { text: Outgoing } {
  return { name: policyCheckName, status: "completed", text: nothing, ...said };
}

function groupCheck({ pulls, waiting }: GateView & { kind: "group" }): CheckRun & { text: Outgoing } {
  const list = (numbers: readonly number[]) =>
    joined(
      numbers.slice(0, 100).map((number) => ours`#${number}`),
      ", ",
    );
  const done = waiting?.length === 0;
  return {
    name: policyCheckName,
    externalId: "group",
    status: "completed",
    conclusion: done ? "success" : "action_required",
    title: done ? ours`Every pull request in this group is released` : ours`This group is not released`,
    summary:
      waiting === null
        ? ours`The merge queue cannot be read, so nobody can tell which pull requests this group holds. Accept the App's new permission on merge queues, then queue it again.`
        : done
          ? ours`Looked at: ${list(pulls)}.`
          : ours`Not released: ${list(waiting)}. Look at the check there, then queue it again.`,
    text: nothing,
  };
}

function judged({ state, gate, enforcement }: GateView & { kind: "judged" }): CheckRun & { text: Outgoing } {
  const level = levelMark[state.level];
  return {
    name: policyCheckName,
    externalId: externalIdOf(state),
    status: "completed",
    conclusion: gate.outcome.kind === "met" ? "success" : "action_required",
    title: ours`Risk ${level}: ${headline(gate)}`,
    summary: clipped(
      paragraphs([
        conditionList(gate),
        ...(gate.outcome.kind === "cannot" ? [ours`**This cannot be met:** ${sentence(gate.outcome.why, [])}`] : []),
        enforcementNote(enforcement),
        reasonsLine(state),
      ]),
    ),
    text: textOf(state),
  };
}

/** Conditions as a list with ✓ and ✗, what each saw, and whose opinion does not count. */
export function conditionList({ conditions, ignored, outcome }: Gate): Outgoing {
  if (conditions.length === 0 && outcome.kind === "met") return ours`✓ Nothing is required of people.`;
  const lines = conditions.slice(0, linesMax).map((condition) => conditionLine(condition));
  const missing = outcome.kind === "waiting" ? outcome.missing : [];
  return paragraphs([joined(lines, "\n"), bullets(ours`Missing:`, missing), bullets(ours`Does not count:`, ignored)]);
}

/** What people read when GitHub does not require the check; empty when it does. */
export function enforcementNote(enforcement: Enforcement): Outgoing {
  const text = enforcementSentence(enforcement);
  return text === null ? ours`` : ours`⚠️ **Not enforced.** ${sentence(text.slice("Not enforced: ".length), [])}`;
}

function conditionLine({ name, holds, saw }: Condition): Outgoing {
  return ours`- ${holds ? ours`✓` : ours`✗`} ${cell(name, [])}: ${cell(saw, [])}`;
}

function bullets(heading: Outgoing, sentences: readonly string[]): Outgoing {
  if (sentences.length === 0) return ours``;
  const lines = sentences.slice(0, linesMax).map((text) => ours`- ${sentence(text, [])}`);
  return ours`${heading}\n${joined(lines, "\n")}`;
}

function headline({ outcome, conditions }: Gate): Outgoing {
  switch (outcome.kind) {
    case "met":
      return conditions.length === 0 ? ours`no review required` : ours`everything required is there`;
    case "cannot":
      return ours`this cannot be met`;
    case "waiting":
      return ours`${plainTitle(outcome.missing[0] ?? "", [])}${outcome.missing.length > 1 ? ours` And ${outcome.missing.length - 1} more.` : ours``}`;
  }
}

function reasonsLine({ reasons, level }: GateState): Outgoing {
  const counted = Map.groupBy(reasons, (reason) => `${reason.level}: ${reason.rule}`);
  const parts = [...counted].map(([text, same]) =>
    same.length === 1 ? cell(text, []) : ours`${cell(text, [])} ×${same.length}`,
  );
  const why = parts.length === 0 ? ours`` : ours` (${joined(parts, ", ")})`;
  return ours`Level ${levelMark[level]}${why}. \`/agent why\` in a comment tells the reasons in full.`;
}

function textOf(state: GateState): Outgoing {
  return ours`What the App remembers about this head:\n\n${renderState(state)}`;
}

function externalIdOf({ run }: GateState): string {
  return `run:${run.id}:${run.attempt}`;
}

function paragraphs(parts: readonly Outgoing[]): Outgoing {
  return joined(
    parts.filter((part) => part !== ""),
    "\n\n",
  );
}
