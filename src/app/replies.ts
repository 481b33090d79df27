import { AirlockError } from "../errors.ts";
import { httpFailure, rateLimited } from "../github/failure.ts";
import { sentence } from "../record/sentence.ts";
import type { StatusState } from "../record/status-comment.ts";
import type { Authority } from "../request/authority.ts";
import type { Command } from "../request/command.ts";
import { cell, code, joined, ours, type Outgoing } from "../text/outgoing.ts";

/** What is there now, told whenever somebody asks for more. */
const commands = joined(
  [
    ours`- \`/agent fix\` on an open issue: a pull request that solves it. Further words on that line and in that comment are instructions.`,
    ours`- \`/agent fix\` on a pull request of Airlock: its open review feedback, point by point.`,
    ours`- \`/agent plan\` on an open issue: a plan with a hash. Then \`/agent approve\` or \`/agent deny\` with that hash: exactly it is carried out, or nothing is.`,
    ours`- \`/agent bump\` and a package, on an open issue: a pull request that takes a newer release of it, made without a model.`,
    ours`- \`/agent ask\` and a question, anywhere: an answer, and nothing is changed.`,
    ours`- \`/agent ci\` on a pull request whose checks failed: why they failed, and nothing is changed.`,
    ours`- \`/agent verify\` on a pull request, whoever made it: the checks before and after, and the risk.`,
    ours`- \`/agent rollback\` on a pull request of Airlock: takes back the last run, or with a commit what came after it; once merged, opens the opposite.`,
    ours`- \`/agent why\`, \`/agent accept\` with a finding's id, \`/agent verified\` with the head's commit, on a pull request of Airlock: its approval.`,
    ours`- \`/agent status\` and \`/agent stop\`: what is at work here, and its end.`,
  ],
  "\n",
);

const available = ours`\`/agent help\` lists what there is.`;

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
      return { kind: "info", headline, details: [commands], next: ours`` };
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
export function notStarted(thrown: unknown, verb: string | null): StatusState {
  const limited = rateLimited(httpFailure(thrown));
  return {
    kind: "failed",
    headline: limited
      ? ours`GitHub's rate limit kept the run from being started.`
      : ours`GitHub did not accept the start of the run.`,
    details: [],
    next:
      verb === "approve"
        ? ours`wait: it is tried again by itself for some minutes. The plan belongs to this comment; if nothing comes of it, comment \`/agent plan\` for a new one.`
        : ours`write the command again in a new comment${limited ? ours` in an hour` : ours` in a few minutes`}.`,
  };
}
