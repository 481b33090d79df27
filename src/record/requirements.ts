import type { RiskLevel } from "../config.ts";
import type { Finding } from "../handoff/finding.ts";
import type { Requirements } from "../handoff/verdict.ts";
import { people } from "../policy/owners.ts";
import { cell, code, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";

/** Characters of a finding's message and of its place. */
const messageMax = 300;
const placeMax = 200;

/** What people must do, one phrase each; empty when nothing is required. */
export function requirementPhrases(requirements: Requirements, known: KnownSecrets): Outgoing[] {
  const { reviewers, security_review, manual_verification, owners } = requirements;
  return [
    ...(reviewers > 0 ? [ours`${reviewers} approving ${reviewers === 1 ? ours`review` : ours`reviews`}`] : []),
    ...(security_review ? [ours`a security review`] : []),
    ...(manual_verification ? [ours`a manual verification`] : []),
    ...owners.map(
      (group) =>
        ours`the review of an owner (${cell(shortened(people(group), messageMax), known)}) for ${code(shortened(group.paths.join(", "), placeMax), known)}`,
    ),
  ];
}

/** The same as one sentence. */
export function requirementSentence(requirements: Requirements, known: KnownSecrets): Outgoing {
  const phrases = requirementPhrases(requirements, known);
  return phrases.length === 0 ? ours`No review is required by policy.` : ours`Required: ${joined(phrases, ", ")}.`;
}

export const levelMark: Record<RiskLevel, Outgoing> = {
  low: ours`🟢 low`,
  medium: ours`🟡 medium`,
  high: ours`🟠 high`,
  critical: ours`🔴 critical`,
};

/** One finding as a list item's text. A finding never carries a secret's value. */
export function findingLine({ level, message, path, line }: Finding, known: KnownSecrets): Outgoing {
  const short = shortened(path, placeMax);
  const place = line === null ? short : `${short}:${line}`;
  return ours`**${cell(level, known)}** ${cell(shortened(message, messageMax), known)}${place === "" ? ours`` : ours` (${code(place, known)})`}`;
}

function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}
