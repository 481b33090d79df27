import { explain } from "../errors.ts";
import type { GitHub } from "../github/github.ts";
import type { OriginRef } from "../record/origin.ts";
import type { Status, StatusState } from "../record/status-comment.ts";
import type { Verb } from "../request/command.ts";
import { workflowFile } from "../request/run-name.ts";
import type { CommentCreated } from "./events.ts";
import { insist, type InsistEffects } from "./insist.ts";
import { notStarted, undispatchable } from "./replies.ts";
import type { StatusBoard } from "./status-board.ts";
import { tolerate } from "./tolerate.ts";

/** A request that may start a run. */
export interface Accepted {
  github: GitHub;
  repository: Pick<CommentCreated["repository"], "default_branch" | "html_url">;
  verb: Verb;
  /** Number of the issue or pull request. */
  on: number;
  origin: OriginRef;
  requester: { id: number; login: string };
}

/**
 * Starts the run of a request, with ids only, and shows that. Out: `asked` when GitHub took it, `refused` when it would
 * refuse it again however often it is asked, which is shown; rejects otherwise, so that the delivery counts as failed (design §5).
 */
export async function dispatchRun(
  { github, repository, verb, on, origin, requester }: Accepted,
  effects: InsistEffects & { board: StatusBoard },
): Promise<"asked" | "refused"> {
  const inputs = { verb, issue: `${on}`, trigger: origin.kind, id: `${origin.id}`, requester: `${requester.id}` };
  const about = { issue: on, [origin.kind]: origin.id, requester: requester.id };
  const show = (state: StatusState, run: Status["run"], onlyFirst = false): Promise<void> => {
    const status = { verb, requester: requester.login, origin, run, state };
    return insist(() => effects.board.show(github, on, status, { onlyFirst }), effects);
  };
  try {
    // The whole name of the branch: a tag may be called like it.
    const ref = `refs/heads/${repository.default_branch}`;
    const { run } = await github.dispatch(workflowFile, ref, inputs);
    effects.log.info("request.dispatched", { ...about, run });
    const page = run === null ? null : { id: run, url: `${repository.html_url}/actions/runs/${run}` };
    effects.later(tolerate(show({ kind: "queued" }, page), effects.log));
    return "asked";
  } catch (thrown) {
    const state = undispatchable(thrown);
    const why = explain(thrown).message;
    effects.log.error(state === null ? "request.not_started" : "request.undispatchable", { ...about, why });
    if (state !== null) {
      await show(state, null);
      return "refused";
    }
    // Should the run have begun all the same, its own state replaces this one.
    effects.later(tolerate(show(notStarted(thrown, verb), null, true), effects.log));
    throw thrown;
  }
}
