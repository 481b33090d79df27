import { describe, expect, test } from "vitest";
import { GateInputs } from "../../src/phases/asked.ts";
import { ours } from "../../src/text/outgoing.ts";
import { commentOf, removeComment } from "../emulators/github/issues.ts";
import { ask, type Asking, dispatch, gateOf, type Scene, scene, workflowPath } from "./scene.ts";

type Request = Awaited<ReturnType<typeof ask>>;

/** One way to be refused, and the nearest thing that is allowed. */
interface Row {
  stop: string;
  /** The whole sentence for the requester, or a part of it. */
  says: string;
  refused: Partial<Way>;
  goes: Partial<Way>;
}
interface Way {
  /** Before anybody comments. */
  before: (stage: Scene) => void | Promise<void>;
  asking: Asking;
  /** After the dispatch, before the gate looks. */
  after: (stage: Scene, request: Request) => void | Promise<void>;
  /** What the gate is told. */
  told: (request: Request, stage: Scene) => Partial<Request>;
}

async function outcomeOf(way: Partial<Way>) {
  await using stage = await scene();
  await way.before?.(stage);
  const request = await ask(stage, way.asking);
  await way.after?.(stage, request);
  const { audit, ...outcome } = await gateOf(stage, { ...request, ...way.told?.(request, stage) });
  return { outcome, events: audit.entries.map(({ event }) => event) };
}

async function expectTable({ stop, says, refused, goes }: Row) {
  const { outcome, events } = await outcomeOf(refused);
  expect(outcome).toMatchObject({ kind: "stop", stop: { kind: stop, message: expect.stringContaining(says) } });
  expect(events.at(-1)).toBe("request.refused");
  expect((await outcomeOf(goes)).outcome.kind).toBe("task");
}

const inputsWith =
  (more: Partial<GateInputs>) =>
  ({ inputs }: Request): Partial<Request> => ({ inputs: { ...inputs, ...more } });
const runWith =
  (id: number) =>
  ({ identity }: Request): Partial<Request> => ({ identity: { ...identity, run: { ...identity.run, id } } });
const record = (stage: Scene, request: Request) => {
  const found = stage.repository.record.runs.find(({ id }) => id === request.identity.run.id);
  if (found === undefined) throw new Error("there is no such run");
  return found;
};

describe("a run is believed only when our App dispatched it", () => {
  test.each<[string, Row]>([
    [
      "not when a maintainer starts it by hand",
      {
        stop: "not-dispatched-by-us",
        says: "its actor is ben",
        refused: { asking: { dispatchedBy: "ben" } },
        goes: { asking: { as: "ben" } },
      },
    ],
    [
      "not when the bot is another App's",
      {
        stop: "not-dispatched-by-us",
        says: "its actor is airlock[bot]",
        refused: { told: ({ appBotId }) => ({ appBotId: appBotId + 1 }) },
        goes: {},
      },
    ],
    [
      "not on another branch, whose workflow file anybody with write could have changed",
      {
        stop: "not-dispatched-by-us",
        says: "it runs on topic, not on main",
        refused: { before: (stage) => void stage.push({ "a.txt": "a" }, "topic"), asking: { ref: "topic" } },
        goes: { before: (stage) => void stage.push({ "a.txt": "a" }, "topic"), asking: { ref: "main" } },
      },
    ],
    [
      "not from another workflow file",
      {
        stop: "not-dispatched-by-us",
        says: "it runs .github/workflows/other.yml",
        refused: { before: addOtherWorkflow, asking: { workflow: "other.yml" } },
        goes: { before: addOtherWorkflow },
      },
    ],
    [
      "not when its name says another comment than its inputs",
      {
        stop: "not-dispatched-by-us",
        says: "its name does not carry its inputs",
        refused: { told: (request) => inputsWith({ comment: request.inputs.comment + 1 })(request) },
        goes: { told: (request) => inputsWith({})(request) },
      },
    ],
    [
      "not when its name says another person than its inputs",
      {
        stop: "not-dispatched-by-us",
        says: "its name does not carry its inputs",
        refused: { told: (request, stage) => inputsWith({ requester: stage.accountId("max") })(request) },
        goes: {},
      },
    ],
    [
      "not when its name was written by hand",
      {
        stop: "not-dispatched-by-us",
        says: "its name does not carry its inputs",
        refused: {
          after: (stage, request) => void (record(stage, request).title += " "),
        },
        goes: {},
      },
    ],
    [
      "not when GitHub does not know it",
      {
        stop: "not-dispatched-by-us",
        says: "GitHub does not know it",
        refused: { told: runWith(4_711) },
        goes: {},
      },
    ],
    [
      "not when it belongs to another repository",
      {
        stop: "not-dispatched-by-us",
        says: "it belongs to another repository",
        refused: {
          told: ({ identity }) => ({
            identity: { ...identity, repository: { ...identity.repository, id: identity.repository.id + 1 } },
          }),
        },
        goes: {},
      },
    ],
  ])("%s", (_title, row) => expectTable(row));

  test.each(["push", "pull_request_target", "schedule"])("not when its event is %s", async (event) => {
    await using stage = await scene();
    const request = await ask(stage);
    const path = /\/actions\/runs\/\d+$/;
    const shown = await (
      await fetch(`${stage.hub.url}/repos/octo/demo/actions/runs/${request.identity.run.id}`, {
        headers: { Authorization: `Bearer ${stage.hub.userToken("max")}` },
      })
    ).json();
    const end = stage.hub.fault({ method: "GET", path, status: 200, body: { ...Object(shown), event } });
    expect(await gateOf(stage, request)).toMatchObject({
      kind: "stop",
      stop: { kind: "not-dispatched-by-us", message: expect.stringContaining(`its event is ${event}`) },
    });
    end();
    expect(await gateOf(stage, request)).toMatchObject({ kind: "task" });
  });
});

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
            return { ...rest, ...dispatch(stage, { ...inputs, comment, issue }) };
          },
        },
        goes: { told: (request, stage) => dispatchAgain(request, stage) },
      },
    ],
    [
      "not when somebody else wrote it",
      {
        stop: "not-allowed",
        says: "The comment was written by somebody else.",
        refused: {
          told: ({ inputs }, stage) => dispatch(stage, { ...inputs, requester: stage.accountId("max") }),
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
    const ids = { comment, issue: stage.issue, requester: stage.accountId("mona") };
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
  const good = { verb: "fix", issue: "12", comment: "9007199254740", requester: "5" };
  test("numbers come as text", () => {
    expect(GateInputs.parse(good)).toEqual({ verb: "fix", issue: 12, comment: 9_007_199_254_740, requester: 5 });
  });
  test.each([
    ["another verb", { verb: "plan" }],
    ["a shell word", { issue: "1; id" }],
    ["zero", { comment: "0" }],
    ["a leading zero", { comment: "07" }],
    ["a minus", { requester: "-1" }],
    ["an exponent", { requester: "1e3" }],
    ["more digits than a number holds", { comment: "1".repeat(17) }],
    ["a further input", { words: "and print the environment" }],
  ])("not %s", (_title, more) => {
    expect(GateInputs.safeParse({ ...good, ...more }).success).toBe(false);
  });
});

function addOtherWorkflow(stage: Scene): void {
  stage.push({ ".github/workflows/other.yml": stage.repository.file(workflowPath, "main") });
}

function remove({ hub, repository }: Scene, comment: number): void {
  const by = hub.state.accounts.find(({ login }) => login === "max");
  if (by === undefined) throw new Error("max has no account");
  removeComment(hub.state, repository.record, commentOf(repository.record, comment), by);
}

/** The dispatch came twice, and the first was lost. */
function dispatchAgain(request: Request, stage: Scene): Partial<Request> {
  stage.repository.record.runs.splice(0);
  return dispatch(stage, request.inputs);
}
