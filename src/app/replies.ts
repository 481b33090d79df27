import { AirlockError } from "../errors.ts";
import { httpFailure, rateLimited } from "../github/failure.ts";
import { sentence } from "../record/sentence.ts";
import type { StatusState } from "../record/status-comment.ts";
import type { Authority } from "../request/authority.ts";
import type { Command } from "../request/command.ts";
import { cell, code, ours, type Outgoing } from "../text/outgoing.ts";

/** What is there now, told whenever somebody asks for more. */
const available = ours`comment \`/agent fix\` on an open issue; further words on that line and in that comment are instructions. \`/agent bump\` and a package, on an open issue too. \`/agent ask\` and a question, \`/agent status\` and \`/agent stop\`, anywhere. On a pull request of Airlock: \`/agent why\`, \`/agent accept\` with a finding's id, \`/agent verified\` with the head's commit.`;

/** The answer to a command that starts nothing, for people who may write. */
export function refusal(command: Command, answer: Authority & { kind: "refused" }): StatusState {
  const refused = (headline: Outgoing, next: Outgoing): StatusState => ({
    kind: "refused",
    headline,
    details: [],
    next,
  });
  switch (command.kind) {
    case "none":
    case "help": {
      if (command.kind === "help" && command.reason === "too-long") {
        return refused(
          ours`This comment is too long to be read for a command.`,
          ours`write the command in a shorter comment.`,
        );
      }
      const headline = ours`Airlock turns an issue into a verified pull request.`;
      return { kind: "info", headline, details: [], next: available };
    }
    case "unknown":
      return refused(ours`There is no command ${code(command.verb, [])}.`, available);
    case "multiple":
      return refused(
        ours`This comment holds more than one command, and nothing was started.`,
        ours`write one command per comment.`,
      );
    case "command":
      return refused(sentence(answer.message, []), sentence(answer.next, []));
  }
}

/**
 * A dispatch that would be refused again however often it is repeated, as what people must change. Out: null for everything that
 * may pass by itself.
 */
export function undispatchable(thrown: unknown): StatusState | null {
  const facts = httpFailure(thrown);
  if (rateLimited(facts) || !(thrown instanceof AirlockError)) return null;
  const failed = (headline: Outgoing, next: Outgoing): StatusState => ({ kind: "failed", headline, details: [], next });
  if (facts.status === 404) {
    return failed(
      ours`There is no workflow \`.github/workflows/airlock.yml\` on the default branch, or Actions are off.`,
      ours`add the workflow on the default branch, allow Actions in the repository's settings, then comment again.`,
    );
  }
  if (facts.status === 403) {
    return failed(ours`The app may not start workflows here.`, ours`${sentence(thrown.fix, [])} Then comment again.`);
  }
  if (facts.status === 422) {
    return failed(
      ours`GitHub refuses to start \`.github/workflows/airlock.yml\`: ${cell(facts.message.slice(0, 300), [])}`,
      ours`compare that file with the one of the release you use, then comment again.`,
    );
  }
  return null;
}

/** A dispatch that failed for a reason that may pass by itself. The comment was seen, but nothing came of it. */
export function notStarted(thrown: unknown): StatusState {
  const limited = rateLimited(httpFailure(thrown));
  return {
    kind: "failed",
    headline: limited
      ? ours`GitHub's rate limit kept the run from being started.`
      : ours`GitHub did not accept the start of the run.`,
    details: [],
    next: ours`comment \`/agent fix\` again${limited ? ours` in an hour` : ours` in a few minutes`}.`,
  };
}
