import type { ShownReport } from "./shown-papers.ts";
import { cell, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";

const checksMax = 30;

/** What each check came to, in one line. */
export function checksLine(checks: ShownReport["checks"], known: KnownSecrets): Outgoing {
  const parts = checks
    .slice(0, checksMax)
    .map(({ name, class: result }) => ours`${cell(name, known)} ${cell(result, known)}`);
  return parts.length === 0 ? ours`No check was configured.` : ours`Checks: ${joined(parts, " · ")}.`;
}
