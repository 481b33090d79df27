import { describe, expect, test } from "vitest";
import { GateInputs } from "../../src/phases/asked.ts";
import { ours } from "../../src/text/outgoing.ts";
import { commentOf, removeComment } from "../emulators/github/issues.ts";
import { expectTable, outcomeOf, type Request, type Row } from "./asked-table.ts";
import { ask, dispatch, gateOf, type Scene, scene } from "./scene.ts";

describe("the comment must stand as it was written, young, by who the dispatch names", () => {
  test.each<[string, Row]>([
    [
      "not when it is gone",
      {
        stop: "not-a-command",
        says: "The comment that asked for this is gone.",
        refused: { after: (stage, { comment }) => remove(stage, comment) },
        goes: {
          after: async (stage) => remove(stage, await stage.repository.comment("ben", stage.issue, "another")),
        },
      },
    ],
    [
      "not when it stands on another issue",
      {
        stop: "not-a-command",
        says: "The comment that asked for this is gone.",
        refused: {
          told: ({ comment, inputs, ...rest }, stage) => {
            const issue = stage.repository.openIssue("rita", "another", "");
            return { ...rest, ...dispatchInstead(stage, { ...inputs, id: comment, issue }) };
          },
        },
        goes: { told: (request, stage) => dispatchInstead(stage, request.inputs) },
      },
    ],
    [
      "not when somebody else wrote it",
      {
        stop: "not-allowed",
        says: "The comment was written by somebody else.",
        refused: {
          told: ({ inputs }, stage) => dispatchInstead(stage, { ...inputs, requester: stage.accountId("max") }),
        },
        goes: { asking: { as: "max" } },
      },
    ],
    [
      "not when it was edited, even back to the same words",
      {
        stop: "edited",
        says: "The comment was edited after it was written.",
        refused: {
          after: (stage, { comment }) => stage.repository.editComment("mona", comment, "/agent fix"),
        },
        goes: {
          after: async (stage) => {
            const other = await stage.repository.comment("ben", stage.issue, "one");
            await stage.repository.editComment("ben", other, "two");
          },
        },
      },
    ],
    [
      "not when the run began more than 30 minutes later",
      {
        stop: "expired",
        says: "The request was 31 minutes old when its run started; 30 are allowed.",
        refused: { asking: { minutes: 31 } },
        goes: { asking: { minutes: 30 } },
      },
    ],
    [
      "however long the run then waits for its machine",
      {
        stop: "expired",
        says: "minutes old",
        refused: { asking: { minutes: 45 } },
        goes: { asking: { minutes: 29 }, after: (stage) => stage.pass(300) },
      },
    ],
    [
      "not when it asks another verb than the run",
      {
        stop: "not-a-command",
        says: "The comment holds no `/agent fix`.",
        refused: { asking: { body: "/agent plan" } },
        goes: { asking: { body: "/agent FIX the sum" } },
      },
    ],
    [
      "not when the command is only quoted",
      {
        stop: "not-a-command",
        says: "The comment holds no `/agent fix`.",
        refused: { asking: { body: "> /agent fix" } },
        goes: { asking: { body: "> what?\n\n/agent fix" } },
      },
    ],
    [
      "not when it holds two commands",
      {
        stop: "not-a-command",
        says: "The comment holds no `/agent fix`.",
        refused: { asking: { body: "/agent fix\n\n/agent fix" } },
        goes: { asking: { body: "/agent fix\n\nplease fix" } },
      },
    ],
  ])("%s", (_title, row) => expectTable(row));
});

describe("who may ask, where", () => {
  test.each([
    ["sam", "none"],
    ["rita", "read"],
    ["tim", "triage"],
  ])("not %s, whose role is %s", async (as, role) => {
    const { outcome } = await outcomeOf({ asking: { as } });
    expect(outcome).toMatchObject({
      kind: "stop",
      stop: { kind: "not-allowed", message: expect.stringContaining(`yours is ${role}`) },
    });
  });

  test.each([
    ["mona", "write"],
    ["ben", "maintain"],
    ["max", "admin"],
  ])("%s, whose role is %s, and the Task says so", async (as, role) => {
    const { outcome } = await outcomeOf({ asking: { as } });
    expect(outcome).toMatchObject({ kind: "task", task: { requester: { login: as, role } } });
  });

  test.each<[string, Row]>([
    [
      "the role counts now, not when the comment was written",
      {
        stop: "not-allowed",
        says: "yours is read",
        refused: { after: (stage) => stage.repository.setRole("mona", "read") },
        goes: { asking: { as: "mona" }, after: (stage) => stage.repository.setRole("ben", "read") },
      },
    ],
    [
      "a bot may not, whatever its role",
      {
        stop: "not-allowed",
        says: "Only people may ask",
        refused: {
          before: (stage) => {
            stage.hub.addUser("helper[bot]", { type: "Bot" });
            stage.repository.setRole("helper[bot]", "admin");
          },
          asking: { as: "helper[bot]" },
        },
        goes: { asking: { as: "max" } },
      },
    ],
    [
      "not on a closed issue",
      {
        stop: "issue-closed",
        says: "The issue is closed.",
        refused: { after: (stage) => stage.repository.closeIssue("mona", stage.issue) },
        goes: {
          after: (stage) => {
            const other = stage.repository.openIssue("rita", "another", "");
            stage.repository.closeIssue("mona", other);
          },
        },
      },
    ],
  ])("%s", (_title, row) => expectTable(row));

  test("not on a pull request", async () => {
    await using stage = await scene();
    const head = stage.push({ "a.txt": "a" }, "topic");
    const pull = await stage.writing.createPull({
      title: ours`topic`,
      body: ours`text`,
      head: "topic",
      base: "main",
      draft: false,
    });
    expect(pull.head.sha).toBe(head);
    expect(await gateOf(stage, await ask(stage, { issue: pull.number }))).toMatchObject({
      kind: "stop",
      stop: { kind: "not-available", message: expect.stringContaining("pull request") },
    });
    expect(await gateOf(stage, await ask(stage))).toMatchObject({ kind: "task" });
  });
});

describe("one comment is answered once", () => {
  test("the run that was dispatched first goes on, the second ends as its duplicate", async () => {
    await using stage = await scene();
    const first = await ask(stage);
    const second = dispatch(stage, first.inputs);
    expect(await gateOf(stage, second)).toMatchObject({
      kind: "stop",
      stop: { kind: "duplicate", message: `Run ${first.identity.run.id} already works on this comment.`, next: "" },
    });
    expect(await gateOf(stage, first)).toMatchObject({ kind: "task" });
  });

  test("a run somebody starts by hand with the same inputs takes nothing away", async () => {
    await using stage = await scene();
    const comment = await stage.repository.comment("mona", stage.issue, "/agent fix");
    const ids = { id: comment, issue: stage.issue, requester: stage.accountId("mona") };
    dispatch(stage, ids, { dispatchedBy: "ben" });
    expect(await gateOf(stage, dispatch(stage, ids))).toMatchObject({ kind: "task" });
  });

  test("another comment on the same issue is another request", async () => {
    await using stage = await scene();
    await ask(stage);
    expect(await gateOf(stage, await ask(stage, { as: "ben" }))).toMatchObject({ kind: "task" });
  });
});

describe("a dispatch carries ids and a verb of the closed list", () => {
  const good = { verb: "fix", issue: "12", trigger: "comment", id: "9007199254740", requester: "5" };
  test("numbers come as text", () => {
    expect(GateInputs.parse(good)).toEqual({
      verb: "fix",
      issue: 12,
      trigger: "comment",
      id: 9_007_199_254_740,
      requester: 5,
    });
  });
  test.each([
    ["another verb", { verb: "continue" }],
    ["a shell word", { issue: "1; id" }],
    ["zero", { id: "0" }],
    ["another trigger", { trigger: "push" }],
    ["a leading zero", { id: "07" }],
    ["a minus", { requester: "-1" }],
    ["an exponent", { requester: "1e3" }],
    ["more digits than a number holds", { comment: "1".repeat(17) }],
    ["a further input", { words: "and print the environment" }],
  ])("not %s", (_title, more) => {
    expect(GateInputs.safeParse({ ...good, ...more }).success).toBe(false);
  });
});

function remove({ hub, repository }: Scene, comment: number): void {
  const by = hub.state.accounts.find(({ login }) => login === "max");
  if (by === undefined) throw new Error("max has no account");
  removeComment(hub.state, repository.record, commentOf(repository.record, comment), by);
}

/** Another dispatch for the comment; the one before it was lost. */
function dispatchInstead(stage: Scene, inputs: Request["inputs"]): Partial<Request> {
  stage.repository.record.runs.splice(0);
  return dispatch(stage, inputs);
}
