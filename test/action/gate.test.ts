import { expect, test } from "vitest";
import { runGate } from "../../src/action/gate.ts";
import { paperDirectory } from "../../src/action/shell.ts";
import { verifyAudit } from "../../src/audit/log.ts";
import { open, sha256 } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { ask, gatePermissions, scene } from "../phases/scene.ts";
import { recordingShell } from "./recording-shell.ts";

/** One asking, and the gate's step for it. */
async function step(as: string, files: Record<string, string> = {}) {
  const stage = await scene(files);
  const request = await ask(stage, { as });
  const token = stage.hub.jobToken(stage.repository, gatePermissions);
  const on = recordingShell({ identity: request.identity, apiUrl: stage.hub.url }, stage.now);
  const { issue, id, requester } = request.inputs;
  await runGate(
    {
      phase: "gate",
      "github-token": token,
      "app-bot-id": stage.bot.id,
      verb: "fix",
      issue: String(issue),
      trigger: "comment",
      id: String(id),
      requester: String(requester),
    },
    on.shell,
  );
  return {
    ...on,
    request,
    token,
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      on[Symbol.dispose]();
    },
  };
}

test("an allowed request leaves the Task with its log, and tells the next job its digest and the commit", async () => {
  await using on = await step("mona");
  const { outputs, masked, summary, log } = on.told;
  expect(on.papers()).toEqual(["audit.jsonl", "task.json"]);
  const bytes = Buffer.from(on.read("task.json"));
  const task = open(Task, bytes, { digest: outputs.get("digest") ?? "", identity: on.request.identity });
  expect([...outputs]).toEqual([
    ["paper", paperDirectory(on.shell)],
    ["digest", sha256(bytes)],
    ["start", task.start.commit],
    ["trusted", task.trusted.commit],
    ["base", task.base.commit],
    ["proceed", "true"],
  ]);
  expect(verifyAudit(on.read("audit.jsonl"), task.audit_head).kind).toBe("intact");
  expect(masked).toEqual([on.token]);
  expect(log).toEqual([`@mona (write) asks for fix on #1; trusted commit ${task.trusted.commit}`]);
  expect(summary).toBe("### Airlock gate: allowed\n\nmona (write) asks for `fix` on #1.\n");
});

test.each([
  ["asks for it", "[verify]\nbaseline_job = true\n", "true"],
  ["does not ask", "[verify]\nfail_fast = true\n", undefined],
  [
    "asks, and lets checks use the network",
    '[verify]\nbaseline_job = true\n[network.verify]\nallow = ["a.test"]\n',
    undefined,
  ],
])("the baseline job is started where the configuration %s: %j", async (_title, toml, told) => {
  await using on = await step("mona", { ".github/airlock.toml": toml });
  expect([on.told.outputs.get("proceed"), on.told.outputs.get("baseline")]).toEqual(["true", told]);
});

test("a refused one leaves a Stop: the job succeeds, and no output lets another job begin", async () => {
  await using on = await step("rita");
  expect(on.papers()).toEqual(["audit.jsonl", "stop.json"]);
  expect(on.json("stop.json")).toMatchObject({ phase: "gate", kind: "not-allowed" });
  expect([...on.told.outputs.keys()]).toEqual(["paper"]);
  expect(on.told.summary).toContain("### Airlock gate: not-allowed");
});
