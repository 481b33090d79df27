import { z } from "zod";
import { Sha } from "../change.ts";
import { AirlockError } from "../errors.ts";
import type { Api } from "./api.ts";
import { outcomeUnknown, unreadable } from "./failure.ts";
import type { GitHub, MergingPull } from "./github.ts";

/** Pages of pull requests that are read back before the answer counts as unreadable; 50 on each. */
const pagesMax = 40;
/** Files of one pull request that one answer lists. */
const filesMax = 100;

/** What was or will be merged, and asking for a merge once everything holds. */
export function merging(api: Api): Pick<GitHub, "mergingPulls" | "enableAutoMerge"> {
  return {
    async mergingPulls(prefix, since) {
      const ours = (nodes: readonly Node[]) =>
        nodes.filter((one) => !one.isCrossRepository && one.headRefName.startsWith(prefix));
      const merged = ours(await pullsBack(api, "MERGED", since));
      const open = ours(await pullsBack(api, "OPEN", new Date(0)));
      return [
        ...merged.flatMap((one) => (isSince(one.mergedAt, since) ? [mergingOf(one, one.mergedAt)] : [])),
        ...open.filter(({ autoMergeRequest }) => autoMergeRequest !== null).map((one) => mergingOf(one, null)),
      ];
    },
    async enableAutoMerge(number, head) {
      const { repository } = await api.query(Mergeable, mergeableQuery, { number });
      const { pullRequest, ...allowed } = repository;
      if (pullRequest.headRefOid !== head) return `its head is ${pullRequest.headRefOid}, not ${head}`;
      const way = methodOf(allowed);
      if (way === null) return "the repository allows no way of merging";
      try {
        await api.query(z.unknown(), enableMutation, { id: pullRequest.id, head, way });
        return null;
      } catch (thrown) {
        if (!(thrown instanceof AirlockError) || outcomeUnknown(thrown)) throw thrown;
        return thrown.message;
      }
    },
  };
}

/** Pull requests in one state, from the one that changed last back to the first that did not change since. */
async function pullsBack(api: Api, state: "MERGED" | "OPEN", since: Date): Promise<Node[]> {
  const found: Node[] = [];
  let after: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer: z.output<typeof Pulls> = await api.query(Pulls, pullsQuery, { states: [state], after });
    const { nodes, pageInfo } = answer.repository.pullRequests;
    found.push(...nodes);
    // The last change is never before the merge.
    const isPast = nodes.some(({ updatedAt }) => Date.parse(updatedAt) < since.getTime());
    if (isPast || !pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
  throw unreadable("POST /graphql", `there are more than ${pagesMax} pages of pull requests`);
}

const pullsQuery = `query($owner: String!, $repo: String!, $states: [PullRequestState!], $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequests(states: $states, first: 50, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes { number headRefName isCrossRepository mergedAt updatedAt autoMergeRequest { enabledAt }
        files(first: ${filesMax}) { totalCount nodes { path additions deletions } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

const Pulls = z.object({
  repository: z.object({
    pullRequests: z.object({
      nodes: z.array(
        z.object({
          number: z.int(),
          headRefName: z.string(),
          isCrossRepository: z.boolean(),
          mergedAt: z.iso.datetime().nullable(),
          updatedAt: z.iso.datetime(),
          autoMergeRequest: z.object({}).nullable(),
          files: z.object({
            totalCount: z.int(),
            nodes: z.array(z.object({ path: z.string(), additions: z.int().min(0), deletions: z.int().min(0) })),
          }),
        }),
      ),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
});
type Node = z.output<typeof Pulls>["repository"]["pullRequests"]["nodes"][number];

function isSince(mergedAt: string | null, since: Date): mergedAt is string {
  return mergedAt !== null && Date.parse(mergedAt) >= since.getTime();
}

function mergingOf({ number, files }: Node, mergedAt: string | null): MergingPull {
  if (files.nodes.length < files.totalCount)
    throw unreadable("POST /graphql", `pull request ${number} has more than ${filesMax} files`);
  const counted = files.nodes.map(({ path, additions, deletions }) => ({ path, lines: additions + deletions }));
  return { number, mergedAt, files: counted };
}

const mergeableQuery = `query($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    squashMergeAllowed mergeCommitAllowed rebaseMergeAllowed
    pullRequest(number: $number) { id headRefOid }
  }
}`;

const Mergeable = z.object({
  repository: z.object({
    squashMergeAllowed: z.boolean(),
    mergeCommitAllowed: z.boolean(),
    rebaseMergeAllowed: z.boolean(),
    pullRequest: z.object({ id: z.string().min(1), headRefOid: Sha }),
  }),
});

/** A squash first: our pull requests have one commit, so nothing is lost. */
function methodOf(allowed: Omit<z.output<typeof Mergeable>["repository"], "pullRequest">) {
  if (allowed.squashMergeAllowed) return "SQUASH";
  if (allowed.mergeCommitAllowed) return "MERGE";
  return allowed.rebaseMergeAllowed ? "REBASE" : null;
}

const enableMutation = `mutation($id: ID!, $head: GitObjectID!, $way: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: { pullRequestId: $id, expectedHeadOid: $head, mergeMethod: $way }) {
    pullRequest { number }
  }
}`;
