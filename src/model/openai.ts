import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { AirlockError } from "../errors.ts";
import type { Fault } from "./fault.ts";
import { faultOf, faultOfCode } from "./fault.ts";
import type { Model, ModelRequest, ModelTurn } from "./model.ts";
import { requestBody } from "./request.ts";
import type { Read } from "./response.ts";
import { noUsage, readCompleted, readIncomplete } from "./response.ts";

/** The bounds of one `respond`. */
export interface OpenaiBounds {
  /** Calls in all, the first one included. */
  attempts: number;
  /** Milliseconds without a single event after which a call counts as dead. Reasoning models are silent for minutes. */
  idleMs: number;
  /** Milliseconds before the second attempt; doubles each time, with jitter. */
  backoffMs: number;
  /** Milliseconds the provider may ask us to wait; more ends the run instead of burning its wall clock. */
  waitMaxMs: number;
}

const defaultBounds: OpenaiBounds = { attempts: 5, idleMs: 300_000, backoffMs: 1_000, waitMaxMs: 120_000 };

export interface OpenaiOptions {
  apiKey: string;
  /** Root of a Responses API, ending in `/v1`. Absent means OpenAI's own. */
  baseUrl?: string;
  fetch?: typeof fetch;
  /** Number in [0, 1). */
  random?: () => number;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  bounds?: Partial<OpenaiBounds>;
}

type Attempt = { kind: "turn"; turn: ModelTurn } | Fault;

/**
 * The language model behind OpenAI's Responses API or any endpoint that speaks it.
 * `respond` streams, and believes nothing before `response.completed`: a cut or unfinished stream is asked for again from the
 * last whole turn. An aborted signal rejects with its reason.
 * @throws AirlockError at once, `model-misconfigured` without a key, `bad-input` for a base URL that is none.
 */
export function openaiModel(options: OpenaiOptions): Model {
  const bounds = { ...defaultBounds, ...options.bounds };
  const random = options.random ?? Math.random;
  const wait = options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }));
  const client = clientOf(options, bounds);
  return {
    async respond(request) {
      let last = "";
      for (let attempt = 1; attempt <= bounds.attempts; attempt++) {
        const outcome = await tryOnce(client, request, bounds.idleMs);
        if (outcome.kind === "turn") return outcome.turn;
        if (outcome.kind === "fatal") throw outcome.error;
        if (outcome.kind === "too-long")
          return { kind: "incomplete", reason: "context_length_exceeded", usage: noUsage };
        last = outcome.why;
        const pause = outcome.afterMs ?? bounds.backoffMs * 2 ** (attempt - 1) * (0.5 + random() / 2);
        if (pause > bounds.waitMaxMs) throw gaveUp(attempt, `${last}; it asks to wait ${Math.round(pause / 1000)} s`);
        if (attempt < bounds.attempts) await wait(pause, request.signal);
      }
      throw gaveUp(bounds.attempts, last);
    },
  };
}

/** Keys, addresses and identities come from the options only: what the client would look up in the environment is given or switched off. */
function clientOf({ apiKey, baseUrl, fetch }: OpenaiOptions, bounds: OpenaiBounds): OpenAI {
  if (apiKey === "") {
    throw new AirlockError({
      code: "model-misconfigured",
      message: "There is no key for the model.",
      fix: "Set OPENAI_API_KEY; in Actions, as a secret that only the solve job receives.",
    });
  }
  if (baseUrl !== undefined && !isHttpAddress(baseUrl)) {
    // Its value is not shown: such an address may carry a password, and what is none may be a key in the wrong variable.
    throw new AirlockError({
      code: "bad-input",
      message: "OPENAI_BASE_URL is no http or https address.",
      fix: "Set it to the root of a Responses API (https://…/v1), or leave it empty for OpenAI's own.",
    });
  }
  return new OpenAI({
    apiKey,
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: "off",
    // One place counts attempts, and it is `respond`: the client cannot repeat a stream that broke half-way.
    maxRetries: 0,
    timeout: bounds.idleMs,
    ...(fetch ? { fetch } : {}),
  });
}

function isHttpAddress(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}

async function tryOnce(client: OpenAI, request: ModelRequest, idleMs: number): Promise<Attempt> {
  request.signal.throwIfAborted();
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  const signal = AbortSignal.any([request.signal, idle.signal]);
  try {
    const stream = await client.responses.create(requestBody(request), { signal });
    const outcome = await readStream(request.model, stream, () => timer.refresh());
    // An aborted stream ends without an error.
    if (outcome.kind !== "turn" && idle.signal.aborted) return silent(idleMs);
    if (outcome.kind !== "turn") request.signal.throwIfAborted();
    return outcome;
  } catch (thrown) {
    request.signal.throwIfAborted();
    if (idle.signal.aborted) return silent(idleMs);
    return faultOf(thrown);
  } finally {
    clearTimeout(timer);
  }
}

async function readStream(
  model: string,
  stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
  alive: () => void,
): Promise<Attempt> {
  const done: unknown[] = [];
  for await (const event of stream) {
    alive();
    if (event.type === "response.output_item.done") done[event.output_index] = event.item;
    else if (event.type === "response.completed")
      return settle(readCompleted(model, event.response, done.filter(Boolean)));
    else if (event.type === "response.incomplete") return settle(readIncomplete(model, event.response));
    else if (event.type === "response.failed")
      return faultOfCode(event.response.error?.code, event.response.error?.message ?? "the response failed");
    else if (event.type === "error") return faultOfCode(event.code, event.message);
  }
  return { kind: "retry", why: "the stream ended before the response was complete", afterMs: null };
}

function settle(read: Read): Attempt {
  if (read.kind === "turn") return read;
  return {
    kind: "fatal",
    error: new AirlockError({
      code: "model-failed",
      message: `The model endpoint sent a response that cannot be used: ${read.why}`,
      fix: "Point OPENAI_BASE_URL at an endpoint that speaks the Responses API completely.",
    }),
  };
}

function silent(idleMs: number): Attempt {
  return { kind: "retry", why: `the model endpoint was silent for ${Math.round(idleMs / 1000)} s`, afterMs: null };
}

function gaveUp(attempts: number, why: string): AirlockError {
  return new AirlockError({
    code: "model-failed",
    message: `The model did not answer in ${attempts} attempt${attempts === 1 ? "" : "s"}: ${why}`,
    fix: "Look at the provider's status page and at the rate limits of the key, then ask again.",
  });
}
