import type { GateState } from "../../src/record/gate-state.ts";
import { digest, sha } from "./papers.ts";

/** What the App remembers of a head that waits for one review. */
export const made: GateState = {
  version: 1,
  repository: 1,
  head: sha("e"),
  target: digest("1"),
  run: { id: 77, attempt: 1 },
  judgement: digest("2"),
  level: "medium",
  draft: false,
  requirements: { reviewers: 1, security_review: false, manual_verification: false, owners: [] },
  approvers: { requester_may_approve: false, security_users: [] },
  problems: [],
  blocking: [],
  reasons: [
    { level: "medium", rule: "path-word" },
    { level: "low", rule: "size" },
    { level: "medium", rule: "path-word" },
  ],
  requesters: [5],
  pushers: [],
  accepted: [],
  verified: [],
  since: "2026-11-20T10:00:00Z",
};
