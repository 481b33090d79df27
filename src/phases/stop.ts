import type { Identity } from "../handoff/identity.ts";
import type { RunVerb } from "../handoff/task.ts";
import type { Stop } from "../handoff/stop.ts";

/** The road ends here, and the requester is told why. */
export interface Stopped {
  kind: "stop";
  stop: Pick<Stop, "kind" | "message" | "next" | "said" | "pull_request">;
}

/** In: the reason's code, one sentence of ours for the requester, what to do next (empty: nothing), and what the agent said. */
export function stop(kind: Stop["kind"], message: string, next: string, said = ""): Stopped {
  return { kind: "stop", stop: { kind, message, next, ...(said.trim() === "" ? {} : { said }) } };
}

/** A pull request answers the request: another run's open one, or this run's own from an earlier attempt, open or not. */
export function alreadyDone(pull: { number: number; state: "open" | "closed" }, verb: RunVerb = "fix"): Stopped {
  const { number, state } = pull;
  // A plan can be carried out once.
  const again = verb === "approve" ? "fix" : verb;
  const stopped =
    state === "open"
      ? stop(
          "already-done",
          `Pull request #${number} already answers this issue.`,
          `Review it, or close it and comment \`/agent ${again}\` again.`,
        )
      : stop(
          "already-done",
          `This run was answered by pull request #${number} already, which is closed.`,
          `Comment \`/agent ${again}\` again for a new one.`,
        );
  return { kind: "stop", stop: { ...stopped.stop, pull_request: number } };
}

/** A refusal as an entry of the audit log. */
export function refusalEntry({ stop: { kind, message, next } }: Stopped): Record<string, string> {
  return { kind, message, next };
}

/** The paper a phase leaves when it stops. */
export function stopPaper(phase: Stop["phase"], identity: Identity, stopped: Stopped, auditHead: string): Stop {
  return { version: 1, ...identity, phase, ...stopped.stop, audit_head: auditHead };
}
