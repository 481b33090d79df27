import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { reviewersFor } from "../../src/record/review.ts";

const { reviewers } = Config.parse({
  reviewers: {
    users: ["mona", "hubot"],
    teams: ["core"],
    security_users: ["sec", "mona"],
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
      ["core"],
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
      [],
    ],
  ])("%s", (_title, requirements, users, teams) => {
    expect(reviewersFor({ requirements }, { reviewers })).toEqual({ users, teams });
  });
});
