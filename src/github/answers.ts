import { z } from "zod";
import { Mode, Sha } from "../change.ts";
import type { Account, Artifact, Comment, Pull, Repository, Run } from "./github.ts";

/** GitHub's answers as far as they are read. Unknown fields are dropped: GitHub adds some every month. */

export const AccountAnswer = z.object({
  id: z.int(),
  login: z.string().min(1),
  type: z.enum(["User", "Bot", "Organization", "Mannequin"]),
});

/** The author of something whose account is gone. GitHub shows such things as written by `ghost`; it holds no role. */
const ghost: Account = { id: 0, login: "ghost", type: "Mannequin" };
export const Author = AccountAnswer.nullable().transform((account) => account ?? ghost);

/** The same of GraphQL: a bot is called without `[bot]` there, and an account of an enterprise alone has no id. */
export const ActorAnswer = z
  .union([
    AccountAnswer.omit({ id: true, type: true }).extend({
      databaseId: z.int(),
      __typename: AccountAnswer.shape.type,
    }),
    z.object({ __typename: z.literal("EnterpriseUserAccount") }),
  ])
  .nullable()
  .transform((actor): Account => {
    if (actor === null || !("databaseId" in actor)) return ghost;
    const { databaseId: id, login, __typename: type } = actor;
    return { id, login: type === "Bot" ? `${login}[bot]` : login, type };
  });

export const RepositoryAnswer = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    owner: z.object({ login: z.string() }),
    default_branch: z.string().min(1),
    private: z.boolean(),
    archived: z.boolean(),
  })
  .transform((answer): Repository => ({
    id: answer.id,
    owner: answer.owner.login,
    name: answer.name,
    defaultBranch: answer.default_branch,
    private: answer.private,
    archived: answer.archived,
  }));

export const CommentAnswer = z
  .object({
    id: z.int().positive(),
    body: z.string().nullish(),
    user: Author,
    performed_via_github_app: z.object({ id: z.int() }).nullish(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    html_url: z.string(),
    issue_url: z.string().regex(/\/issues\/\d+$/),
  })
  .transform((answer): Comment => ({
    id: answer.id,
    issue: Number(answer.issue_url.split("/").at(-1)),
    body: answer.body ?? "",
    author: answer.user,
    appId: answer.performed_via_github_app?.id ?? null,
    createdAt: answer.created_at,
    updatedAt: answer.updated_at,
    url: answer.html_url,
  }));

/** GitHub's schema also allows the bare name, and a label without one. */
export const LabelAnswer = z.union([
  z.string(),
  z.object({ name: z.string().nullish() }).transform(({ name }) => name ?? ""),
]);

export const IssueAnswer = z.object({
  number: z.int().positive(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]),
  locked: z.boolean(),
  user: Author,
  created_at: z.iso.datetime(),
  pull_request: z.object({}).nullish(),
  labels: z.array(LabelAnswer),
});

const End = z.object({ ref: z.string(), sha: Sha, repo: z.object({ id: z.int() }).nullish() });

const PullShape = z.object({
  number: z.int().positive(),
  html_url: z.string(),
  state: z.enum(["open", "closed"]),
  merged_at: z.string().nullish(),
  draft: z.boolean().nullish(),
  title: z.string(),
  body: z.string().nullish(),
  user: Author,
  head: End,
  base: End,
});

export const PullAnswer = PullShape.transform(pullOf);

/** A pull request, and whether its head is a branch of the repository it wants to change. */
export const OwnPullAnswer = PullShape.transform((answer) => ({
  pull: pullOf(answer),
  own: answer.head.repo != null && answer.head.repo.id === answer.base.repo?.id,
}));

function pullOf(answer: z.output<typeof PullShape>): Pull {
  return {
    number: answer.number,
    url: answer.html_url,
    state: answer.state,
    merged: typeof answer.merged_at === "string",
    draft: answer.draft ?? false,
    title: answer.title,
    body: answer.body ?? "",
    author: answer.user,
    head: { ref: answer.head.ref, sha: answer.head.sha, repository: answer.head.repo?.id ?? null },
    base: { ref: answer.base.ref, sha: answer.base.sha },
  };
}

export const RunShape = z.object({
  id: z.int().positive(),
  run_attempt: z.int().min(1),
  event: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  actor: Author,
  head_branch: z.string().nullable(),
  head_sha: Sha,
  path: z.string(),
  display_title: z.string(),
  created_at: z.iso.datetime(),
  html_url: z.string(),
});

export const RunAnswer = RunShape.transform(runOf);

export function runOf(answer: z.output<typeof RunShape>): Run {
  return {
    id: answer.id,
    attempt: answer.run_attempt,
    event: answer.event,
    status: answer.status,
    conclusion: answer.conclusion,
    actor: answer.actor,
    headBranch: answer.head_branch,
    headSha: answer.head_sha,
    path: answer.path.replace(/@.*$/, ""),
    title: answer.display_title,
    createdAt: answer.created_at,
    url: answer.html_url,
  };
}

export const ArtifactAnswer = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    size_in_bytes: z.int().min(0),
    expired: z.boolean(),
    digest: z.string().nullish(),
  })
  .transform((answer): Artifact => ({
    id: answer.id,
    name: answer.name,
    bytes: answer.size_in_bytes,
    expired: answer.expired,
    digest: answer.digest?.replace(/^sha256:/, "") ?? null,
  }));

/** A recursive tree. Folders are dropped by the reader: their blobs are in the list. */
export const TreeAnswer = z.object({
  truncated: z.boolean(),
  tree: z.array(
    z.union([
      z.object({ type: z.literal("tree"), path: z.string() }),
      z.object({ type: z.enum(["blob", "commit"]), path: z.string().min(1), mode: Mode, sha: Sha }),
    ]),
  ),
});

export const CommitAnswer = z.object({
  sha: Sha,
  message: z.string(),
  tree: z.object({ sha: Sha }),
  parents: z.array(z.object({ sha: Sha })),
  verification: z.object({ verified: z.boolean() }).nullish(),
});
