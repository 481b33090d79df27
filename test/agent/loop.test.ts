import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { runAgent } from "../../src/agent/loop.ts";
import { Config } from "../../src/config.ts";
import { openaiModel } from "../../src/model/openai.ts";
import { createTools } from "../../src/tools/create.ts";
import { finishTool } from "../../src/tools/finish.ts";
import { startModel } from "../emulators/model/server.ts";
import type { Step } from "../emulators/model/step.ts";
import { call } from "../emulators/model/step.ts";
import { bench } from "../tools/inside.ts";
import { done, play, task, touch } from "./bench.ts";

const limits = Config.parse({}).limits;
const finish = call("finish", done);
const costly = (input_tokens: number, output_tokens: number): Step => ({
  kind: "reply",
  calls: [{ name: "echo", arguments: { text: "1" } }],
  usage: { input_tokens, output_tokens },
});
const speak = (name: string, text: string) => call(name, { text });

describe("a run ends", () => {
  test("as finished, with what the model said, when it calls finish", async () => {
    const { result } = await play([speak("echo", "hi"), finish]);
    expect(result).toEqual({
      ending: { kind: "finished" },
      finish: done,
      answered: [],
      usage: {
        turns: 2,
        input_tokens: expect.any(Number) as unknown,
        cached_input_tokens: 0,
        output_tokens: 80,
        cost_usd: expect.any(Number) as unknown,
      },
      checkpoints: [],
      violations: [],
    });
  });

  const endings: [string, Step[], object][] = [
    [
      "without a change when the model says so",
      [call("finish", { ...done, outcome: "no_change" })],
      { kind: "no_change", reason: "It adds now." },
    ],
    [
      "as given up when the model says so",
      [call("finish", { ...done, outcome: "gave_up" })],
      { kind: "gave_up", reason: "It adds now." },
    ],
    [
      "as given up when the model refuses",
      [{ kind: "refusal", text: "No." }],
      { kind: "gave_up", reason: "The model refused: No." },
    ],
    [
      "as given up when a filter stops the model",
      [{ kind: "incomplete", reason: "content_filter" }],
      { kind: "gave_up", reason: "The provider's content filter stopped the model." },
    ],
    [
      "by the context limit when the history is too long",
      [{ kind: "status", status: 400, code: "context_length_exceeded" }],
      { kind: "limit", limit: "context", detail: "The history no longer fits into the model's context." },
    ],
    [
      "after three answers in a row that were cut off",
      Array.from({ length: 3 }, () => ({ kind: "incomplete" as const, reason: "max_output_tokens" })),
      { kind: "limit", limit: "missteps" },
    ],
    [
      "after three answers in a row without a call",
      Array.from({ length: 3 }, () => ({ kind: "reply" as const, text: "I am done." })),
      { kind: "limit", limit: "missteps" },
    ],
    [
      "after three calls in a row that cannot be used",
      [call("echo", "{"), call("nope", {}), call("echo", { text: 1 })],
      { kind: "limit", limit: "missteps" },
    ],
    [
      "after five equal calls in a row",
      Array.from({ length: 5 }, () => speak("echo", "again")),
      { kind: "limit", limit: "same_call", detail: "The model made the same call 5 times in a row." },
    ],
  ];
  test.each(endings)("%s", async (_title, steps, ending) => {
    const { result, events } = await play(steps);
    expect(result.ending).toMatchObject(ending);
    expect(events.at(-1)).toEqual({ type: "thread.completed", ending: result.ending, usage: result.usage });
  });

  const small: [string, Partial<typeof limits>, Step[], object][] = [
    [
      "turns",
      { turns: 2 },
      [speak("echo", "1"), speak("echo", "2")],
      { limit: "turns", detail: "2 model calls are used up." },
    ],
    ["tokens", { tokens: 100 }, [costly(90, 10)], { limit: "tokens", detail: "100 of 100 tokens are used up." }],
    [
      "cost_usd",
      { cost_usd: 1 },
      [costly(100_000, 100_000)],
      { limit: "cost_usd", detail: "1.20 of 1.00 US dollars are used up." },
    ],
  ];
  test.each(small)("by the limit on %s, before the next model call", async (_name, over, steps, ending) => {
    const { result } = await play(steps, { limits: { ...limits, ...over } });
    expect(result.ending).toEqual({ kind: "limit", ...ending });
  });

  test("by the wall clock between two turns", async () => {
    let now = 0;
    const { result } = await play([speak("echo", "1")], { now: () => (now += 1_000_000) });
    expect(result.ending).toEqual({ kind: "limit", limit: "wall_clock_s", detail: "1800 s of work are used up." });
  });

  test("by the wall clock in the middle of a model call", async () => {
    const { result } = await play([{ kind: "hang" }], { limits: { ...limits, wall_clock_s: 1 } });
    expect(result.ending).toMatchObject({ kind: "limit", limit: "wall_clock_s" });
  });

  test("as cancelled, without a model call, when it is stopped before it begins", async () => {
    const { result, requests } = await play([], { signal: AbortSignal.abort() });
    expect(result.ending).toMatchObject({ kind: "limit", limit: "cancelled" });
    expect(requests).toEqual([]);
  });

  test("as cancelled when it is stopped in the middle of a tool, and later calls are not carried out", async () => {
    const controller = new AbortController();
    const tool = { ...touch, run: () => (controller.abort(), Promise.resolve({ ok: false, output: "stopped" })) };
    const calls = [
      { name: "touch", arguments: { text: "1" } },
      { name: "touch", arguments: { text: "2" } },
    ];
    const { result, events } = await play([{ kind: "reply", calls }], { tools: [tool], signal: controller.signal });
    expect(result.ending).toMatchObject({ kind: "limit", limit: "cancelled" });
    expect(
      events.flatMap((event) =>
        event.type === "item.completed" && "aggregated_output" in event.item ? [event.item.aggregated_output] : [],
      ),
    ).toEqual(["stopped", "Not carried out: the run is ending."]);
  });
});

describe("a failing model", () => {
  const broken: Step[] = [
    { kind: "status", status: 500 },
    { kind: "status", status: 500 },
  ];

  test("ends the run by an error when it never answered", async () => {
    await expect(play(broken)).rejects.toMatchObject({ code: "model-failed" });
  });

  test("ends a run that had begun with what there is, and the last tree is kept", async () => {
    const tree = "c".repeat(40);
    const { result, events } = await play([speak("touch", "1"), ...broken], {
      checkpoint: () => Promise.resolve({ tree, violations: [] }),
    });
    expect(result.ending).toMatchObject({
      kind: "limit",
      limit: "model",
      detail: expect.stringContaining("2 attempts") as unknown,
    });
    expect(result.checkpoints).toEqual([{ turn: 1, tree }]);
    expect(events.map(({ type }) => type).slice(-3)).toEqual(["turn.started", "turn.failed", "thread.completed"]);
  });

  test("that ends a stream early in a call never has that call carried out", async () => {
    const calls = [{ name: "touch", arguments: { text: "half" } }];
    const { result, outputs } = await play([{ kind: "cut", at: 0.8, calls }, finish]);
    expect(result.ending).toEqual({ kind: "finished" });
    expect(outputs).toEqual([]);
  });
});

test("a secret reaches neither the model nor the session, in plain or in base64", async () => {
  const secret = "s3cr3t-value-of-the-key";
  const coded = Buffer.from(secret).toString("base64");
  const tool = { ...touch, run: () => Promise.resolve({ ok: true, output: `${secret} ${coded}` }) };
  const { events, requests } = await play([speak("touch", "x"), finish], {
    tools: [tool, finishTool],
    known: [secret],
  });
  const all = JSON.stringify([events, requests]);
  expect(all).not.toContain(secret);
  expect(all).not.toContain(coded);
  expect(all).toContain("[redacted]");
});

test("a broken sandbox is thrown, and the session's last line says so", async () => {
  const events: unknown[] = [];
  const tool = { ...touch, run: () => Promise.reject(new Error("bwrap is gone")) };
  const run = play([speak("touch", "1")], { tools: [tool], onEvent: (event) => events.push(event) });
  await expect(run).rejects.toThrow("bwrap is gone");
  expect(events.at(-1)).toEqual({ type: "error", message: "bwrap is gone" });
});

test("a whole fix runs in the real sandbox: look, patch, test, finish", async () => {
  await using at = await bench({ "add.js": "export const add = (a, b) => a - b;\n" });
  const patch =
    "*** Begin Patch\n*** Update File: add.js\n@@\n-export const add = (a, b) => a - b;\n+export const add = (a, b) => a + b;\n*** End Patch";
  await using server = await startModel([
    {
      kind: "reply",
      text: "I look first.",
      calls: [{ name: "read_file", arguments: { path: "add.js", start_line: null, end_line: null } }],
    },
    call("shell", { command: ["grep", "-c", "a - b", "add.js"], workdir: null, timeout_s: null }),
    call("apply_patch", { patch }),
    call("shell", { command: ["grep", "-c", "a - b", "add.js"], workdir: null, timeout_s: null }),
    finish,
  ]);
  const events: object[] = [];
  const result = await runAgent({
    model: openaiModel({ apiKey: server.key, baseUrl: server.url }),
    tools: createTools({ sandbox: at.sandbox, profile: at.profile, limits }),
    task: task(),
    prompt: { instructions: "Be good.", user: "Do it." },
    limits,
    now: Date.now,
    onEvent: (event) => events.push(event),
    checkpoint: async () => ({
      tree: createHash("sha1")
        .update(JSON.stringify(await at.tree()))
        .digest("hex"),
      violations: [],
    }),
    signal: new AbortController().signal,
  });
  server.assertDone();
  expect(await at.tree()).toEqual({ "add.js": "export const add = (a, b) => a + b;\n" });
  expect(result.ending).toEqual({ kind: "finished" });
  expect(result.checkpoints.map(({ turn }) => turn)).toEqual([2, 3]);
  expect(events.filter((event) => "item" in event)).toMatchSnapshot();
});
