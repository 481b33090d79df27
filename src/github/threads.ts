import { z } from "zod";
import { AirlockError } from "../errors.ts";
import type { Outgoing } from "../text/outgoing.ts";
import { ActorAnswer, PullAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { outcomeUnknown, unreadable } from "./failure.ts";
import type { Account, Pull, Review } from "./github.ts";
import { reviewOf, ReviewShape } from "./reviews.ts";

/** What was said about the lines of a pull request, and answering it. Part of the port `GitHub`, whose contract holds here too. */
export interface Threads {
  /** Every thread of a pull request with every comment of it; threads and comments oldest first. */
  reviewThreads(pull: number): Promise<ReviewThread[]>;
  /** One submitted review with its text; null when there is none of this id on this pull request. */
  review(pull: number, id: number): Promise<WrittenReview | null>;
  /** Answers in the thread of a comment. `comment`: the thread's first. Out: the id of the answer. */
  replyInThread(pull: number, comment: number, body: Outgoing): Promise<number>;
  /** In: GitHub's name for a thread. Out: null when it is resolved now, else GitHub's words why not. Throws when that is not known. */
  resolveThread(thread: string): Promise<string | null>;
  /** Changes the title, the text or both. */
  updatePull(number: number, change: { title?: Outgoing; body?: Outgoing }): Promise<Pull>;
}

export interface ReviewThread {
  /** GitHub's name for it (a GraphQL id). */
  id: string;
  isResolved: boolean;
  /** The lines it is about changed since. */
  isOutdated: boolean;
  path: string;
  /** Line of the head's file; null when GitHub no longer knows it, or when the thread is about the whole file. */
  line: number | null;
  comments: ThreadComment[];
}

export interface ThreadComment {
  id: number;
  /** Somebody whose account is gone is `ghost`. */
  author: Account;
  body: string;
  createdAt: string;
  /** null if it never was. */
  editedAt: string | null;
}

export interface WrittenReview extends Review {
  body: string;
  editedAt: string | null;
}

/** Pages that are read of one list before it counts as unreadable. */
const pagesMax = 100;

export function threads(api: Api): Threads {
  return {
    async reviewThreads(pull) {
      const found = await pagesOf(async (after) => {
        const { repository } = await api.query(ThreadPage, threadsQuery, { number: pull, after });
        return repository.pullRequest.reviewThreads;
      });
      const whole = await Promise.all(found.map((thread) => wholeThread(api, thread)));
      return whole.toSorted((a, b) => (a.comments[0]?.id ?? 0) - (b.comments[0]?.id ?? 0));
    },
    review: (pull, id) => readReview(api, pull, id),
    async replyInThread(pull, comment, body) {
      const route = "POST /pulls/{pull_number}/comments/{comment_id}/replies";
      const answer = await api.call(Reply, route, { pull_number: pull, comment_id: comment, body });
      return answer.id;
    },
    async resolveThread(thread) {
      try {
        const { resolveReviewThread } = await api.query(Resolved, resolveMutation, { thread });
        return resolveReviewThread.thread.isResolved ? null : "GitHub left it open";
      } catch (thrown) {
        if (!(thrown instanceof AirlockError) || outcomeUnknown(thrown)) throw thrown;
        return thrown.message;
      }
    },
    updatePull: (number, change) =>
      api.call(PullAnswer, "PATCH /pulls/{pull_number}", { pull_number: number, ...change }),
  };
}

async function wholeThread(api: Api, { comments, ...thread }: z.output<typeof ThreadNode>): Promise<ReviewThread> {
  if (!comments.pageInfo.hasNextPage) return { ...thread, comments: comments.nodes };
  const all = await pagesOf(async (after) => {
    const { node } = await api.query(CommentPage, commentsQuery, { id: thread.id, after });
    if (node === null) throw unreadable("POST /graphql", `the thread ${thread.id} is gone`);
    return node.comments;
  });
  return { ...thread, comments: all };
}

interface Connection<Item> {
  nodes: Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Every item over all pages. @throws AirlockError `github-unreadable` for a list that does not end or does not go on. */
async function pagesOf<Item>(page: (after: string | null) => Promise<Connection<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  let after: string | null = null;
  for (let count = 0; count < pagesMax; count += 1) {
    const { nodes, pageInfo }: Connection<Item> = await page(after);
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    if (pageInfo.endCursor === null || pageInfo.endCursor === after) break;
    after = pageInfo.endCursor;
  }
  throw unreadable("POST /graphql", `a list of a review does not end within ${pagesMax} pages`);
}

const commentFields = `nodes { fullDatabaseId body createdAt lastEditedAt author { __typename login ... on User { databaseId }
  ... on Bot { databaseId } ... on Mannequin { databaseId } ... on Organization { databaseId } } } pageInfo { hasNextPage endCursor }`;
const threadsQuery = `query($owner: String!, $repo: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      reviewThreads(first: 50, after: $after) {
        nodes { id isResolved isOutdated path line comments(first: 50) { ${commentFields} } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`;
const commentsQuery = `query($id: ID!, $after: String) {
  node(id: $id) { ... on PullRequestReviewThread { comments(first: 100, after: $after) { ${commentFields} } } }
}`;

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });

/** Ids of comments are longer than a number of GraphQL, which is why they come as text. */
const CommentNode = z
  .object({
    fullDatabaseId: z
      .string()
      .regex(/^[1-9]\d{0,15}$/)
      .transform(Number)
      .refine((id) => Number.isSafeInteger(id)),
    author: ActorAnswer,
    body: z.string(),
    createdAt: z.iso.datetime(),
    lastEditedAt: z.iso.datetime().nullable(),
  })
  .transform(({ fullDatabaseId, lastEditedAt, ...comment }): ThreadComment => ({
    ...comment,
    id: fullDatabaseId,
    editedAt: lastEditedAt,
  }));

const Comments = z.object({ nodes: z.array(CommentNode), pageInfo });
const ThreadNode = z.object({
  id: z.string().min(1),
  isResolved: z.boolean(),
  isOutdated: z.boolean(),
  path: z.string().min(1),
  line: z.int().positive().nullable(),
  comments: Comments,
});
const ThreadPage = z.object({
  repository: z.object({
    pullRequest: z.object({ reviewThreads: z.object({ nodes: z.array(ThreadNode), pageInfo }) }),
  }),
});
const CommentPage = z.object({ node: z.object({ comments: Comments }).nullable() });

/** REST has the text, and only GraphQL says whether it was edited. */
async function readReview(api: Api, pull: number, id: number): Promise<WrittenReview | null> {
  const route = "GET /pulls/{pull_number}/reviews/{review_id}";
  const found = await api.find(ReviewText, route, { pull_number: pull, review_id: id });
  if (found === null) return null;
  const { node } = await api.query(ReviewEdit, editQuery, { id: found.node_id });
  if (node === null) throw unreadable("POST /graphql", `it knows no review ${id}, which REST shows`);
  return { ...reviewOf(found), body: found.body ?? "", editedAt: node.lastEditedAt };
}

const ReviewText = ReviewShape.extend({ body: z.string().nullish(), node_id: z.string().min(1) });
const editQuery = "query($id: ID!) { node(id: $id) { ... on PullRequestReview { lastEditedAt } } }";
const ReviewEdit = z.object({ node: z.object({ lastEditedAt: z.iso.datetime().nullable() }).nullable() });

const Reply = z.object({ id: z.int().positive() });
const resolveMutation =
  "mutation($thread: ID!) { resolveReviewThread(input: { threadId: $thread }) { thread { isResolved } } }";
const Resolved = z.object({ resolveReviewThread: z.object({ thread: z.object({ isResolved: z.boolean() }) }) });
