import { z } from "zod";
import { CommentAnswer, IssueAnswer } from "./answers.ts";
import type { Api } from "./api.ts";
import { unreadable } from "./failure.ts";
import type { GitHub } from "./github.ts";

/** Issues, their comments and reactions. The conversation of a pull request is the issue of the same number. */
export function issues(
  api: Api,
): Pick<GitHub, "issue" | "comments" | "comment" | "createComment" | "updateComment" | "deleteComment" | "react"> {
  return {
    async issue(number) {
      const found = await api.find(IssueAnswer, "GET /issues/{issue_number}", { issue_number: number });
      if (found === null) return null;
      if (found.number !== number) throw unreadable("GET /issues", `it is issue ${found.number}: the issue was moved`);
      const isPull = found.pull_request != null;
      return {
        number,
        title: found.title,
        body: found.body ?? "",
        state: found.state,
        locked: found.locked,
        labels: found.labels,
        isPull,
        author: found.user,
        createdAt: found.created_at,
        ...(await edits(api, number, isPull)),
      };
    },
    comments: (issue) =>
      api.list(CommentAnswer, "GET /issues/{issue_number}/comments", { parameters: { issue_number: issue } }),
    comment: (id) => api.find(CommentAnswer, "GET /issues/comments/{comment_id}", { comment_id: id }),
    createComment: (issue, body) =>
      api.call(CommentAnswer, "POST /issues/{issue_number}/comments", { issue_number: issue, body }),
    updateComment: (id, body) =>
      api.call(CommentAnswer, "PATCH /issues/comments/{comment_id}", { comment_id: id, body }),
    async deleteComment(id) {
      await api.find(z.unknown(), "DELETE /issues/comments/{comment_id}", { comment_id: id });
    },
    async react(comment, content) {
      await api.call(z.object({}), "POST /issues/comments/{comment_id}/reactions", { comment_id: comment, content });
    },
  };
}

const selection =
  "{ lastEditedAt timelineItems(last: 1, itemTypes: [RENAMED_TITLE_EVENT]) { nodes { ... on RenamedTitleEvent { createdAt } } } }";
const head = "query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo)";
const issueQuery = `${head} { subject: issue(number: $number) ${selection} } }`;
const pullQuery = `${head} { subject: pullRequest(number: $number) ${selection} } }`;

/** When body and title were last changed. Only GraphQL tells: REST's `updated_at` moves with every comment. */
async function edits(
  api: Api,
  number: number,
  isPull: boolean,
): Promise<{ editedAt: string | null; renamedAt: string | null }> {
  const { repository } = await api.query(Edits, isPull ? pullQuery : issueQuery, { number });
  return {
    editedAt: repository.subject.lastEditedAt,
    renamedAt: repository.subject.timelineItems.nodes.at(-1)?.createdAt ?? null,
  };
}

const Edits = z.object({
  repository: z.object({
    subject: z.object({
      lastEditedAt: z.iso.datetime().nullable(),
      timelineItems: z.object({ nodes: z.array(z.object({ createdAt: z.iso.datetime() })) }),
    }),
  }),
});
