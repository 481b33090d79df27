import type { Answer } from "./answer.ts";

/** Something that goes wrong on purpose. */
export interface Fault {
  method: string;
  /** Matched against the path without `/api/v3`, query left out. */
  path: RegExp;
  /** The answer's status. Absent with `after`: the real one stays, only `body` and `headers` are laid over it. */
  status?: number;
  /** JSON, or a string that is sent as HTML. */
  body?: unknown;
  headers?: Record<string, string>;
  /** How many requests it hits; every one unless given. */
  times?: number;
  /** The request takes effect first; only its answer is lost. */
  after?: boolean;
  /** The connection is cut instead of answered. */
  cut?: boolean;
  /** Waits before it answers. */
  delayMs?: number;
}

export interface Faults {
  /** Out: ends the fault. */
  add: (fault: Fault) => () => void;
  /** The fault that hits this request, counted as used; null when none does. */
  take: (method: string, path: string) => Fault | null;
}

export function newFaults(): Faults {
  const armed: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      armed.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    take: (method, path) => {
      const hit = armed.find(({ fault, left }) => left > 0 && fault.method === method && fault.path.test(path));
      if (hit === undefined) return null;
      hit.left -= 1;
      return hit.fault;
    },
  };
}

/** The answer a client sees in place of the real one (null when there is none). */
export function faultAnswer(fault: Fault, real: Answer | null): Answer {
  const status = fault.status ?? real?.status ?? 500;
  const headers = { ...real?.headers, ...fault.headers };
  if (typeof fault.body === "string") {
    return { status, text: fault.body, headers: { "Content-Type": "text/html; charset=utf-8", ...headers } };
  }
  if (fault.body !== undefined) return { status, json: fault.body, headers };
  if (fault.status === undefined && real !== null) return { ...real, headers };
  return {
    status,
    json: status < 300 && real !== null ? real.json : { message: "Injected fault", status: String(status) },
    headers,
  };
}
