import { AirlockError } from "../../src/errors.ts";
import type { ModelRequest } from "../../src/model/model.ts";
import { openaiModel } from "../../src/model/openai.ts";
import { startModel } from "../emulators/model/server.ts";
import type { Step } from "../emulators/model/step.ts";

export const tool = {
  name: "shell",
  description: "Runs a command.",
  parameters: {
    type: "object",
    properties: { command: { type: "string" } },
    required: ["command"],
    additionalProperties: false,
  },
};

export function request(over: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "gpt-6.1-sol",
    effort: "medium",
    items: [
      { kind: "instructions", text: "Be brief." },
      { kind: "user", text: "Hello." },
    ],
    tools: [tool],
    cacheKey: "session-1",
    signal: new AbortController().signal,
    ...over,
  };
}

/** A model on a scripted server, with waits that are written down instead of waited for. */
export async function scripted(steps: Step[], bounds: { attempts?: number; idleMs?: number } = {}) {
  const server = await startModel(steps);
  const waits: number[] = [];
  const model = openaiModel({
    apiKey: server.key,
    baseUrl: server.url,
    random: () => 0,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    bounds,
  });
  return { server, model, waits };
}

export async function refusal(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof AirlockError)) throw new Error("expected a refusal", { cause: thrown });
  return { code: thrown.code, message: thrown.message };
}
