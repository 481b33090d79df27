import { canonical } from "../handoff/canonical.ts";
import type { Finding } from "../handoff/finding.ts";
import { sha256 } from "../handoff/seal.ts";

/** What a rule saw, before it is known in which file. */
export type Seen = Pick<Finding, "rule" | "level" | "message" | "before" | "after">;

/** Code units of a `before` or `after` that a finding keeps for the reader. The id covers the whole value. */
const evidenceMax = 500;

/** The stable name of a finding: 12 hexadecimal digits over what was seen, not over how it is said. */
export function findingId(seen: Pick<Finding, "rule" | "path" | "before" | "after">): string {
  return sha256(canonical([seen.rule, seen.path, seen.before, seen.after])).slice(0, 12);
}

/** Completes a finding with its id and cuts long evidence. */
export function findingOf(seen: Omit<Finding, "id">): Finding {
  return { id: findingId(seen), ...seen, before: cut(seen.before), after: cut(seen.after) };
}

function cut(value: string | null): string | null {
  return value === null || value.length <= evidenceMax ? value : `${value.slice(0, evidenceMax)}…`;
}
