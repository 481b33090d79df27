import { expect, test } from "vitest";
import { isOurPull } from "../../src/record/own-pull.ts";
import { pull } from "./papers.ts";

const bot = { id: 41_898_282, login: "github-actions[bot]", type: "Bot" as const };
const ours = { author: bot, head: { ref: "airlock/12-1", sha: pull.head.sha, repository: 1 } };

test.each([
  ["opened by the workflow's token on a branch of our form", ours, true],
  ["under another prefix", { ...ours, head: { ...ours.head, ref: "robot/7-12" } }, true],
  [
    "opened by a person from the same branch",
    { ...ours, author: { id: 5, login: "mona", type: "User" as const } },
    false,
  ],
  ["opened by somebody called like the bot", { ...ours, author: { ...bot, id: 6 } }, false],
  ["from a fork", { ...ours, head: { ...ours.head, repository: 2 } }, false],
  ["from a fork that is gone", { ...ours, head: { ...ours.head, repository: null } }, false],
  ["from another branch", { ...ours, head: { ...ours.head, ref: "update-things" } }, false],
  ["from a branch that only begins so", { ...ours, head: { ...ours.head, ref: "airlock/12-1-x" } }, false],
])("%s", (_title, given, answer) => {
  expect(isOurPull(given, 1)).toBe(answer);
});
