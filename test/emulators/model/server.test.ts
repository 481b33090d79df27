import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { startModel } from "./server.ts";

const good = { model: "m", store: false, stream: true, input: [], tools: [] };

function post(url: string, key: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${url}/responses`, { method: "POST", headers, body: JSON.stringify(body) });
}

describe("the scripted model", () => {
  test("is content when every step was played and nothing more was asked", async () => {
    await using server = await startModel([{ kind: "reply", text: "Hi." }]);
    expect(await (await post(server.url, server.key, good)).text()).toContain("event: response.completed");
    expect(() => server.assertDone()).not.toThrow();
  });

  test("fails on a call too many", async () => {
    await using server = await startModel([]);
    expect((await post(server.url, server.key, good)).status).toBe(400);
    expect(() => server.assertDone()).toThrow("request 1 came after the last step");
  });

  test("fails on a step left over", async () => {
    await using server = await startModel([{ kind: "reply", text: "Hi." }]);
    expect(() => server.assertDone()).toThrow("the script has 1 of 1 steps left over");
  });

  const call = { type: "function_call", call_id: "c", name: "n", arguments: "{}" };
  const output = { type: "function_call_output", call_id: "c", output: "" };
  const loose = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };
  const wrong: [string, object, string][] = [
    ["stored responses", { ...good, store: true }, "`store` must be false"],
    ["a request that is no stream", { ...good, stream: false }, "`stream` must be true"],
    ["a call without its output", { ...good, input: [call] }, "No tool output found"],
    ["an output without its call", { ...good, input: [output] }, "No tool call found"],
    ["an item it never sent", { ...good, input: [{ ...call, id: "fc_9" }, output] }, "item fc_9 did not come back"],
    [
      "an optional tool parameter",
      { ...good, tools: [{ name: "t", strict: true, parameters: loose }] },
      "property a must be required",
    ],
    ["a tool that is not strict", { ...good, tools: [{ name: "t", strict: false, parameters: {} }] }, "not strict"],
  ];
  test.each(wrong)("objects to %s", async (_title, body, why) => {
    await using server = await startModel([{ kind: "reply", text: "Hi." }]);
    expect((await post(server.url, server.key, body)).status).toBe(400);
    expect(() => server.assertDone()).toThrow(why);
  });

  test("objects to a wrong key", async () => {
    await using server = await startModel([{ kind: "reply", text: "Hi." }]);
    expect((await post(server.url, "other", good)).status).toBe(401);
    expect(() => server.assertDone()).toThrow("wrong key");
  });
});

describe("as its own process", () => {
  async function start(steps: object[]) {
    const dir = await mkdtemp(join(tmpdir(), "airlock-model-"));
    const file = join(dir, "script.json");
    await writeFile(file, JSON.stringify({ key: "k", steps }));
    const child = spawn(process.execPath, [new URL("./main.ts", import.meta.url).pathname, file], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = createInterface({ input: child.stdout });
    const url = String((await once(lines, "line"))[0]);
    return {
      url,
      async stop(): Promise<number | null> {
        child.kill("SIGTERM");
        await once(child, "exit");
        await rm(dir, { recursive: true });
        return child.exitCode;
      },
    };
  }

  test("prints its address and ends with 0 when the script was played", async () => {
    const process = await start([{ kind: "reply", text: "Hi." }]);
    expect((await post(process.url, "k", good)).status).toBe(200);
    expect(await process.stop()).toBe(0);
  });

  test("ends with 1 when a step is left over", async () => {
    const process = await start([{ kind: "reply", text: "Hi." }]);
    expect(await process.stop()).toBe(1);
  });
});
