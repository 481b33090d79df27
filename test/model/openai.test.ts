import { describe, expect, test } from "vitest";
import { openaiModel } from "../../src/model/openai.ts";
import { call } from "../emulators/model/step.ts";
import { request, scripted, tool } from "./scripted.ts";

describe("a whole response", () => {
  test("gives text, calls, usage and the items to send back", async () => {
    const { server, model } = await scripted([
      {
        kind: "reply",
        reasoning: "opaque",
        text: "I look.",
        calls: [{ name: "shell", arguments: { command: "ls" } }],
        usage: { input_tokens: 1000, cached_tokens: 400, output_tokens: 100 },
      },
    ]);
    await using _ = server;
    const turn = await model.respond(request());
    server.assertDone();
    expect(turn).toEqual({
      kind: "completed",
      text: "I look.",
      calls: [{ callId: "call_1_0", name: "shell", arguments: '{"command":"ls"}' }],
      items: [
        { kind: "raw", item: { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "opaque" } },
        { kind: "raw", item: expect.objectContaining({ id: "msg_1" }) as unknown },
        { kind: "raw", item: expect.objectContaining({ id: "fc_1_0" }) as unknown },
      ],
      usage: { input_tokens: 1000, cached_input_tokens: 400, output_tokens: 100, cost_usd: 0.00224 },
    });
  });

  test("is asked for without storage, as a stream, with encrypted reasoning and a cache key", async () => {
    const { server, model } = await scripted([{ kind: "reply", text: "Hi." }]);
    await using _ = server;
    await model.respond(request());
    const [{ input, tools, ...rest } = {}] = server.requests;
    expect(rest).toEqual({
      model: "gpt-6.1-sol",
      instructions: "Be brief.",
      tool_choice: "auto",
      parallel_tool_calls: true,
      prompt_cache_key: "session-1",
      truncation: "disabled",
      store: false,
      stream: true,
      reasoning: { effort: "medium" },
      include: ["reasoning.encrypted_content"],
    });
    expect(tools).toEqual([{ type: "function", strict: true, ...tool }]);
    expect(input).toEqual([{ type: "message", role: "user", content: [{ type: "input_text", text: "Hello." }] }]);
  });

  test("leaves the reasoning parameters out for a family that refuses them", async () => {
    const { server, model } = await scripted([{ kind: "reply", text: "Hi." }]);
    await using _ = server;
    await model.respond(request({ model: "gpt-4.1" }));
    expect(server.requests[0]).not.toHaveProperty("reasoning");
    expect(server.requests[0]).not.toHaveProperty("include");
  });

  test("goes back into the next request unchanged, with the tool's output", async () => {
    const { server, model } = await scripted([
      { kind: "reply", reasoning: "opaque", calls: [{ name: "shell", arguments: { command: "ls" } }] },
      { kind: "reply", text: "Done." },
    ]);
    await using _ = server;
    const first = request();
    const turn = await model.respond(first);
    if (turn.kind !== "completed") throw new Error(turn.kind);
    const items = [...first.items, ...turn.items, { kind: "tool_output" as const, callId: "call_1_0", output: "a.ts" }];
    await model.respond(request({ items }));
    server.assertDone();
  });

  test("of a model without a known price has no cost, not zero", async () => {
    const { server, model } = await scripted([{ kind: "reply", text: "Hi." }]);
    await using _ = server;
    const turn = await model.respond(request({ model: "house-model" }));
    expect(turn.usage.cost_usd).toBeNull();
  });

  test("that carries a refusal has no calls to run", async () => {
    const { server, model } = await scripted([{ kind: "refusal", text: "I cannot help with that." }]);
    await using _ = server;
    expect(await model.respond(request())).toMatchObject({ kind: "refused", text: "I cannot help with that." });
  });

  test("that stopped early is incomplete and names the reason", async () => {
    const { server, model } = await scripted([{ kind: "incomplete", reason: "max_output_tokens" }]);
    await using _ = server;
    expect(await model.respond(request())).toMatchObject({ kind: "incomplete", reason: "max_output_tokens" });
  });

  test("passes broken JSON in arguments on, for the loop to answer", async () => {
    const { server, model } = await scripted([call("shell", '{"command":')]);
    await using _ = server;
    expect(await model.respond(request())).toMatchObject({ calls: [{ arguments: '{"command":' }] });
  });
});

test("an aborted signal rejects with its reason, also in the middle of silence", async () => {
  const { server, model } = await scripted([{ kind: "hang" }]);
  await using _ = server;
  const controller = new AbortController();
  const answer = model.respond(request({ signal: controller.signal }));
  setTimeout(() => controller.abort(new Error("stopped by a person")), 50);
  await expect(answer).rejects.toThrow("stopped by a person");
});

test("an empty key is refused before any call", () => {
  expect(() => openaiModel({ apiKey: "" })).toThrow("There is no key for the model.");
});
