import { type Config, configPath } from "../config.ts";
import type { GitHub } from "../github/github.ts";
import { runsOfCommits } from "../record/runs-of-commits.ts";
import type { Asked, RunRequest } from "./asked.ts";
import { stop, type Stopped } from "./stop.ts";

/** Why there must be no further round on a pull request of ours; null when there may be one, and for every other request. */
export async function roundRefusal(
  { inputs: { verb }, identity }: RunRequest,
  { subject, origin }: Asked,
  { config: { review, limits }, github }: { config: Pick<Config, "review" | "limits">; github: GitHub },
): Promise<Stopped | null> {
  if (verb !== "fix" || subject.kind !== "own-pull") return null;
  if (origin.kind === "review" && !review.on_changes_requested)
    return stop(
      "not-available",
      "This repository does not let a review start a run (`review.on_changes_requested` is off).",
      "Comment `/agent fix` when the feedback should be worked on.",
    );
  const { number } = subject.pull;
  const runs = runsOfCommits(await github.pullCommits(number));
  if (runs.includes(identity.run.id)) return sameRun(number);
  // The first run opened it.
  const rounds = Math.max(0, runs.length - 1);
  if (rounds < limits.review_rounds) return null;
  return stop(
    "rounds",
    `The rounds of feedback of this pull request are used up: ${rounds} of ${limits.review_rounds} (\`limits.review_rounds\`).`,
    `A person should take it over. To go on all the same, raise the limit in ${configPath} on the default branch.`,
  );
}

/** An earlier attempt of this run has pushed its round. */
function sameRun(pull: number): Stopped {
  const { stop: said } = stop("already-done", `The commits of this run are on pull request #${pull} already.`, "");
  return { kind: "stop", stop: { ...said, pull_request: pull } };
}
