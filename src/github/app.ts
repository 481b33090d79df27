import type { EmitterWebhookEvent } from "@octokit/webhooks";
import { Probot, ProbotOctokit } from "probot";
import { z } from "zod";
import { AirlockError } from "../errors.ts";
import { githubClient, noPatience, openOctokit, timedFetch } from "./client.ts";
import { failure, statusOf } from "./failure.ts";
import type { GitHub } from "./github.ts";
import { installedRepositories } from "./installations.ts";
import { type ShortToken, tokenCache } from "./token-cache.ts";

export interface AppCredentials {
  appId: number;
  /** PEM text. */
  privateKey: string;
  webhookSecret: string;
  apiUrl: string;
  /** Milliseconds per request: well below the webhook's deadline, since nothing is retried on this path. */
  timeoutMs: number;
}

/** What a token for one repository may do; every token the app uses names these and the repository. */
export type Permissions = Partial<
  Record<
    "issues" | "actions" | "checks" | "contents" | "pull_requests" | "merge_queues" | "members" | "metadata",
    "read" | "write"
  >
>;

export interface Installed {
  installation: number;
  repository: { id: number; owner: string; name: string };
}

/** One verified webhook delivery. Id and name come from headers, which nobody signed. */
export interface Delivery {
  id: string;
  name: string;
  payload: Record<string, unknown>;
}

/** The events that are handled, by GitHub's names. */
export type AppEvent =
  | "issue_comment.created"
  | "workflow_run.completed"
  | "workflow_run.in_progress"
  | "merge_group.checks_requested"
  | `pull_request.${"opened" | "synchronize" | "reopened" | "closed" | "edited" | "labeled" | "unlabeled" | "ready_for_review" | "converted_to_draft"}`
  | `pull_request_review.${"submitted" | "dismissed" | "edited"}`;

/** The App as GitHub knows it: deliveries in, a port per repository out. */
export interface AppConnection {
  /** Calls the handler for every verified delivery of the event. Its payload is untyped on purpose: read it by schema. */
  on(event: AppEvent, handler: (payload: unknown) => Promise<void>): void;
  /** Whether GitHub signed these very bytes for this App. Never throws: what cannot be verified is not verified. */
  verify(body: string, signature: string): Promise<boolean>;
  /** Runs the handlers of a verified delivery. Rejects when one of them did. */
  receive(delivery: Delivery): Promise<void>;
  /** The port for one repository, with a token narrowed to it and to these permissions. */
  repository(installed: Installed, permissions: Permissions): Promise<GitHub>;
  /** The App's own name and id, asked with its key: proves that both fit together. */
  identity(): Promise<{ id: number; slug: string }>;
  /** Account id of the App's bot, asked once. */
  botId(installed: Installed): Promise<number>;
  /** Every repository the App is installed on, without those that are archived or whose installation is suspended. */
  repositories(): Promise<(Installed & { defaultBranch: string })[]>;
}

/** Connects Probot; asks GitHub nothing yet. */
export async function connectApp(credentials: AppCredentials): Promise<AppConnection> {
  const probot = probotFor(credentials);
  await probot.ready();
  const octokit = await probot.auth();
  const { appId, apiUrl, timeoutMs } = credentials;

  const tokens = tokenCache(Date.now);
  // Asked here and not by `octokit.auth`, which forgets the API address.
  const mintFor = async (
    installation: number,
    narrow: { repository_ids?: number[]; permissions: Permissions },
  ): Promise<ShortToken> => {
    const route = "POST /app/installations/{installation_id}/access_tokens";
    try {
      const asked = { installation_id: installation, ...narrow };
      const { token, expires_at } = Token.parse((await octokit.request(route, asked)).data);
      return { token, expiresAt: Date.parse(expires_at) };
    } catch (thrown) {
      throw keyFailure(thrown) ?? failure(route, thrown);
    }
  };
  const tokenFor = (installed: Installed, permissions: Permissions): Promise<string> => {
    const key = JSON.stringify([installed.installation, installed.repository.id, permissions]);
    const { installation, repository } = installed;
    return tokens.get(key, () => mintFor(installation, { repository_ids: [repository.id], permissions }));
  };
  const identity = async () => {
    try {
      return Identity.parse((await octokit.request("GET /app")).data);
    } catch (thrown) {
      // An App id that does not exist is answered 404.
      throw keyFailure(thrown, [401, 404]) ?? failure("GET /app", thrown);
    }
  };
  const askBotId = async (installed: Installed): Promise<number> => {
    const { slug } = await identity();
    const asked = openOctokit({ token: await tokenFor(installed, { metadata: "read" }), apiUrl, timeoutMs });
    try {
      return Account.parse((await asked.request("GET /users/{username}", { username: `${slug}[bot]` })).data).id;
    } catch (thrown) {
      throw failure("GET /users/{username}", thrown);
    }
  };
  let bot: Promise<number> | null = null;
  return {
    on: (event, handler) => probot.on(event, ({ payload }) => handler(payload)),
    verify: (body, signature) => probot.webhooks.verify(body, signature).catch(() => false),
    receive: (delivery) => probot.webhooks.receive(typed(delivery)),
    repository: async (installed, permissions) => {
      const { owner, name: repo } = installed.repository;
      const token = await tokenFor(installed, permissions);
      return githubClient({ token, apiUrl, owner, repo, appId, timeoutMs, patience: noPatience });
    },
    identity,
    botId: (installed) => {
      bot ??= askBotId(installed).catch((thrown: unknown) => {
        bot = null;
        throw thrown;
      });
      return bot;
    },
    repositories: () =>
      installedRepositories({
        request: (route, parameters) => octokit.request(route, parameters),
        tokenFor: (installation) =>
          tokens.get(JSON.stringify([installation, "all", "metadata"]), () =>
            mintFor(installation, { permissions: { metadata: "read" } }),
          ),
        apiUrl,
        timeoutMs,
      }),
  };
}

/**
 * Probot with its own throttling and retries off (only the function form of `defaults` does that; upstream issue 2039) and
 * its logger silent, since it would print payloads.
 */
function probotFor({ appId, privateKey, webhookSecret, apiUrl, timeoutMs }: AppCredentials): Probot {
  return new Probot({
    appId,
    privateKey,
    secret: webhookSecret,
    baseUrl: apiUrl,
    logLevel: "fatal",
    logFormat: "json",
    request: { fetch: timedFetch(fetch, timeoutMs) },
    Octokit: ProbotOctokit.defaults((given: object) => ({
      ...given,
      throttle: { enabled: false },
      retry: { enabled: false },
    })),
  });
}

/** octokit types the names and payloads it knows. Handlers here read theirs by schema, and an unknown name reaches none. */
function typed(delivery: Delivery): EmitterWebhookEvent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nobody believes the claim: see above
  return delivery as unknown as EmitterWebhookEvent;
}

const Token = z.object({ token: z.string().min(1), expires_at: z.iso.datetime() });
const Identity = z.object({ id: z.int().positive(), slug: z.string().min(1) });
const Account = z.object({ id: z.int().positive() });

/** A key that cannot sign, or that GitHub does not know for this App, is a setting to mend; anything else is not about the key. */
function keyFailure(thrown: unknown, refusals: readonly number[] = [401]): AirlockError | null {
  const status = statusOf(thrown);
  const unsigned = thrown instanceof Error && !("request" in thrown) && !(thrown instanceof AirlockError);
  if (!unsigned && (status === null || !refusals.includes(status))) return null;
  return new AirlockError({
    code: "app-misconfigured",
    message: `GitHub does not accept the App's key: ${thrown instanceof Error ? thrown.message : "unknown reason"}`,
    fix: "Check APP_ID, and that PRIVATE_KEY holds the whole PEM text of a key of that App (App settings, Private keys).",
    cause: thrown,
  });
}
