import type { Role } from "../../src/handoff/identity.ts";
import type { ApprovalFacts } from "../../src/policy/approvals.ts";
import type { CommitPeople } from "../../src/policy/contributors.ts";
import type { Review, Reviewer } from "../../src/policy/latest-reviews.ts";

export const head = "a".repeat(40);
export const oldHead = "b".repeat(40);

export const people = {
  mona: { id: 1, login: "mona", type: "User" },
  ben: { id: 2, login: "ben", type: "User" },
  ada: { id: 3, login: "ada", type: "User" },
  eve: { id: 4, login: "eve", type: "User" },
  rita: { id: 5, login: "rita", type: "User" },
  robot: { id: 6, login: "robot[bot]", type: "Bot" },
} as const satisfies Record<string, Reviewer>;

type Name = keyof typeof people;

const roles: Record<Name, Role> = {
  mona: "admin",
  ben: "write",
  ada: "write",
  eve: "maintain",
  rita: "read",
  robot: "admin",
};

export function review(name: Name, state: Review["state"] = "approved", more: Partial<Review> = {}): Review {
  return { person: people[name], state, commit: head, submittedAt: "2026-11-20T10:00:00Z", ...more };
}

const bot = { account: { id: 41_898_282, login: "github-actions[bot]" }, email: "bot@example.test" };
const github = { account: null, email: "noreply@github.com" };

/** Our commit, with mona, who asked, as its co-author. */
export const commit: CommitPeople = {
  sha: head,
  message: "Fix it\n\nCo-authored-by: mona <1+mona@users.noreply.github.com>",
  author: bot,
  committer: github,
};

export const none = { reviewers: 0, security_review: false, manual_verification: false, owners: [] };

/** mona asked; everybody above has the role that is written there; one approving review is needed. */
export function facts(more: Partial<ApprovalFacts> = {}): ApprovalFacts {
  return {
    head,
    requirements: { ...none, reviewers: 1 },
    requesterMayApprove: false,
    securityReviewers: { users: [], teams: [] },
    reviews: [],
    commits: [commit],
    pushers: [],
    requesters: [people.mona.id],
    verifications: [],
    acceptances: [],
    blocking: [],
    roles: new Map(names.map((name) => [people[name].id, roles[name]])),
    teams: new Map(),
    collaborators: names.filter((name) => name !== "robot").map((name) => ({ ...people[name], role: roles[name] })),
    ...more,
  };
}

const names: readonly Name[] = ["mona", "ben", "ada", "eve", "rita", "robot"];
