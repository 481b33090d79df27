import { APIConnectionError, APIError } from "openai";
import { AirlockError } from "../errors.ts";

/** What to do about a call that did not give a whole response. */
export type Fault =
  /** It may work the next time. `afterMs` is what the provider asked for, null when it said nothing. */
  | { kind: "retry"; why: string; afterMs: number | null }
  /** The history no longer fits into the model. */
  | { kind: "too-long"; why: string }
  | { kind: "fatal"; error: AirlockError };

/** Codes inside a stream or a failed response that a later attempt can cure. */
const passing = new Set([
  "server_error",
  "rate_limit_exceeded",
  "server_is_overloaded",
  "slow_down",
  "overloaded_error",
  "timeout",
]);

/** Sorts whatever the client threw. Never throws. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof APIConnectionError) return { kind: "retry", why: reasonOf(thrown), afterMs: null };
  if (thrown instanceof APIError) return faultOfAnswer(thrown);
  // Everything else comes from reading the stream: a cut connection, or an event that is not JSON.
  return { kind: "retry", why: reasonOf(thrown), afterMs: null };
}

/** Sorts an error that the provider reported inside a stream that began well. */
export function faultOfCode(code: string | null | undefined, message: string): Fault {
  if (isTooLong(code)) return { kind: "too-long", why: message };
  if (code === "insufficient_quota") return misconfigured(`The model account has no credit left: ${message}`, billing);
  if (code === null || code === undefined || passing.has(code)) return { kind: "retry", why: message, afterMs: null };
  return failed(`The model endpoint refused the request (${code}): ${message}`);
}

function faultOfAnswer(error: APIError): Fault {
  const { status, message } = error;
  if (status === undefined) return faultOfCode(error.code ?? error.type, message);
  if (isTooLong(error.code) || status === 413) return { kind: "too-long", why: message };
  if (error.code === "insufficient_quota")
    return misconfigured(`The model account has no credit left: ${message}`, billing);
  if (status === 401 || status === 403)
    return misconfigured(
      `The model endpoint does not accept the key: ${message}`,
      "Set OPENAI_API_KEY to a key that may use this model.",
    );
  if (status === 404)
    return misconfigured(
      `The model endpoint does not know what was asked for: ${message}`,
      "Set `[agent] model` to a model your key can use, and OPENAI_BASE_URL to the root of a Responses API (it ends in /v1).",
    );
  if (status === 408 || status === 409 || status === 429 || status >= 500)
    return { kind: "retry", why: message, afterMs: retryAfterMs(error.headers) };
  return failed(`The model endpoint refused the request: ${message}`);
}

const billing = "Add credit to the account, or use another key.";

function isTooLong(code: string | null | undefined): boolean {
  return code === "context_length_exceeded";
}

/** Milliseconds from `retry-after-ms`, or seconds from `retry-after` (RFC 9110 §10.2.3; its date form is not used by model providers). */
function retryAfterMs(headers: Headers | undefined): number | null {
  const ms = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const seconds = Number.parseFloat(headers?.get("retry-after") ?? "");
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? `${thrown.message} (${thrown.cause.message})` : thrown.message;
}

function misconfigured(message: string, fix: string): Fault {
  return { kind: "fatal", error: new AirlockError({ code: "model-misconfigured", message, fix }) };
}

function failed(message: string): Fault {
  const fix = "Look at the provider's status page and at the model's name in `[agent] model`, then ask again.";
  return { kind: "fatal", error: new AirlockError({ code: "model-failed", message, fix }) };
}
