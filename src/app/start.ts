import { once } from "node:events";
import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "../errors.ts";
import { type AppConnection, connectApp } from "../github/app.ts";
import type { Patience } from "../github/patience.ts";
import { createWebhookServer, webhookPath } from "./http.ts";
import { type GateKeeper, gateKeeper } from "./gate-keeper.ts";
import type { InsistEffects } from "./insist.ts";
import type { Log } from "./log.ts";
import { onOtherRun } from "./on-ci.ts";
import { onComment } from "./on-comment.ts";
import { onGroup, onPull } from "./on-pull.ts";
import { openGroups } from "./open-groups.ts";
import { onReview } from "./on-review.ts";
import { onRun } from "./on-run.ts";
import { patrol } from "./patrol.ts";
import type { Settings } from "./settings.ts";
import { statusBoard } from "./status-board.ts";
import { failureTracker } from "./track-failure.ts";
import { takeTurns } from "./turns.ts";

/** Milliseconds: the answer to GitHub, which waits 10 s; one request to GitHub; the end of what is under way at a stop. */
const deadlineMs = 8_000;
const requestTimeoutMs = 2_000;
const graceMs = 10_000;
/** Bytes of a delivery. The events we subscribe to stay far below. */
const bodyBytesMax = 5 * 1024 * 1024;

export interface RunningApp extends AsyncDisposable {
  /** Where deliveries go. */
  readonly webhookUrl: string;
  readonly port: number;
  /** Resolves when no delivery and no later work is under way. */
  idle(): Promise<void>;
}

/**
 * Starts the webhook server. Disposing stops it: no new deliveries, then up to 10 s for what is under way.
 * The app keeps no state, so it may be killed, doubled or started anew at any moment (design §5).
 * In: how patiently that is shown again which GitHub did not take; absent: for up to about ten minutes.
 * @throws AirlockError `app-misconfigured` when GitHub does not know the App by this key, `github-failed` when it cannot be asked.
 */
export async function startApp(settings: Settings, log: Log, patience?: Patience): Promise<RunningApp> {
  const app = await connectApp({ ...settings, timeoutMs: requestTimeoutMs });
  const { id, slug } = await app.identity();
  const work = new Set<Promise<void>>();
  const track = (promise: Promise<void>): Promise<void> => {
    const settled = promise.catch(() => undefined).finally(() => work.delete(settled));
    work.add(settled);
    return promise;
  };
  const stop = new AbortController();
  const later = (promise: Promise<void>) => {
    track(promise).catch((thrown: unknown) => log.warn("later.failed", { why: explain(thrown).message }));
  };
  const gate = gateKeeper({ appId: id, log, now: Date.now });
  subscribe(app, gate, { log, later, patience: patience ?? displayPatience(stop.signal) });
  const round = patrol({ app, gate, log, random: Math.random }, stop.signal);

  let stopping = false;
  const server = createWebhookServer({
    verify: (body, signature) => app.verify(body, signature),
    receive: (delivery) => track(app.receive(delivery)),
    ready: () => !stopping,
    log,
    deadlineMs,
    bodyBytesMax,
  });
  server.listen(settings.port);
  await once(server, "listening");
  const port = portOf(server);
  const webhookUrl = `http://127.0.0.1:${port}${webhookPath}`;
  const proxy =
    settings.webhookProxyUrl === null ? null : await connectProxy(settings.webhookProxyUrl, webhookUrl, log);
  log.info("app.started", { app: id, slug, port });
  const idle = async () => {
    while (work.size > 0) await Promise.all(work);
  };
  return {
    webhookUrl,
    port,
    idle,
    async [Symbol.asyncDispose]() {
      stopping = true;
      stop.abort();
      await proxy?.stop();
      await stopServer(server, async () => {
        await Promise.all([round, idle()]);
      });
      log.info("app.stopped", { unfinished: work.size });
    },
  };
}

/** The actions of a pull request that can change what the gate says. */
const pullEvents = [
  "pull_request.opened",
  "pull_request.synchronize",
  "pull_request.reopened",
  "pull_request.closed",
  "pull_request.edited",
  "pull_request.labeled",
  "pull_request.unlabeled",
  "pull_request.ready_for_review",
  "pull_request.converted_to_draft",
  "pull_request_review.submitted",
  "pull_request_review.dismissed",
  "pull_request_review.edited",
] as const;

function subscribe(app: AppConnection, gate: GateKeeper, effects: InsistEffects): void {
  const board = statusBoard(gate.appId);
  const groups = openGroups();
  const turns = takeTurns();
  const tracker = failureTracker();
  app.on("issue_comment.created", (payload) => onComment(payload, { app, board, gate, turns, ...effects }));
  app.on("pull_request_review.submitted", (payload) => onReview(payload, { app, board, ...effects }));
  for (const event of ["workflow_run.in_progress", "workflow_run.completed"] as const) {
    app.on(event, (payload) => onRun(payload, { app, board, gate, tracker, turns, ...effects }));
  }
  app.on("workflow_run.completed", (payload) => onOtherRun(payload, { app, ...effects }));
  for (const event of pullEvents) app.on(event, (payload) => onPull(payload, { app, gate, groups, ...effects }));
  app.on("merge_group.checks_requested", (payload) => onGroup(payload, { app, gate, groups, ...effects }));
}

/** Half a second, two, eight … up to two minutes between tries; at a stop the last try is made at once. */
function displayPatience(signal: AbortSignal): Patience {
  return {
    attempts: 6,
    waitMaxMs: 10 * 60_000,
    now: Date.now,
    random: Math.random,
    sleep: (ms) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
  };
}

/** For development: a public smee channel passes deliveries on. They stay signed, so the channel can add none. */
async function connectProxy(source: string, target: string, log: Log): Promise<{ stop(): Promise<void> }> {
  const { SmeeClient } = await import("smee-client");
  const quiet = { info: () => {}, error: () => log.warn("proxy.failed") };
  const client = new SmeeClient({ source, target, logger: quiet });
  await client.start();
  log.warn("proxy.connected", { source });
  return client;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return address.port;
}

async function stopServer(server: Server, idle: () => Promise<void>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, graceMs);
  await Promise.race([Promise.all([idle(), closed]), promise]);
  clearTimeout(timer);
  server.closeAllConnections();
}
