import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openaiModel } from "../../src/model/openai.ts";
import type { Step } from "../emulators/model/step.ts";
import { refusal, request, scripted } from "./scripted.ts";

describe("a fault that may pass", () => {
  const passing: [string, Step, number[]][] = [
    ["status 500", { kind: "status", status: 500 }, [500]],
    ["status 429 with a wish in seconds", { kind: "status", status: 429, headers: { "retry-after": "7" } }, [7000]],
    [
      "status 429 with a wish in milliseconds",
      { kind: "status", status: 429, headers: { "retry-after-ms": "30" } },
      [30],
    ],
    [
      "a stream cut in the middle of a call",
      { kind: "cut", at: 0.6, calls: [{ name: "shell", arguments: { command: "rm -r ." } }] },
      [500],
    ],
    ["a stream cut before its first event", { kind: "cut", at: 0, text: "Hi." }, [500]],
    ["a stream that ends without completion", { kind: "unfinished", calls: [{ name: "shell", arguments: {} }] }, [500]],
    ["an event that is not JSON", { kind: "garbled" }, [500]],
    ["a response that failed on the server", { kind: "failed", code: "server_error", message: "oops" }, [500]],
  ];
  test.each(passing)("%s is tried again and the call is not run from it", async (_title, step, expected) => {
    const { server, model, waits } = await scripted([step, { kind: "reply", text: "Whole." }]);
    await using _ = server;
    expect(await model.respond(request())).toMatchObject({ kind: "completed", text: "Whole.", calls: [] });
    expect(waits).toEqual(expected);
    server.assertDone();
  });

  test("silence is cut off and tried again", async () => {
    const { server, model } = await scripted([{ kind: "hang" }, { kind: "reply", text: "Whole." }], { idleMs: 100 });
    await using _ = server;
    expect(await model.respond(request())).toMatchObject({ text: "Whole." });
  });

  test("ends after the last attempt, with doubling waits between", async () => {
    const steps: Step[] = Array.from({ length: 4 }, () => ({ kind: "status", status: 503, message: "overloaded" }));
    const { server, model, waits } = await scripted(steps, { attempts: 4 });
    await using _ = server;
    expect(await refusal(model.respond(request()))).toEqual({
      code: "model-failed",
      message: "The model did not answer in 4 attempts: 503 overloaded",
    });
    expect(waits).toEqual([500, 1000, 2000]);
    server.assertDone();
  });

  test("is not waited for when the provider asks for more than two minutes", async () => {
    const { server, model, waits } = await scripted([
      { kind: "status", status: 429, message: "slow", headers: { "retry-after": "3600" } },
    ]);
    await using _ = server;
    expect(await refusal(model.respond(request()))).toEqual({
      code: "model-failed",
      message: "The model did not answer in 1 attempt: 429 slow; it asks to wait 3600 s",
    });
    expect(waits).toEqual([]);
  });
});

test("a stream cut at any byte never yields a call, and the next attempt does", async () => {
  const reply = { reasoning: "opaque", text: "I look.", calls: [{ name: "shell", arguments: { command: "ls -la" } }] };
  for (let at = 0; at < 1; at += 0.05) {
    const { server, model } = await scripted([
      { kind: "cut", at, ...reply },
      { kind: "reply", text: "Whole." },
    ]);
    await using _ = server;
    expect(await model.respond(request()), `cut at ${at}`).toMatchObject({ calls: [] });
  }
});

describe("a fault that stays", () => {
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  const table: [number, object, string, string][] = [
    [
      401,
      { message: "Incorrect API key" },
      "model-misconfigured",
      "The model endpoint does not accept the key: 401 Incorrect API key",
    ],
    [403, { message: "No access" }, "model-misconfigured", "The model endpoint does not accept the key: 403 No access"],
    [
      404,
      { message: "no such model" },
      "model-misconfigured",
      "The model endpoint does not know what was asked for: 404 no such model",
    ],
    [
      400,
      { message: "bad field", code: "invalid_prompt" },
      "model-failed",
      "The model endpoint refused the request: 400 bad field",
    ],
    [
      429,
      { message: "pay first", code: "insufficient_quota" },
      "model-misconfigured",
      "The model account has no credit left: 429 pay first",
    ],
  ];
  test.each(table)("status %i with %o is not tried again", async (status, error, code, message) => {
    const scope = nock("https://api.openai.com").post("/v1/responses").once().reply(status, { error });
    const model = openaiModel({ apiKey: "k" });
    expect(await refusal(model.respond(request()))).toEqual({ code, message });
    scope.done();
  });

  test("a history that no longer fits is an incomplete turn, so that the run can end by name", async () => {
    const error = { message: "too long", code: "context_length_exceeded" };
    nock("https://api.openai.com").post("/v1/responses").reply(400, { error });
    expect(await openaiModel({ apiKey: "k" }).respond(request())).toEqual({
      kind: "incomplete",
      reason: "context_length_exceeded",
      usage: { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    });
  });

  test("a refused connection is tried again up to the bound", async () => {
    nock("https://api.openai.com").post("/v1/responses").twice().replyWithError("ECONNRESET");
    const model = openaiModel({ apiKey: "k", wait: () => Promise.resolve(), bounds: { attempts: 2 } });
    expect(await refusal(model.respond(request()))).toMatchObject({ code: "model-failed" });
    expect(nock.isDone()).toBe(true);
  });

  test("a completed response without usage is refused, because no limit could be held", async () => {
    const event = { type: "response.completed", response: { output: [], status: "completed" } };
    nock("https://api.openai.com")
      .post("/v1/responses")
      .reply(200, `data: ${JSON.stringify(event)}\n\n`, { "content-type": "text/event-stream" });
    expect(await refusal(openaiModel({ apiKey: "k" }).respond(request()))).toMatchObject({
      code: "model-failed",
      message: expect.stringContaining("no usage") as unknown,
    });
  });
});
