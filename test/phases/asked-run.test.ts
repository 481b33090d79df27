import { describe, expect, test } from "vitest";
import type { GateInputs } from "../../src/phases/asked.ts";
import { expectTable, type Request, type Row } from "./asked-table.ts";
import { ask, gateOf, type Scene, scene, workflowPath } from "./scene.ts";

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
        refused: { told: (request) => inputsWith({ id: request.inputs.id + 1 })(request) },
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

function addOtherWorkflow(stage: Scene): void {
  stage.push({ ".github/workflows/other.yml": stage.repository.file(workflowPath, "main") });
}
