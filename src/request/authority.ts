import type { Role } from "../handoff/identity.ts";
import type { Verb } from "./command.ts";

/** What a command stands on. `own-pull`: a run of ours opened it; `fork-pull`: its head lies in another repository. */
export type SubjectKind = "issue" | "own-pull" | "pull" | "fork-pull";

/** What must be known before a request may start. Every field was read from the API at the moment of asking. */
export interface AuthorityFacts {
  verb: Verb;
  /** Effective role by `role_name`; null when it could not be read, which refuses. */
  role: Role | null;
  userType: "User" | "Bot" | "Organization" | "Mannequin";
  /** The App that acted, if one did; null for people. */
  appId: number | null;
  /** Apps that may ask, by id. Missing means none. */
  allowedApps?: readonly number[];
  /** Whether the account that sent the event also wrote the comment. */
  senderIsAuthor: boolean;
  /** Whether the comment was changed after it was written. */
  commentEdited: boolean;
  subject: SubjectKind;
  issueState: "open" | "closed";
  /** Names of the labels of the issue or pull request. */
  labels: readonly string[];
}

export type RefusalCode = "not-allowed" | "edited" | "issue-closed" | "not-available";

export type Authority =
  | { kind: "allowed" }
  /** `message` says why, `next` what the person can do; both are whole sentences. */
  | { kind: "refused"; code: RefusalCode; message: string; next: string };

/**
 * May this account ask this? Pure; asked when the comment arrives, again in the gate and again before publishing.
 * People need write, maintain or admin (design §4, promise 1). Bots count only by App id, never by their name.
 */
export function mayAsk(facts: AuthorityFacts): Authority {
  return identityRefusal(facts) ?? roleRefusal(facts) ?? subjectRefusal(facts) ?? { kind: "allowed" };
}

/** May this account give commands at all? The first half of `mayAsk`, for commands that have a rule of their own about where. */
export function mayCommand(facts: AuthorityFacts): Authority {
  return identityRefusal(facts) ?? roleRefusal(facts) ?? { kind: "allowed" };
}

function identityRefusal({ senderIsAuthor, commentEdited }: AuthorityFacts): Authority | null {
  if (!senderIsAuthor) {
    return refused(
      "not-allowed",
      "The comment was not written by the account that sent it.",
      "Write the command yourself in a new comment.",
    );
  }
  if (commentEdited) {
    return refused(
      "edited",
      "The comment was edited, so it is not clear what was asked and by whom.",
      "Write the command in a new comment.",
    );
  }
  return null;
}

function roleRefusal(facts: AuthorityFacts): Authority | null {
  if (facts.userType !== "User" || facts.appId !== null) return appRefusal(facts);
  if (facts.role === null) {
    return refused("not-allowed", "Your role on this repository could not be read.", "Comment again in a few minutes.");
  }
  if (mayWrite(facts.role)) return null;
  return refused(
    "not-allowed",
    `Commands need the role write, maintain or admin; yours is ${facts.role}.`,
    "Ask a maintainer to write the command.",
  );
}

function appRefusal({ appId, allowedApps = [] }: AuthorityFacts): Authority | null {
  if (appId !== null && allowedApps.includes(appId)) return null;
  return refused(
    "not-allowed",
    "Only people may ask; this App is not on the list of allowed App ids.",
    "Ask a maintainer to write the command.",
  );
}

/** Whoever may label can switch Airlock off for one issue or pull request: nothing new is started there. */
export const offLabel = "agent:off";

function subjectRefusal({ verb, subject, issueState, labels }: AuthorityFacts): Authority | null {
  if (labels.includes(offLabel)) {
    return refused(
      "not-available",
      `The label \`${offLabel}\` keeps Airlock from starting anything here.`,
      "Remove the label, then write the command in a new comment.",
    );
  }
  const place = placeOf(verb);
  if (place === null) {
    const now = Object.keys(places).map((name) => `\`${name}\``);
    return refused(
      "not-available",
      `\`${verb}\` is not available yet in this version.`,
      `Commands on an issue or pull request are now: ${now.join(", ")}.`,
    );
  }
  if (!place.on.includes(subject)) {
    const where = place.on.map((kind) => subjectNames[kind]);
    return refused(
      "not-available",
      `\`${verb}\` is not for ${subjectNames[subject]}.`,
      `It is for ${where.join(", ")}.`,
    );
  }
  if (issueState === "closed" && !place.closed) {
    const what = subject === "issue" ? "issue" : "pull request";
    return refused("issue-closed", `The ${what} is closed.`, "Reopen it, then write the command in a new comment.");
  }
  return null;
}

const subjectNames: Readonly<Record<SubjectKind, string>> = {
  issue: "an issue",
  "own-pull": "a pull request of Airlock",
  pull: "a pull request of this repository",
  "fork-pull": "a pull request from a fork",
};

/** Where a command that starts a run, or is about a plan, may stand (design §6), and whether also where that is closed. */
const places: Readonly<Partial<Record<Verb, { on: readonly SubjectKind[]; closed: boolean }>>> = {
  fix: { on: ["issue", "own-pull"], closed: false },
  bump: { on: ["issue"], closed: false },
  plan: { on: ["issue"], closed: false },
  approve: { on: ["issue"], closed: false },
  deny: { on: ["issue"], closed: true },
  rollback: { on: ["own-pull"], closed: true },
  verify: { on: ["own-pull", "pull", "fork-pull"], closed: false },
  ask: { on: ["issue", "own-pull", "pull", "fork-pull"], closed: true },
  // A fork's logs are written by code of somebody else, and are never read.
  ci: { on: ["own-pull", "pull"], closed: true },
};

function placeOf(verb: Verb) {
  return places[verb] ?? null;
}

/** Whether a role may decide about the repository: write, maintain or admin. */
export function mayWrite(role: Role): boolean {
  return role === "write" || role === "maintain" || role === "admin";
}

function refused(code: RefusalCode, message: string, next: string): Authority {
  return { kind: "refused", code, message, next };
}
