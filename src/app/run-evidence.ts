import type { GitHub, Pull, Run } from "../github/github.ts";
import type { Stop } from "../handoff/stop.ts";
import type { Verdict } from "../handoff/verdict.ts";
import { isOfRun } from "../record/branch.ts";
import { judgementDigest, judgementOfCommit, runOfCommit } from "../record/commit-message.ts";
import { isOurPull } from "../record/own-pull.ts";
import type { RunName } from "../request/run-name.ts";

interface About {
  run: Run;
  name: RunName;
  repositoryId: number;
}

/** A Verdict beside the pull request that it names, which is this request's. */
export interface Publication {
  verdict: Verdict;
  pull: Pull;
  /** Message of the commit at the pull request's head. */
  headMessage: string;
  /** Whether the commit that the Verdict names is there, made in this run and under this very judgement. */
  confirmed: boolean;
}

/**
 * What GitHub says of a published change. Any job of a run can leave a Verdict; only publish can push a commit that carries the
 * digest of its judgement. Out: null when nothing was published, or the named pull request is not this request's.
 */
export async function publicationOf(github: GitHub, verdict: Verdict, about: About): Promise<Publication | null> {
  const { published } = verdict;
  if (published === null) return null;
  const pull = await github.pull(published.pull_request);
  if (pull === null || pull.head.ref !== published.branch || !(await isOfRequest(github, pull, about))) return null;
  const commits = await github.pullCommits(pull.number);
  const made = commits.find(({ sha }) => sha === published.commit)?.message ?? "";
  return {
    verdict,
    pull,
    headMessage: commits.find(({ sha }) => sha === pull.head.sha)?.message ?? "",
    confirmed: runOfCommit(made) === about.run.id && judgementOfCommit(made) === judgementDigest(verdict),
  };
}

/** The pull request that a Stop says to answer the request already, if an earlier attempt of this very run opened it. */
export async function ownPull(github: GitHub, stop: Stop, about: About): Promise<Pull | null> {
  if (stop.pull_request === undefined) return null;
  const pull = await github.pull(stop.pull_request);
  if (pull === null || !(await isOfRequest(github, pull, about))) return null;
  return (await isOfRun(github, pull, about.run.id)) ? pull : null;
}

/**
 * The very pull request that was asked on; for an issue one on its branch in this repository, opened by a bot. The prefix is configured,
 * and the App reads no configuration.
 */
async function isOfRequest(github: GitHub, pull: Pull, { name, repositoryId }: About): Promise<boolean> {
  // A merged pull request is taken back by one of its own; which run made that one, its commit says.
  if (pull.number === name.issue || name.verb === "rollback") return isOurPull(pull, repositoryId);
  const { author, head } = pull;
  const onBranch =
    author.type === "Bot" &&
    head.repository === repositoryId &&
    new RegExp(`^[a-z0-9][a-z0-9-]*/${name.issue}-[1-9]\\d*$`).test(head.ref);
  // A request on a pull request is never answered by another one, whatever that one's branch is called.
  return onBranch && (await github.pull(name.issue)) === null;
}
