import type { Verdict } from "../handoff/verdict.ts";
import { treeLines } from "../policy/explain.ts";
import { cell, code, fence, joined, ours, type Outgoing } from "../text/outgoing.ts";
import { conditionList, enforcementNote, gateCheck, type GateView } from "./gate-check.ts";
import { findingLine, levelMark } from "./requirements.ts";
import { sentence } from "./sentence.ts";

/** UTF-16 code units of a reason's message and of what it saw; reasons and findings that are listed. */
const reasonMax = 300;
const listedMax = 50;
/** UTF-16 code units of the tree; the rest is cut. */
const treeUnitsMax = 20_000;

/**
 * The answer to `/agent why`: the conditions of the merge, then the reasons of the level. In: what the gate says now, and the run's Verdict
 * when it can still be read and carries the judgement that the gate goes by.
 */
export function explainGate(view: GateView, verdict: Verdict | null): { headline: Outgoing; details: Outgoing[] } {
  const { title, summary } = gateCheck(view);
  if (view.kind !== "judged") return { headline: ours`${title}.`, details: [summary] };
  const { state, gate, enforcement } = view;
  return {
    headline: ours`Risk ${levelMark[state.level]}. ${outcomeWords(view)}`,
    details: [
      conditionList(gate),
      ...(gate.outcome.kind === "cannot" ? [sentence(gate.outcome.why, [])] : []),
      enforcementNote(enforcement),
      ...(verdict === null
        ? [ours`The reasons of the level stand in the pull request's text: the run's papers cannot be read any more.`]
        : reasons(verdict)),
    ].filter((part) => part !== ""),
  };
}

function outcomeWords({ gate: { outcome } }: GateView & { kind: "judged" }): Outgoing {
  switch (outcome.kind) {
    case "met":
      return ours`Everything that is required is there.`;
    case "waiting":
      return ours`Something is missing.`;
    case "cannot":
      return ours`What is required cannot be met as things are.`;
  }
}

function reasons(verdict: Verdict): Outgoing[] {
  const why = verdict.reasons
    .slice(0, listedMax)
    .map(
      ({ level, message, saw }) =>
        ours`- **${cell(level, [])}**: ${cell(message.slice(0, reasonMax), [])} ${code(saw.slice(0, reasonMax), [])}`,
    );
  const found = verdict.findings
    .filter(({ level }) => level === "block")
    .slice(0, listedMax)
    .map((finding) => ours`- ${code(finding.id, [])} ${findingLine(finding, [])}`);
  const down = verdict.lower.slice(0, listedMax).map((text) => ours`- ${sentence(text, [])}`);
  return [
    list(ours`Why this level:`, why),
    list(ours`Findings that block:`, found),
    list(ours`What would lower it:`, down),
    everyRule(verdict),
  ];
}

/** The whole tree, folded away: what each rule saw, also those that found nothing. */
function everyRule(verdict: Verdict): Outgoing {
  const lines = treeLines(verdict).join("\n");
  const shown = lines.length <= treeUnitsMax ? lines : `${lines.slice(0, treeUnitsMax)}\n…`;
  return ours`<details><summary>Every rule, and what it saw</summary>\n\n${fence(shown, [])}\n\n</details>`;
}

function list(heading: Outgoing, lines: readonly Outgoing[]): Outgoing {
  return lines.length === 0 ? ours`` : ours`${heading}\n${joined(lines, "\n")}`;
}
