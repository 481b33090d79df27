import { code, joined, ours, type Outgoing, textUnitsMax, verbatim } from "../text/outgoing.ts";
import { type ApprovalRecord, approvalHash, type ApprovalState } from "./approval.ts";
import type { FinalState } from "./final-state.ts";
import { levelMark } from "./requirements.ts";

/** UTF-16 code units that a status comment has besides its details: marker, headline, the line to type, footer. */
const aroundMax = 2_000;
/** Hexadecimal digits of a hash in the line that people copy. */
const shortHash = 16;

/**
 * A plan as people decide over it, made from the record alone. null: it cannot be shown whole and exactly as it is, so nobody may be asked
 * to release it.
 */
export function planComment(record: ApprovalRecord): FinalState["state"] | null {
  const details = detailsOf(record);
  if (details === null || details.length > textUnitsMax - aroundMax) return null;
  return { kind: "finished", headline: ours`The plan:`, details: [details], next: nextOf(record) };
}

function detailsOf({ approval, plan }: ApprovalRecord): Outgoing | null {
  const steps = plan.steps.map(({ what, files }) => listed(what, files));
  const risks = plan.risks.map((risk) => verbatim(risk, []));
  const notes = verbatim(plan.notes, []);
  const words = verbatim(approval.argv[1], []);
  if (!allShown(steps) || !allShown(risks) || notes === null || words === null) return null;
  return joined(
    [
      numbered(steps),
      ...(risks.length === 0 ? [] : [ours`**Risks**\n\n${bullets(risks)}`]),
      ours`**Expected level:** ${levelMark[plan.expected_level]}. Policy decides by the change, whatever is expected here.`,
      ...(notes === "" ? [] : [ours`**Notes**\n\n${notes}`]),
      words === ""
        ? ours`**Runs:** \`fix\` on #${approval.issue}, with this plan, on the default branch as it is then.`
        : ours`**Runs:** \`fix\` on #${approval.issue}, with this plan, on the default branch as it is then, and with these words of the request:\n\n${words}`,
      ours`**Hash:** ${code(approvalHash(approval), [])}, planned on commit ${code(approval.trusted, [])}, until ${verbatim(approval.expires, []) ?? ours``}.`,
    ],
    "\n\n",
  );
}

function listed(what: string, files: readonly string[]): Outgoing | null {
  const text = verbatim(what, []);
  const paths = files.map((path) => (verbatim(path, []) === null ? null : code(path, [])));
  if (text === null || !allShown(paths)) return null;
  return paths.length === 0 ? text : ours`${text}\n${bullets(paths, "    ")}`;
}

function allShown(texts: readonly (Outgoing | null)[]): texts is readonly Outgoing[] {
  return texts.every((text) => text !== null);
}

function bullets(items: readonly Outgoing[], indent: "" | "    " = ""): Outgoing {
  const lines = items.map((item) => (indent === "" ? ours`- ${item}` : ours`    - ${item}`));
  return joined(lines, "\n");
}

function numbered(items: readonly Outgoing[]): Outgoing {
  return joined(
    items.map((item, index) => ours`${index + 1}. ${item}`),
    "\n",
  );
}

function nextOf({ approval, state }: ApprovalRecord): Outgoing {
  const short = approvalHash(approval).slice(0, shortHash);
  return state.kind === "open"
    ? ours`read it, then comment ${code(`/agent approve ${short}`, [])} to let exactly this be done, or ${code(`/agent deny ${short}`, [])}. Any other words in that comment are not part of it.`
    : ours`nothing: it was ${stateWord(state)} already.`;
}

/** `approved` or `denied`, as a word in a sentence. */
export function stateWord({ kind }: Exclude<ApprovalState, { kind: "open" }>): Outgoing {
  return kind === "used" ? ours`approved` : ours`denied`;
}
