import { type Arguments, connection, failed, type Fields } from "./graphql-answers.ts";
import { changedFiles } from "./git-diff.ts";
import { mergeBase } from "./git-read.ts";
import type { Identity } from "./identity.ts";
import { nodeId } from "./show-account.ts";
import { isPull } from "./show-pull.ts";
import type { Issue, Repository, State } from "./state.ts";
import { iso } from "./state.ts";
import { covers, permissionsOn } from "./tokens.ts";

/** What a repository says of merging: its ways, and its pull requests by state, the last changed first. */
export function showMerging(
  repository: Repository,
  may: (issue: Issue) => boolean,
  show: (issue: Issue) => Fields,
): Fields {
  return {
    autoMergeAllowed: repository.autoMergeAllowed,
    squashMergeAllowed: true,
    mergeCommitAllowed: true,
    rebaseMergeAllowed: true,
    pullRequests: (asked: Arguments) => {
      const states = Array.isArray(asked["states"]) ? asked["states"] : ["OPEN", "CLOSED", "MERGED"];
      const pulls = repository.issues
        .filter(isPull)
        .filter(
          (issue) => may(issue) && states.includes(issue.pull.mergedAt === null ? issue.state.toUpperCase() : "MERGED"),
        )
        .toSorted((a, b) => b.updatedAt - a.updatedAt);
      return connection(pulls.map(show), asked);
    },
  };
}

/** What a pull request says of its merge and its files. */
export function mergeFields(repository: Repository, { pull }: Issue): Fields {
  if (pull === null) return {};
  return {
    isCrossRepository: false,
    mergedAt: pull.mergedAt === null ? null : iso(pull.mergedAt),
    autoMergeRequest: pull.autoMerge === null ? null : { enabledAt: iso(pull.autoMerge.at) },
    files: (asked: Arguments) => {
      const from = mergeBase(repository.bare, pull.baseSha, pull.headSha) ?? pull.baseSha;
      return connection(
        changedFiles(repository.bare, from, pull.headSha).map(({ path, additions, deletions }) => ({
          path,
          additions,
          deletions,
        })),
        asked,
      );
    },
  };
}

export interface MergeInput {
  pullRequestId: string;
  expectedHeadOid: string;
  mergeMethod: string;
}

export function readInput(input: unknown): MergeInput {
  const given: Record<string, unknown> = typeof input === "object" && input !== null ? { ...input } : {};
  const text = (name: string, absent: string): string => (typeof given[name] === "string" ? given[name] : absent);
  return {
    pullRequestId: text("pullRequestId", ""),
    expectedHeadOid: text("expectedHeadOid", ""),
    mergeMethod: text("mergeMethod", "MERGE"),
  };
}

/** GitHub's own refusals: no permission, the setting is off, a draft, another head. */
export function enableAutoMerge(state: State, identity: Identity, input: MergeInput): Fields {
  for (const repository of state.repositories) {
    const issue = repository.issues.filter(isPull).find(({ id }) => nodeId("Issue", id) === input.pullRequestId);
    if (issue === undefined) continue;
    const granted = identity.kind === "token" ? permissionsOn(identity.token, repository) : {};
    if (!covers(granted, "pull_requests", "write") || !covers(granted, "contents", "write"))
      throw failed("FORBIDDEN", "Resource not accessible by integration");
    if (!repository.autoMergeAllowed) throw failed("UNPROCESSABLE", "Auto merge is not allowed for this repository");
    if (issue.pull.draft) throw failed("UNPROCESSABLE", "Pull request is in draft state");
    if (input.expectedHeadOid !== "" && input.expectedHeadOid !== issue.pull.headSha)
      throw failed("UNPROCESSABLE", `Expected head sha didn't match current head ref.`);
    issue.pull.autoMerge = { head: issue.pull.headSha, method: input.mergeMethod, at: state.now() };
    return { pullRequest: { number: issue.number } };
  }
  throw failed("NOT_FOUND", `Could not resolve to a node with the global id of '${input.pullRequestId}'.`);
}
