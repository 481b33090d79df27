import type { Identity } from "../handoff/identity.ts";
import type { Stop } from "../handoff/stop.ts";

/** The road ends here, and the requester is told why. */
export interface Stopped {
  kind: "stop";
  stop: Pick<Stop, "kind" | "message" | "next">;
}

/** In: the reason's code, one sentence for the requester, and what to do next (empty: nothing). */
export function stop(kind: Stop["kind"], message: string, next: string): Stopped {
  return { kind: "stop", stop: { kind, message, next } };
}

/** The paper a phase leaves when it stops. */
export function stopPaper(phase: Stop["phase"], identity: Identity, stopped: Stopped, auditHead: string): Stop {
  return { version: 1, ...identity, phase, ...stopped.stop, audit_head: auditHead };
}
