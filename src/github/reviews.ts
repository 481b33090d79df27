import { z } from "zod";
import { Sha } from "../change.ts";
import { AccountAnswer, Author, PullAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { unreadable } from "./failure.ts";
import type { CommitPeople, GitHub, Review } from "./github.ts";

/** Commits of a pull request that GitHub lists at most (docs.github.com, "List commits on a pull request"): a full list may be a cut one. */
const commitsMax = 250;

/** Who reviewed a pull request, who made it, and where it stands in line. */
export function reviews(api: Api): Pick<GitHub, "reviews" | "commitPeople" | "pullsAt" | "mergeQueue"> {
  return {
    reviews: (pull) =>
      api.list(ReviewAnswer, "GET /pulls/{pull_number}/reviews", { parameters: { pull_number: pull } }),
    async commitPeople(number) {
      const route = "GET /pulls/{pull_number}/commits";
      const found = await api.list(CommitPeopleAnswer, route, { parameters: { pull_number: number } });
      if (found.length >= commitsMax)
        throw unreadable(route, `the list holds ${found.length} commits, where GitHub cuts it`);
      return found;
    },
    async pullsAt(commit) {
      const found = await api.list(PullAnswer, "GET /commits/{commit_sha}/pulls", {
        parameters: { commit_sha: commit },
      });
      // GitHub lists every pull request that contains the commit.
      return found.filter(({ head }) => head.sha === commit);
    },
    async mergeQueue(branch) {
      const { repository } = await api.query(Queue, queueQuery, { branch });
      if (repository.mergeQueue === null) return null;
      const { nodes, pageInfo } = repository.mergeQueue.entries;
      if (pageInfo.hasNextPage) throw unreadable("POST /graphql", `the merge queue is longer than ${nodes.length}`);
      return nodes.toSorted((a, b) => a.position - b.position).map(({ pullRequest }) => pullRequest.number);
    },
  };
}

const states = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes_requested",
  DISMISSED: "dismissed",
  COMMENTED: "commented",
  PENDING: "pending",
} as const;

export const ReviewShape = z.object({
  id: z.int().positive(),
  user: Author,
  state: z.enum(["APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED", "PENDING"]),
  commit_id: Sha.nullable(),
  submitted_at: z.iso.datetime().nullish(),
});

export function reviewOf(answer: z.output<typeof ReviewShape>): Review {
  return {
    id: answer.id,
    person: answer.user,
    state: states[answer.state],
    commit: answer.commit_id,
    // Only a review that is not submitted yet has none, and that one is no opinion.
    submittedAt: answer.submitted_at ?? "1970-01-01T00:00:00Z",
  };
}

const ReviewAnswer = ReviewShape.transform(reviewOf);

/** An address that belongs to no account is answered with null, or with an object without fields. */
const CommitAccount = z.union([AccountAnswer, z.null(), z.strictObject({}).transform(() => null)]);

const CommitPeopleAnswer = z
  .object({
    sha: Sha,
    commit: z.object({
      message: z.string(),
      author: z.object({ email: z.string().nullish() }).nullable(),
      committer: z.object({ email: z.string().nullish() }).nullable(),
    }),
    author: CommitAccount,
    committer: CommitAccount,
  })
  .transform(({ sha, commit, author, committer }): CommitPeople => ({
    sha,
    message: commit.message,
    author: { account: author, email: commit.author?.email ?? "" },
    committer: { account: committer, email: commit.committer?.email ?? "" },
  }));

const queueQuery =
  "query($owner: String!, $repo: String!, $branch: String!) { repository(owner: $owner, name: $repo) { mergeQueue(branch: $branch) " +
  "{ entries(first: 100) { nodes { position pullRequest { number } } pageInfo { hasNextPage } } } } }";

const Queue = z.object({
  repository: z.object({
    mergeQueue: z
      .object({
        entries: z.object({
          nodes: z.array(z.object({ position: z.int(), pullRequest: z.object({ number: z.int().positive() }) })),
          pageInfo: z.object({ hasNextPage: z.boolean() }),
        }),
      })
      .nullable(),
  }),
});
