import { describe, expect, it } from "vitest";
import { type AuthorityFacts, mayAsk } from "../../src/request/authority.ts";
import { asVerb } from "../../src/request/command.ts";

const maintainer: AuthorityFacts = {
  verb: "fix",
  role: "write",
  userType: "User",
  appId: null,
  senderIsAuthor: true,
  commentEdited: false,
  subject: "issue",
  issueState: "open",
  labels: ["bug"],
};

describe("allowed", () => {
  it.each([
    ["a person with write", {}],
    ["a person with maintain", { role: "maintain" }],
    ["a person with admin", { role: "admin" }],
    ["an App on the list, by its id", { userType: "Bot", appId: 7, role: "none", allowedApps: [7] }],
  ] satisfies [string, Partial<AuthorityFacts>][])("%s", (_, facts) => {
    expect(mayAsk({ ...maintainer, ...facts })).toEqual({ kind: "allowed" });
  });
});

describe("a question may be asked anywhere", () => {
  it.each(["issue", "own-pull", "pull", "fork-pull"] as const)("on %s, open or closed", (subject) => {
    for (const issueState of ["open", "closed"] as const)
      expect(mayAsk({ ...maintainer, verb: "ask", subject, issueState })).toEqual({ kind: "allowed" });
  });

  it("but not by everybody", () => {
    expect(mayAsk({ ...maintainer, verb: "ask", role: "triage" })).toMatchObject({ code: "not-allowed" });
  });
});

describe("why checks fail may be asked on a pull request of this repository", () => {
  it.each(["own-pull", "pull"] as const)("on %s, open or closed", (subject) => {
    for (const issueState of ["open", "closed"] as const)
      expect(mayAsk({ ...maintainer, verb: "ci", subject, issueState })).toEqual({ kind: "allowed" });
  });

  it.each(["issue", "fork-pull"] as const)("but not on %s", (subject) => {
    expect(mayAsk({ ...maintainer, verb: "ci", subject })).toMatchObject({ code: "not-available" });
  });
});

describe("refused", () => {
  it.each([
    ["nobody", { role: "none" }, "not-allowed"],
    ["a reader", { role: "read" }, "not-allowed"],
    ["a triager", { role: "triage" }, "not-allowed"],
    ["someone whose role cannot be read", { role: null }, "not-allowed"],
    ["a bot, whatever its role", { userType: "Bot", role: "admin" }, "not-allowed"],
    [
      "a bot whose App is not on the list",
      { userType: "Bot", appId: 8, role: "admin", allowedApps: [7] },
      "not-allowed",
    ],
    ["a person's comment written through an App", { appId: 8 }, "not-allowed"],
    ["an organization", { userType: "Organization", role: "admin" }, "not-allowed"],
    ["a mannequin", { userType: "Mannequin", role: "admin" }, "not-allowed"],
    ["someone who sends another's comment", { senderIsAuthor: false }, "not-allowed"],
    ["an edited comment", { commentEdited: true }, "edited"],
    ["anything where the label says so", { labels: ["bug", "agent:off"] }, "not-available"],
    ["a closed issue", { issueState: "closed" }, "issue-closed"],
    ["our own pull request when it is closed", { subject: "own-pull", issueState: "closed" }, "issue-closed"],
    ["a person's pull request", { subject: "pull" }, "not-available"],
    ["a fork's pull request", { subject: "fork-pull" }, "not-available"],
    ["a verb of a later version", { verb: "rebase" }, "not-available"],
    ["a stranger who uses a verb of a later version", { verb: "rebase", role: "read" }, "not-allowed"],
  ] satisfies [string, Partial<AuthorityFacts>, string][])("%s", (_, facts, code) => {
    const answer = mayAsk({ ...maintainer, ...facts });
    expect(answer).toMatchObject({ kind: "refused", code });
    // Both sentences are there for a person to read.
    expect(answer.kind === "refused" && [answer.message, answer.next].every((text) => /^[A-Z`].*\.$/.test(text))).toBe(
      true,
    );
  });

  it("every verb of a later version, with its name and what there is", () => {
    expect(mayAsk({ ...maintainer, verb: asVerb("rebase") ?? "fix" })).toEqual({
      kind: "refused",
      code: "not-available",
      message: "`rebase` is not available yet in this version.",
      next: "Commands on an issue or pull request are now: `fix`, `bump`, `plan`, `approve`, `deny`, `rollback`, `verify`, `ask`, `ci`.",
    });
  });
});
