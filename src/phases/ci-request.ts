import { type Config, configPath } from "../config.ts";
import type { GitHub, Run } from "../github/github.ts";
import type { WorkflowRun } from "../github/jobs.ts";
import type { Snapshot } from "../handoff/identity.ts";
import type { Brief, Task } from "../handoff/task.ts";
import type { Subject } from "../record/subject.ts";
import { hasFailed } from "../request/failed-run.ts";
import { workflowPath } from "../request/run-name.ts";
import { stripInvisible } from "../text/invisible.ts";
import type { AskedByRun } from "./asked-run.ts";
import { readFailures } from "./ci-failures.ts";
import { stop, type Stopped } from "./stop.ts";

/** Failed runs of one pull request that are looked at. */
const runsMax = 5;

interface Place {
  github: GitHub;
  repositoryId: number;
  defaultBranch: string;
}

/** What `/agent ci` on a pull request is about: the red runs of GitHub Actions at its head. */
export async function pullFailures(subject: Subject, place: Place): Promise<{ kind: "brief"; brief: Brief } | Stopped> {
  if (subject.kind === "issue" || subject.kind === "fork-pull")
    return stop("not-available", "`ci` is for a pull request of this repository.", "");
  const { number, head } = subject.pull;
  const runs = redRuns(await place.github.runsAt(head.sha), place.repositoryId);
  if (runs.length === 0)
    return stop(
      "not-available",
      `No run of GitHub Actions has failed at ${head.sha.slice(0, 12)}, the head of this pull request.`,
      "Wait until its checks have ended; checks of other services leave no log that could be read.",
    );
  const read = await readFailures(runs.slice(0, runsMax), { ...place, onDefault: false });
  if (read.kind === "stop") return read;
  return { kind: "brief", brief: briefOf({ number, title: subject.issue.title }, read) };
}

/** Promise 1: a failed run acts under the trusted configuration alone, so that must want it, and must hold the commit. */
export async function failedWork(
  { failed }: AskedByRun,
  { trusted, config }: { trusted: Snapshot; config: Config },
  place: Place,
): Promise<{ kind: "work"; brief: Brief; ground: Pick<Task, "start" | "base" | "pull"> } | Stopped> {
  const { github, defaultBranch } = place;
  if (!config.ci.on_failure)
    return stop(
      "not-allowed",
      "Failed runs are not analysed by themselves here.",
      `Set \`on_failure = true\` in \`[ci]\` of ${configPath}, or remove the label \`airlock:ci\`.`,
    );
  if (!(await github.isAncestor(failed.headSha, trusted.commit)))
    return stop(
      "head-moved",
      `The run's commit ${failed.headSha.slice(0, 12)} is no longer one of ${defaultBranch}.`,
      "",
    );
  const read = await readFailures([failed], { ...place, onDefault: true });
  if (read.kind === "stop") return read;
  const { sha, tree } = await github.commit(failed.headSha);
  const start = { commit: sha, tree };
  return {
    kind: "work",
    brief: briefOf({ number: null, title: failed.title }, read),
    ground: { start, base: start, pull: null },
  };
}

/** Nobody asked. The role says that: where a role counts, this one may nothing. */
export function botOf({ actor }: Run): Task["requester"] {
  return { id: actor.id, login: actor.login, role: "none" };
}

/** The newest run of each workflow and event, where it failed: a later one that passed has answered an earlier one. A fork's is never read. */
function redRuns(runs: readonly WorkflowRun[], repositoryId: number): WorkflowRun[] {
  const ours = runs.filter(({ path, headRepository }) => path !== workflowPath && headRepository === repositoryId);
  const newest = [...Map.groupBy(ours, ({ workflow, event }) => `${workflow} ${event}`).values()].flatMap((group) =>
    group.slice(0, 1),
  );
  return newest.filter(hasFailed);
}

function briefOf(
  { number, title }: { number: number | null; title: string },
  { failures, others }: Pick<Brief & { kind: "ci-failure" }, "failures" | "others">,
): Brief {
  const plain = stripInvisible(title).text.replaceAll(/\s+/g, " ").trim();
  return { kind: "ci-failure", number, title: plain, failures, others };
}
