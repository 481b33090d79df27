import type { Finding } from "../handoff/finding.ts";
import type { Judgement } from "../handoff/verdict.ts";
import { code, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";
import { findingLine } from "./requirements.ts";

/** Findings that are shown with their texts; UTF-16 code units of each text and of all of them. */
const shownMax = 15;
const textMax = 160;
const sectionUnitsMax = 9_000;

/** Whether a finding is of the rules about weakened tests and checks, which are named after their number in docs/rules.md. */
export function isTampering({ rule, level }: Pick<Finding, "rule" | "level">): boolean {
  return /^v\d\d-/.test(rule) && level !== "info";
}

/**
 * Where the change makes tests or checks weaker: before and after, and how a maintainer accepts one. Empty when there is nothing. It is shown
 * before everything else, because a green table means little next to it.
 */
export function tamperingSection({ findings }: Pick<Judgement, "findings">, known: KnownSecrets): Outgoing {
  const found = findings
    .filter(isTampering)
    .toSorted((a, b) => Number(b.level === "block") - Number(a.level === "block"));
  if (found.length === 0) return ours``;
  let room = sectionUnitsMax;
  const items = found.slice(0, shownMax).flatMap((finding) => {
    const item = one(finding, known);
    room -= item.length + 1;
    return room >= 0 ? [item] : [];
  });
  const more = found.length - items.length;
  return joined(
    [
      ours`### ⚠️ Look here first: tests or checks became weaker\n`,
      ...items,
      ...(more > 0 ? [ours`- and ${more} more, in the run's papers`] : []),
      ours`\nA maintainer accepts one that blocks by commenting ${code("/agent accept", known)} and its id. It counts for this head only.`,
    ],
    "\n",
  );
}

function one(finding: Finding, known: KnownSecrets): Outgoing {
  const { id, rule, before, after } = finding;
  const side = (text: string | null) => (text === null ? ours`nothing` : code(oneLine(text), known));
  return ours`- ${findingLine(finding, known)}, rule ${code(rule, known)}, id ${code(id, known)}\n  ${side(before)} → ${side(after)}`;
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= textMax ? line : `${line.slice(0, textMax)}…`;
}
