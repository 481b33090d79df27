import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import type { GraphQLFieldResolver, GraphQLSchema } from "graphql";
import { buildSchema, execute, GraphQLError, parse, validate } from "graphql";
import { repositoryOf } from "./accounts.ts";
import type { Answer } from "./answer.ts";
import { Refusal } from "./answer.ts";
import { enableAutoMerge, mergeFields, readInput, showMerging } from "./graphql-merging.ts";
import { type Arguments, connection, failed, type Fields, showActor } from "./graphql-answers.ts";
import { nodeAsked, resolveThread, threadFields } from "./graphql-threads.ts";
import { identify } from "./identity.ts";
import type { Identity } from "./identity.ts";
import { nodeId } from "./show-account.ts";
import { issuePage } from "./show-issue.ts";
import { htmlOf } from "./show-repository.ts";
import type { Comment, Issue, Repository, State } from "./state.ts";
import { iso } from "./state.ts";
import { covers, permissionsOn } from "./tokens.ts";

/** GitHub's whole schema; half a second to read, so only when somebody asks. */
let schema: GraphQLSchema | null = null;

/**
 * Answers a GraphQL query over issues and pull requests, validated against GitHub's own schema. A query GitHub would
 * refuse, and a field this emulator does not know, are errors and violations: nothing is silently null.
 */
export function answerGraphql(
  state: State,
  request: { authorization: string | undefined; body: Buffer },
  violation: (sentence: string) => void,
): Answer {
  const identity = identify(state, request.authorization);
  if (identity.kind !== "token") throw new Refusal(401, "This endpoint requires you to be authenticated.");
  const asked: { query?: string; variables?: Arguments } = JSON.parse(request.body.toString("utf8"));
  schema ??= buildSchema(readFileSync(schemaFile(), "utf8"), { assumeValid: true });
  const document = parse(asked.query ?? "");
  const mistakes = validate(schema, document);
  if (mistakes.length > 0) {
    for (const mistake of mistakes) violation(`POST /graphql: ${mistake.message}`);
    return { status: 200, json: { errors: mistakes.map(showError) } };
  }
  const result = execute({
    schema,
    document,
    rootValue: root(state, identity),
    variableValues: asked.variables ?? {},
    fieldResolver: knownField(violation),
  });
  if (result instanceof Promise) throw new Error("the resolvers are synchronous");
  return {
    status: 200,
    json: { data: result.data, ...(result.errors ? { errors: result.errors.map(showError) } : {}) },
  };
}

function schemaFile(): string {
  const manifest = findPackageJSON("@octokit/graphql-schema", import.meta.url);
  if (manifest === undefined) throw new Error("@octokit/graphql-schema is not installed");
  return join(dirname(manifest), "schema.graphql");
}

/** A field that the emulator does not answer is said loudly: null would look like GitHub's answer. */
function knownField(violation: (sentence: string) => void): GraphQLFieldResolver<Fields, unknown> {
  return (source, args, _context, info) => {
    const value = source[info.fieldName];
    if (value === undefined) {
      violation(`POST /graphql: the embedded GitHub does not answer ${info.parentType.name}.${info.fieldName}`);
      throw new GraphQLError(`${info.parentType.name}.${info.fieldName} is not emulated`);
    }
    return typeof value === "function" ? value(args) : value;
  };
}

function root(state: State, identity: Identity): Fields {
  return {
    repository: ({ owner, name }: Arguments) => {
      const repository = repositoryOf(state, String(owner), String(name));
      const granted = repository !== null && identity.kind === "token" ? permissionsOn(identity.token, repository) : {};
      if (repository === null || granted["metadata"] === undefined) {
        throw failed(
          "NOT_FOUND",
          `Could not resolve to a Repository with the name '${String(owner)}/${String(name)}'.`,
        );
      }
      const may = (issue: Issue): boolean =>
        covers(granted, "issues", "read") || (issue.pull !== null && covers(granted, "pull_requests", "read"));
      return {
        ...showRepository(state, repository, { may, mayReadQueue: covers(granted, "merge_queues", "read") }),
        ...showMerging(repository, may, (issue) => showIssue(state, repository, issue)),
      };
    },
    node: ({ id }: Arguments) => nodeAsked(state, identity, String(id)),
    resolveReviewThread: ({ input }: Arguments) => resolveThread(state, identity, input),
    enablePullRequestAutoMerge: ({ input }: Arguments) => enableAutoMerge(state, identity, readInput(input)),
    rateLimit: { limit: 5000, cost: 1, remaining: 4999, used: 1, nodeCount: 1, resetAt: iso(state.now() + 3_600_000) },
  };
}

function showRepository(
  state: State,
  repository: Repository,
  { may, mayReadQueue }: { may: (issue: Issue) => boolean; mayReadQueue: boolean },
): Fields {
  const find = (number: unknown, isAsked: (issue: Issue) => boolean, kind: string): Fields => {
    const issue = repository.issues.find((one) => one.number === number && isAsked(one));
    if (issue === undefined)
      throw failed("NOT_FOUND", `Could not resolve to ${kind} with the number of ${String(number)}.`);
    if (!may(issue)) throw failed("FORBIDDEN", "Resource not accessible by integration");
    return showIssue(state, repository, issue);
  };
  return {
    __typename: "Repository",
    id: nodeId("Repository", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: `${repository.owner.login}/${repository.name}`,
    isPrivate: repository.private,
    isArchived: repository.archived,
    url: htmlOf(state, repository),
    mergeQueue: ({ branch }: Arguments) => showQueue(repository, String(branch), mayReadQueue),
    issue: ({ number }: Arguments) => find(number, (issue) => issue.pull === null, "an Issue"),
    pullRequest: ({ number }: Arguments) => find(number, (issue) => issue.pull !== null, "a PullRequest"),
    issueOrPullRequest: ({ number }: Arguments) => find(number, () => true, "an issue or pull request"),
  };
}

function showQueue(repository: Repository, branch: string, mayRead: boolean): Fields | null {
  if (!mayRead) throw failed("FORBIDDEN", "Resource not accessible by integration");
  const line = repository.queues[branch];
  if (line === undefined) return null;
  const entries = line.map((number, at) => ({ position: at + 1, pullRequest: { number } }));
  return { entries: (asked: Arguments) => connection(entries, asked) };
}

function showIssue(state: State, repository: Repository, issue: Issue): Fields {
  const comments = repository.comments.filter((comment) => comment.issue === issue.number);
  const renames = issue.renames.map((rename) => ({
    __typename: "RenamedTitleEvent",
    createdAt: iso(rename.at),
    previousTitle: rename.from,
    currentTitle: rename.to,
    actor: showActor(state, rename.by),
  }));
  const pull =
    issue.pull === null
      ? {}
      : {
          isDraft: issue.pull.draft,
          headRefName: issue.pull.head,
          headRefOid: issue.pull.headSha,
          ...mergeFields(repository, issue),
          ...threadFields(state, repository, issue),
        };
  return {
    __typename: issue.pull === null ? "Issue" : "PullRequest",
    id: nodeId("Issue", issue.id),
    databaseId: issue.id,
    fullDatabaseId: String(issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.pull?.mergedAt == null ? issue.state.toUpperCase() : "MERGED",
    closed: issue.state === "closed",
    locked: issue.locked,
    url: issuePage(state, repository, issue),
    createdAt: iso(issue.createdAt),
    updatedAt: iso(issue.updatedAt),
    closedAt: issue.closedAt === null ? null : iso(issue.closedAt),
    lastEditedAt: issue.bodyEditedAt === null ? null : iso(issue.bodyEditedAt),
    includesCreatedEdit: issue.bodyEditedAt !== null,
    author: showActor(state, issue.author),
    ...pull,
    comments: (asked: Arguments) =>
      connection(
        comments.map((comment) => showComment(state, repository, comment)),
        asked,
      ),
    timelineItems: (asked: Arguments) => {
      const types = asked["itemTypes"];
      return connection(Array.isArray(types) && !types.includes("RENAMED_TITLE_EVENT") ? [] : renames, asked);
    },
  };
}

function showComment(state: State, repository: Repository, comment: Comment): Fields {
  return {
    __typename: "IssueComment",
    id: nodeId("IssueComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    url: `${htmlOf(state, repository)}/issues/${comment.issue}#issuecomment-${comment.id}`,
    createdAt: iso(comment.createdAt),
    updatedAt: iso(comment.updatedAt),
    lastEditedAt: comment.editedAt === null ? null : iso(comment.editedAt),
    includesCreatedEdit: comment.editedAt !== null,
    author: showActor(state, comment.author),
  };
}

/** GitHub puts `type` beside the message, not under `extensions`. */
function showError({ message, path, locations, extensions }: GraphQLError): Fields {
  return { ...extensions, path, locations, message };
}
