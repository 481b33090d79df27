import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { AirlockError } from "../../src/errors.ts";
import type { GitHub, RequiredCheck } from "../../src/github/github.ts";
import { letMerge, reviewersFor } from "../../src/record/review.ts";
import { portOver } from "../github/ports.ts";

const { reviewers } = Config.parse({
  reviewers: {
    users: ["mona", "hubot"],
    teams: ["core"],
    security_users: ["sec", "mona"],
    security_teams: ["security", "Core"],
  },
});

describe("who is asked to review", () => {
  test.each([
    [
      "nobody when nothing is required",
      { reviewers: 0, security_review: false, manual_verification: true, owners: [] },
      [],
      [],
    ],
    [
      "users and teams",
      { reviewers: 1, security_review: false, manual_verification: false, owners: [] },
      ["mona", "hubot"],
      ["core"],
    ],
    [
      "security reviewers on top, each once",
      { reviewers: 2, security_review: true, manual_verification: false, owners: [] },
      ["mona", "hubot", "sec"],
      ["core", "security"],
    ],
    [
      "owners of the paths too, each once",
      {
        reviewers: 1,
        security_review: false,
        manual_verification: false,
        owners: [{ paths: ["src/a.ts"], users: ["Mona", "pat"], teams: ["core", "web"] }],
      },
      ["mona", "hubot", "pat"],
      ["core", "web"],
    ],
    [
      "security reviewers alone",
      { reviewers: 0, security_review: true, manual_verification: false, owners: [] },
      ["sec", "mona"],
      ["security", "Core"],
    ],
  ])("%s", (_title, requirements, users, teams) => {
    expect(reviewersFor({ requirements }, { reviewers })).toEqual({ users, teams });
  });
});

describe("asking GitHub to merge without a person", () => {
  const allowed = { auto_merge: { kind: "allowed" } } as const;
  const failed = (code: "github-forbidden" | "github-failed", cause?: unknown) => async () => {
    throw new AirlockError({ code, message: "GitHub says no.", fix: "Ask again.", cause });
  };
  /** What is said, and which commits GitHub was asked to merge. */
  async function asking(answers: Partial<GitHub>) {
    const asked: string[] = [];
    const github = portOver({
      enableAutoMerge: async (_, head) => {
        asked.push(head);
        return null;
      },
      ...answers,
    });
    return { said: await letMerge(github, { pull: 9, head: "e", base: "main" }, allowed), asked };
  }
  const ours: RequiredCheck = { name: "airlock", appId: 7 };
  const requiring = (rules: RequiredCheck[], protection: RequiredCheck[] = []) => ({
    requiredByRules: async () => rules,
    requiredByProtection: async () => protection,
  });
  const why = (seen: string, unread = "") =>
    `Merging without a person was not asked for: ${seen} the check airlock of the Airlock App on main${unread}, so a later push would be merged as well.`;

  test.each<[string, Partial<GitHub>]>([
    ["a ruleset requires the check from an App", requiring([ours])],
    ["classic protection does", requiring([], [ours])],
    [
      "a ruleset does, and protection cannot be read",
      { ...requiring([ours]), requiredByProtection: failed("github-forbidden") },
    ],
  ])("it is asked when %s", async (_, answers) => {
    expect(await asking(answers)).toEqual({ said: [], asked: ["e"] });
  });

  test.each<[string, Partial<GitHub>, string]>([
    ["nothing is required", requiring([]), why("nothing requires")],
    ["another check is", requiring([{ name: "ci", appId: 7 }]), why("nothing requires")],
    ["anybody may write the check", requiring([{ ...ours, appId: null }]), why("nothing requires")],
    ["every workflow may write it", requiring([{ ...ours, appId: 15_368 }]), why("nothing requires")],
    [
      "protection cannot be read",
      { ...requiring([]), requiredByProtection: failed("github-forbidden") },
      why("no ruleset requires", ", and classic protection cannot be read"),
    ],
    [
      "the rules cannot be read",
      { ...requiring([ours]), requiredByRules: failed("github-failed") },
      "Merging without a person could not be set: GitHub says no.",
    ],
  ])("GitHub is not asked to merge when %s", async (_, answers, said) => {
    expect(await asking(answers)).toEqual({ said: [said], asked: [] });
  });

  test.each([
    [
      "no answer came",
      undefined,
      "It is not known whether GitHub will merge it without a person; the pull request tells: GitHub says no.",
    ],
    [
      "it was refused",
      { status: 403, response: { headers: {}, data: null } },
      "Merging without a person could not be set: GitHub says no.",
    ],
  ])("when %s, what is known is said", async (_, cause, said) => {
    expect((await asking({ ...requiring([ours]), enableAutoMerge: failed("github-failed", cause) })).said).toEqual([
      said,
    ]);
  });
});
