import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../src/agent/session.ts";
import { Config } from "../../src/config.ts";
import { AirlockError } from "../../src/errors.ts";
import { finishTool } from "../../src/tools/finish.ts";
import type { ToolResult } from "../../src/tools/tool.ts";
import { call } from "../emulators/model/step.ts";
import { done, echo, play, startTree, task, touch } from "./bench.ts";

const limits = Config.parse({}).limits;
const finish = call("finish", done);
const speak = (name: string, text: string) => call(name, { text });

describe("a run that can go no further keeps what it has", () => {
  const tree = "c".repeat(40);
  const good = () => Promise.resolve({ tree, violations: [] });
  const throwing = { ...echo, name: "breaks", run: () => Promise.reject(new Error("ENOSPC: no space left")) };
  const kept = [{ turn: 1, tree }];

  test("when a tool throws after something was written", async () => {
    const { result, events } = await play([speak("touch", "1"), speak("breaks", "2")], {
      tools: [touch, throwing, finishTool],
      checkpoint: good,
    });
    expect(result).toMatchObject({
      ending: { kind: "limit", limit: "sandbox", detail: "ENOSPC: no space left" },
      checkpoints: kept,
      finish: null,
    });
    expect(events.at(-1)).toMatchObject({ type: "thread.completed" });
  });

  test("when the calls after it stand in the same turn: each is answered, none carried out", async () => {
    const calls = ["touch", "breaks", "touch"].map((name) => ({ name, arguments: { text: "x" } }));
    const { result, events } = await play([{ kind: "reply", calls }], {
      tools: [touch, throwing, finishTool],
      checkpoint: good,
    });
    expect(result).toMatchObject({ ending: { limit: "sandbox" }, checkpoints: kept });
    expect(outputs(events)).toEqual([
      "echo: x",
      "Not carried out: the sandbox broke, and the run ends with what there is.",
      "Not carried out: the run is ending.",
    ]);
  });

  test("when a state cannot be recorded, even if the model then says that it is done", async () => {
    const states = [good, () => Promise.reject(new Error("git add did not end"))];
    const calls = [
      { name: "touch", arguments: { text: "2" } },
      { name: "finish", arguments: done },
    ];
    const { result } = await play([speak("touch", "1"), { kind: "reply", calls }], {
      checkpoint: () => (states.shift() ?? good)(),
    });
    const detail = "What turn 2 left could not be recorded: git add did not end";
    expect(result).toMatchObject({
      ending: { kind: "limit", limit: "workspace", detail },
      checkpoints: kept,
      violations: [detail],
      finish: null,
    });
  });

  test("but not when containment fell: that is thrown", async () => {
    const fallen = new AirlockError({ code: "sandbox-failed", message: ".git is gone", fix: "Run `airlock doctor`." });
    const states = [good, () => Promise.reject(fallen)];
    const run = play([speak("touch", "1"), speak("touch", "2")], { checkpoint: () => (states.shift() ?? good)() });
    await expect(run).rejects.toBe(fallen);
  });

  test("and a checkpoint is told how long it may take: what is left of the run, and never less than the grace", async () => {
    const times: (number | undefined)[] = [];
    let clock = 0;
    await play([speak("touch", "1"), speak("touch", "2"), finish], {
      limits: { ...limits, wall_clock_s: 100 },
      now: () => clock,
      checkpoint: (timeoutMs) => {
        times.push(timeoutMs);
        clock = 95_000;
        return good();
      },
    });
    expect(times).toEqual([100_000, 30_000]);
  });
});

describe("a workspace that cannot be mounted", () => {
  const unmountable: ToolResult = {
    ok: false,
    output: "Not carried out: s/.git",
    detail: { kind: "unmountable", why: "s/.git" },
  };
  const sound: ToolResult = { ok: true, output: "it ran" };
  const swept = { tree: startTree, violations: ['Removed "s/.git"'] };

  test("is swept between two calls, and the call is made again", async () => {
    const answers = [unmountable, sound];
    const tool = { ...touch, run: () => Promise.resolve(answers.shift() ?? sound) };
    const checkpoints = [swept];
    const { result, events } = await play([speak("touch", "1"), finish], {
      tools: [tool, finishTool],
      checkpoint: () => Promise.resolve(checkpoints.shift() ?? { tree: startTree, violations: [] }),
    });
    expect(result).toMatchObject({ ending: { kind: "finished" }, violations: swept.violations });
    expect(outputs(events)).toEqual(["it ran", "Finished."]);
  });

  test("ends the run when sweeping does not help", async () => {
    const tool = { ...touch, run: () => Promise.resolve(unmountable) };
    const { result } = await play([speak("touch", "1")], { tools: [tool, finishTool] });
    expect(result.ending).toEqual({ kind: "limit", limit: "workspace", detail: "s/.git" });
  });
});

describe("a model without a known price", () => {
  const notices = (events: SessionEvent[]) => events.filter(({ type }) => type === "notice");
  const unknown = task({ config: Config.parse({ agent: { model: "somebodys-model" } }) });

  test("is named once in the session, and the cost stays unknown", async () => {
    const { result, events } = await play([speak("echo", "1"), speak("echo", "2"), finish], { task: unknown });
    expect(result.usage.cost_usd).toBe(null);
    expect(notices(events)).toEqual([
      {
        type: "notice",
        message:
          "No price is known for the model somebodys-model: the cost of this run is unknown, and limits.cost_usd did not bound it. limits.tokens and limits.turns did.",
      },
    ]);
  });

  test("the twin: a known price needs no notice", async () => {
    expect(notices((await play([finish])).events)).toEqual([]);
  });
});

function outputs(events: SessionEvent[]): (string | undefined)[] {
  return events.flatMap((event) =>
    event.type === "item.completed" && "aggregated_output" in event.item ? [event.item.aggregated_output] : [],
  );
}
