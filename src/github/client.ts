import { Octokit } from "@octokit/core";
import { z } from "zod";
import { AirlockError } from "../errors.ts";
import type { GitHub } from "./github.ts";
import type { Answer, Parameters } from "./api.ts";
import { githubFor } from "./octokit.ts";
import { patient, type Patience } from "./patience.ts";

/** Milliseconds one request may take; the download of an artifact. */
export const requestTimeoutMs = 30_000;
export const downloadTimeoutMs = 120_000;

export interface ClientOptions {
  token: string;
  /** Base address of the REST API, e.g. the runner's GITHUB_API_URL. */
  apiUrl: string;
  owner: string;
  repo: string;
  /** Needed only by whoever lists check runs. */
  appId?: number;
  /** Absent: a job's patience (4 tries, waits up to 10 minutes for a rate limit). */
  patience?: Patience;
  timeoutMs?: number;
  /** Absent: the platform's own. */
  fetch?: typeof fetch;
}

/**
 * The GitHub port over one token. Used by the jobs (job token) and by the app (installation token of one repository).
 * @throws AirlockError `github-failed` for an API address that is not supported.
 */
export function githubClient(options: ClientOptions): GitHub {
  const { owner, repo } = options;
  const octokit = openOctokit(options);
  const patience = options.patience ?? jobPatience;
  const request = patient((route, parameters) => send(octokit, route, parameters), patience);
  return githubFor({
    request,
    graphql: async (query, variables) => (await request(graphqlRoute, { query, variables })).data,
    owner,
    repo,
    ...(options.appId === undefined ? {} : { appId: options.appId }),
  });
}

/** A bare Octokit with our timeout and no logging. */
export function openOctokit({
  token,
  apiUrl,
  fetch: inner = fetch,
  timeoutMs = requestTimeoutMs,
}: Omit<ClientOptions, "owner" | "repo">): Octokit {
  return new Octokit({
    auth: token,
    baseUrl: checkedApiUrl(apiUrl),
    userAgent: "airlock",
    log: silent,
    request: { fetch: timedFetch(inner, timeoutMs) },
  });
}

const graphqlRoute = "POST /graphql";

/** GraphQL goes the same road as REST, so that limits and timeouts hold for both. */
async function send(octokit: Octokit, route: string, parameters: Parameters = {}): Promise<Answer> {
  if (route !== graphqlRoute) return await octokit.request(route, parameters);
  const { query, variables } = GraphqlCall.parse(parameters);
  return { status: 200, headers: {}, data: await octokit.graphql(query, variables) };
}

const GraphqlCall = z.strictObject({ query: z.string(), variables: z.record(z.string(), z.unknown()) });

/** One try and no waiting: for work that somebody else repeats. */
export const noPatience: Patience = { attempts: 1, waitMaxMs: 0, sleep: async () => {}, now: () => 0, random: () => 0 };

const jobPatience: Patience = {
  attempts: 4,
  waitMaxMs: 10 * 60_000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now: Date.now,
  random: Math.random,
};

/**
 * Ends every request, body included, after its time. A body that breaks off is a failed request here: Octokit would take what
 * came for the whole. Artifact downloads get more time and stay streams, because they are large.
 */
export function timedFetch(inner: typeof fetch, timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const isDownload = url.endsWith("/zip");
    const limit = AbortSignal.timeout(isDownload ? Math.max(timeoutMs, downloadTimeoutMs) : timeoutMs);
    const signal = init?.signal ? AbortSignal.any([limit, init.signal]) : limit;
    const response = await inner(input, { ...init, signal });
    if (isDownload || response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(await response.arrayBuffer(), { status, statusText, headers });
  };
}

function checkedApiUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && !loopback.has(url.hostname))) {
    throw unsupported(`The API address ${JSON.stringify(text)} is not an https address.`);
  }
  if (url.pathname.startsWith("/api/v3") && !loopback.has(url.hostname)) {
    throw unsupported(`${url.hostname} is a GitHub Enterprise Server, which this version does not support.`);
  }
  return text.replace(/\/+$/, "");
}

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

function unsupported(message: string): AirlockError {
  return new AirlockError({
    code: "github-failed",
    message,
    fix: "Use https://api.github.com, the default, as the API address.",
  });
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
