import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { z } from "zod";
import { message, outputOf, streamOf } from "./events.ts";
import { objectionTo } from "./rules.ts";
import type { SeenRequest, Step } from "./step.ts";

/** A Responses API that plays a script and objects to everything the script did not foresee. */
export interface ScriptedModel extends AsyncDisposable {
  /** Root for a client, ending in `/v1`. */
  url: string;
  key: string;
  requests: SeenRequest[];
  /** Throws when a request was wrong, when there was one too many, or when a step is left over. */
  assertDone(): void;
}

const Seen = z.looseObject({
  model: z.string(),
  instructions: z.string().default(""),
  input: z.array(z.record(z.string(), z.unknown())),
  tools: z.array(
    z.looseObject({ name: z.string(), parameters: z.record(z.string(), z.unknown()), strict: z.boolean() }),
  ),
});

/** Starts the server on a free port of the loopback interface. */
export async function startModel(script: readonly Step[], key = "scripted-model-key"): Promise<ScriptedModel> {
  const requests: SeenRequest[] = [];
  const objections: string[] = [];
  const sent: Record<string, unknown>[] = [];
  let position = 0;

  const refuse = (response: ServerResponse, status: number, why: string) => {
    objections.push(why);
    answer(response, status, { error: { message: why, code: "scripted_model", type: "invalid_request_error" } });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await read(request);
    const path = request.url ?? "";
    if (request.method === "GET" && path === "/state")
      return answer(response, 200, { requests: requests.length, left: script.length - position, objections });
    if (request.method !== "POST" || path !== "/v1/responses") return refuse(response, 404, `unknown path ${path}`);
    if (request.headers.authorization !== `Bearer ${key}`) return refuse(response, 401, "wrong key");
    const parsed = Seen.safeParse(JSON.parse(body));
    if (!parsed.success) return refuse(response, 400, z.prettifyError(parsed.error));
    const seen: SeenRequest = parsed.data;
    requests.push(seen);
    const why = objectionTo(seen, sent);
    if (why !== null) return refuse(response, 400, why);
    const step = script[position];
    if (step === undefined) return refuse(response, 400, `request ${requests.length} came after the last step`);
    position++;
    return play({ step, position, seen, sent, bytes: body.length, response });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) => refuse(response, 500, String(thrown)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the scripted model has no port");

  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    key,
    requests,
    assertDone() {
      if (objections.length > 0) throw new Error(`the scripted model objects: ${objections.join("; ")}`);
      if (position < script.length)
        throw new Error(`the script has ${script.length - position} of ${script.length} steps left over`);
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

interface Play {
  step: Step;
  position: number;
  seen: SeenRequest;
  sent: Record<string, unknown>[];
  bytes: number;
  response: ServerResponse;
}

function play({ step, position, seen, sent, bytes, response }: Play): void {
  const base = { id: `resp_${position}`, object: "response", created_at: 0, model: seen.model, error: null };
  switch (step.kind) {
    case "status":
      return answer(
        response,
        step.status,
        { error: { message: step.message ?? "scripted", code: step.code ?? null } },
        step.headers,
      );
    case "hang":
      return;
    case "garbled":
      return stream(response, "event: response.created\ndata: {not json\n\n");
    case "failed":
      return stream(
        response,
        streamOf(base, [], {
          ...base,
          status: "failed",
          output: [],
          usage: null,
          error: { code: step.code, message: step.message },
        }),
      );
    case "incomplete":
      return stream(
        response,
        streamOf(base, [], {
          ...base,
          status: "incomplete",
          output: [],
          usage: usage({}, bytes),
          incomplete_details: { reason: step.reason },
        }),
      );
    case "refusal": {
      const output = [message(position, { type: "refusal", refusal: step.text })];
      return stream(
        response,
        streamOf(base, output, { ...base, status: "completed", output, usage: usage({}, bytes) }),
      );
    }
    case "unfinished":
      return stream(response, streamOf(base, outputOf(step, position, seen), null));
    case "cut":
    case "reply": {
      const output = outputOf(step, position, seen);
      const last = { ...base, status: "completed", output, usage: usage(step.usage ?? {}, bytes) };
      const text = streamOf(base, output, last);
      if (step.kind === "cut") return cut(response, text, step.at);
      sent.push(...output);
      return stream(response, text);
    }
  }
}

/** Default: four bytes of request per input token, and 40 tokens of output. */
function usage(given: NonNullable<Extract<Step, { kind: "reply" }>["usage"]>, bytes: number): Record<string, unknown> {
  const input = given.input_tokens ?? Math.ceil(bytes / 4);
  const output = given.output_tokens ?? 40;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: given.cached_tokens ?? 0,
      cache_write_tokens: given.cache_write_tokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

function stream(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "text/event-stream" }).end(text);
}

function cut(response: ServerResponse, text: string, at: number): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(text.slice(0, Math.floor(text.length * at)), () => response.socket?.destroy());
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
