import { describe, expect, test } from "vitest";
import type { Ending } from "../../src/handoff/solution.ts";
import { stopOfSolution } from "../../src/phases/solution-end.ts";
import { digest, solution } from "../record/papers.ts";

const end = (ending: Ending, more: Parameters<typeof solution>[0] = {}) =>
  stopOfSolution(solution({ ending, ...more }))?.stop ?? "goes on";

const finding = (path: string, line: number | null) => ({
  id: "0123456789ab",
  rule: "secret",
  level: "block" as const,
  path,
  line,
  message: "It holds a secret.",
  before: null,
  after: null,
});

describe("after solve the road goes on only with a change to show", () => {
  test.each<[string, Ending, object, unknown]>([
    ["finished work", { kind: "finished" }, {}, "goes on"],
    [
      "a partial change at a limit, which is verified like any other",
      { kind: "limit", limit: "turns", detail: "60 of 60 turns" },
      {},
      "goes on",
    ],
    [
      "a limit without a change",
      { kind: "limit", limit: "turns", detail: "60 of 60 turns" },
      { change: [] },
      {
        kind: "limit",
        message: "The limit turns was reached: 60 of 60 turns",
        next: "Raise it in .github/airlock.toml, or ask for something smaller.",
      },
    ],
    [
      "a cancelled run, even with a change",
      { kind: "limit", limit: "cancelled", detail: "The run was cancelled." },
      {},
      expect.objectContaining({ kind: "limit" }),
    ],
    [
      "no change",
      { kind: "no_change", reason: "It works as documented." },
      { change: [] },
      {
        kind: "no-change",
        message: "No file was changed.",
        next: "Say more about what should change, then ask again.",
        said: "It works as documented.",
      },
    ],
    [
      "an agent that gave up",
      { kind: "gave_up", reason: "There is no such function." },
      {},
      {
        kind: "gave-up",
        message: "The agent gave up.",
        next: "Say more about the problem, then ask again.",
        said: "There is no such function.",
      },
    ],
    [
      "an agent that needs an approval nobody can give",
      { kind: "needs_approval", reason: "It wants the network." },
      {},
      {
        kind: "gave-up",
        message: "The agent needs an approval that nobody can give here.",
        next: "",
        said: "It wants the network.",
      },
    ],
    [
      "a change that may not leave the job: every place is named, no value",
      {
        kind: "refused",
        findings: [finding("src/a.ts", 3), finding("the agent's notes", null)],
        change_sha256: digest("7"),
      },
      { change: [] },
      {
        kind: "refused",
        message:
          "The change was refused before it left the agent's job. src/a.ts:3: It holds a secret. the agent's notes: It holds a secret.",
        next: "Nothing of it was kept. Look at what made the agent write it, then ask again.",
      },
    ],
  ])("%s", (_title, ending, more, expected) => {
    expect(end(ending, more)).toEqual(expected);
  });
});
