import type { Buffer } from "node:buffer";
import { z } from "zod";
import { capped } from "./capped.ts";
import { failure, statusOf, unreadable } from "./failure.ts";
import { allPages } from "./pages.ts";
import { type Tail, tailOf } from "./tail.ts";

/** What an Octokit `request` resolves with. */
export interface Answer {
  status: number;
  data: unknown;
  headers: Readonly<Record<string, unknown>>;
}
export type Parameters = Record<string, unknown>;
/** Any Octokit-like `request`: a route such as `GET /repos/{owner}/{repo}` and its parameters. Rejects for a status of 400 or above. */
export type Request = (route: string, parameters?: Parameters) => Promise<Answer>;
/** Any Octokit-like `graphql`: resolves with `data`, rejects when the answer carries errors. */
export type Graphql = (query: string, variables: Parameters) => Promise<unknown>;

/** One repository's REST and GraphQL endpoints with answers read by schema and failures turned into AirlockError. */
export interface Api {
  readonly owner: string;
  readonly repo: string;
  /** The App whose check runs `checks` lists; null for a job token. */
  readonly appId: number | null;
  call<Schema extends z.ZodType>(schema: Schema, route: string, parameters?: Parameters): Promise<z.output<Schema>>;
  /** Like `call`, but null when GitHub answers 404 or 410: there is no such thing. */
  find<Schema extends z.ZodType>(
    schema: Schema,
    route: string,
    parameters?: Parameters,
  ): Promise<z.output<Schema> | null>;
  /** Every item over all pages; `items` takes the list out of one page's answer. */
  list<Schema extends z.ZodType>(
    schema: Schema,
    route: string,
    options?: { parameters?: Parameters; field?: string },
  ): Promise<z.output<Schema>[]>;
  /** The answer's bytes, refused above `bytesMax`; null for 404 and 410. */
  bytes(route: string, parameters: Parameters, bytesMax: number): Promise<Buffer | null>;
  /** The last bytes of the answer, at most `bytesMax`, as text; null for 404 and 410. */
  tail(route: string, parameters: Parameters, bytesMax: number): Promise<Tail | null>;
  query<Schema extends z.ZodType>(schema: Schema, query: string, variables: Parameters): Promise<z.output<Schema>>;
}

/** GitHub's REST version every request names, so that a new default cannot change an answer's meaning. */
const headers = { "x-github-api-version": "2022-11-28" };

/** The path prefix of every endpoint of one repository. */
const repository = "/repos/{owner}/{repo}";
/** The path prefix of what is asked of the organisation that owns it. */
const organisation = "/orgs/{org}";

/**
 * In: an authenticated Octokit-like `request` and `graphql`, and the repository. Routes begin after `/repos/{owner}/{repo}`;
 * those of its organisation are whole.
 * Every method throws AirlockError `github-failed`, `github-forbidden` or `github-unreadable`.
 */
export function apiOver(from: {
  request: Request;
  graphql: Graphql;
  owner: string;
  repo: string;
  appId: number | null;
}): Api {
  const { owner, repo, appId } = from;
  const send = async (route: string, parameters: Parameters = {}): Promise<Answer> => {
    const [method = "GET", path = ""] = route.split(" ");
    const [whole, place] = path.startsWith(organisation)
      ? [path, { org: owner }]
      : [`${repository}${path}`, { owner, repo }];
    try {
      return await from.request(`${method} ${whole}`, { ...place, headers, ...parameters });
    } catch (thrown) {
      throw failure(route, thrown);
    }
  };
  const find: Api["find"] = async (schema, route, parameters) => {
    const answer = await unlessMissing(send(route, parameters));
    return answer === null ? null : readAs(schema, route, answer.data);
  };
  return {
    owner,
    repo,
    appId,
    find,
    call: async (schema, route, parameters) => readAs(schema, route, (await send(route, parameters)).data),
    list: async (schema, route, { parameters, field } = {}) => {
      const items = await allPages(route, async (page) => {
        const answer = await send(route, { ...parameters, ...page });
        return { answer, items: itemsOf(route, answer.data, field) };
      });
      return items.map((item) => readAs(schema, route, item));
    },
    bytes: async (route, parameters, bytesMax) => {
      const answer = await unlessMissing(send(route, { ...parameters, ...unparsed }));
      return answer === null ? null : await capped(route, answer.data, bytesMax);
    },
    tail: async (route, parameters, bytesMax) => {
      const answer = await unlessMissing(send(route, { ...parameters, ...unparsed }));
      return answer === null ? null : await tailOf(route, answer.data, bytesMax);
    },
    query: async (schema, query, variables) => {
      // A variable that the query does not declare is none of it.
      const place = query.includes("$owner") ? { owner, repo } : {};
      try {
        return readAs(schema, "POST /graphql", await from.graphql(query, { ...place, ...variables }));
      } catch (thrown) {
        throw failure("POST /graphql", thrown);
      }
    },
  };
}

const unparsed = { request: { parseSuccessResponseBody: false } };

async function unlessMissing(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (thrown) {
    const status = statusOf(thrown);
    if (status === 404 || status === 410) return null;
    throw thrown;
  }
}

function itemsOf(route: string, data: unknown, field: string | undefined): unknown[] {
  if (field === undefined) return readAs(z.array(z.unknown()), route, data);
  return readAs(z.object({ [field]: z.array(z.unknown()) }), route, data)[field] ?? [];
}

function readAs<Schema extends z.ZodType>(schema: Schema, route: string, data: unknown): z.output<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw unreadable(route, typeof data === "string" ? "the body is text, not JSON" : z.prettifyError(parsed.error));
}
