import type { Role } from "../handoff/identity.ts";
import type { Contributors } from "./contributors.ts";
import type { Reviewer } from "./latest-reviews.ts";

/** Whose word about a change cannot count, because it is their own. */
export interface Interested {
  contributors: Contributors;
  /** Accounts that pushed its commits. */
  pushers: readonly number[];
  /** Accounts that asked for it, in every round. */
  requesters: readonly number[];
  requesterMayApprove: boolean;
}

/** Why somebody's word does not count, as the rest of a sentence about them; null when it does. */
export function disqualified(person: Reviewer, role: Role, interested: Interested): string | null {
  const { contributors, pushers, requesters, requesterMayApprove } = interested;
  if (person.type !== "User") return "is not a person";
  if (!mayWrite(role)) return `has the role ${role}, and write, maintain or admin is needed`;
  if (contributors.ids.has(person.id) || contributors.logins.has(person.login.toLowerCase()))
    return !requesterMayApprove && requesters.includes(person.id)
      ? "asked for this change"
      : "is an author, co-author or committer of it";
  if (pushers.includes(person.id)) return "pushed it";
  if (!requesterMayApprove && requesters.includes(person.id)) return "asked for this change";
  return null;
}

export function mayWrite(role: Role): boolean {
  return role === "write" || maintains(role);
}

export function maintains(role: Role): boolean {
  return role === "maintain" || role === "admin";
}
