import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DispatchedRun } from "../runner/dispatched-run.ts";
import { accountOf, addAccount, createApp, install, person, repositoryOf } from "./accounts.ts";
import type { Fault } from "./faults.ts";
import { newFaults } from "./faults.ts";
import { importDirectory, initBare } from "./git.ts";
import { hubRepository } from "./hub-repository.ts";
import type { HubRepository } from "./hub-repository.ts";
import { restOf } from "./rest.ts";
import { handleOf } from "./runs.ts";
import type { RequestRecord } from "./server.ts";
import { newServer, portOf } from "./server.ts";
import { installPushHook } from "./smart-http.ts";
import type { Account, App, Delivery, NewApp, Permissions, Repository, State } from "./state.ts";
import { nextId } from "./ids.ts";
import { jobToken, userToken } from "./tokens.ts";
import type { Webhooks } from "./webhooks.ts";
import { webhooksOf } from "./webhooks.ts";

export type { HubRepository } from "./hub-repository.ts";
export type HubApp = App;

export interface HubOptions {
  /** Holds the bare repositories; made when missing, never removed by the hub. */
  dir: string;
  /** Milliseconds since the epoch. Default: the real clock. */
  now?: () => number;
  /** Default: any free port. */
  port?: number;
  onDispatch?: (run: DispatchedRun) => void;
  /** List calls during which a new run is not listed yet. Default 0. */
  runListLag?: number;
  /** Compares every answer with GitHub's schema too; mistakes are violations. */
  checkAnswers?: boolean;
}

export interface NewRepository {
  owner: string;
  name: string;
  /** Directory whose files become the first commit on `main`. */
  from: string;
  /** Repository variables (`vars`). */
  actions?: Record<string, string>;
  secrets?: Record<string, string>;
  /** Default true: then every read needs a permission. */
  private?: boolean;
}

export interface Hub extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`; serves bare paths and `/api/v3`, `/graphql`, `/owner/repo.git`, and pages. */
  url: string;
  addUser: (login: string, options?: { type?: "User" | "Bot" }) => Account;
  /** Makes a team of an organisation, or changes who its active members are. */
  setTeam: (organisation: string, slug: string, logins: readonly string[]) => void;
  createApp: (options: NewApp) => HubApp;
  createRepository: (options: NewRepository) => HubRepository;
  install: (app: HubApp, repository: HubRepository) => { installationId: number };
  /** Like `GITHUB_TOKEN`: one repository, exactly these permissions. */
  jobToken: (repository: HubRepository, permissions: Permissions) => string;
  /** A person's token; it may what the person's role allows. */
  userToken: (login: string) => string;
  revoke: (token: string) => void;
  /** Everything that was asked. */
  requests: RequestRecord[];
  /** Requests GitHub's schema does not know, and defects of the emulator. Stories assert `[]`. */
  violations: string[];
  /** Every webhook that was sent, with its answer. */
  deliveries: Delivery[];
  /** Sends a delivery again: same GUID, same body. */
  redeliver: (id: number) => Promise<Delivery>;
  /** Arms a fault. Out: ends it. */
  fault: (rule: Fault) => () => void;
  /** All webhooks are delivered and all runs have finished. Without `onDispatch` runs are not waited for. */
  idle: () => Promise<void>;
  state: State;
}

/** Starts the embedded GitHub. `await using` stops it. */
export async function startHub(options: HubOptions): Promise<Hub> {
  mkdirSync(options.dir, { recursive: true });
  const state = newState(options);
  const webhooks = webhooksOf(state);
  const waiting: (() => void)[] = [];
  state.emit = (event) => {
    webhooks.emit(event);
    for (const wake of waiting.splice(0)) wake();
  };
  state.dispatched = (repository, run) => options.onDispatch?.(handleOf(state, repository, run));

  const violations: string[] = [];
  const violation = (sentence: string): void => void violations.push(sentence);
  const requests: RequestRecord[] = [];
  const faults = newFaults();
  const redeliver = (id: number): void => void webhooks.redeliver(id);
  const rest = restOf(state, { redeliver, violation, checkAnswers: options.checkAnswers ?? false });
  const server = newServer({ state, rest, faults, requests, violation });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  state.url = `http://127.0.0.1:${portOf(server)}`;

  return {
    url: state.url,
    state,
    requests,
    violations,
    deliveries: state.deliveries,
    ...people(state, webhooks),
    redeliver: webhooks.redeliver,
    fault: faults.add,
    idle: () => idle({ state, webhooks, waiting, hasRunner: options.onDispatch !== undefined }),
    [Symbol.asyncDispose]: async () => {
      webhooks.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function people(state: State, webhooks: Webhooks) {
  return {
    addUser: (login: string, { type = "User" }: { type?: "User" | "Bot" } = {}) => addAccount(state, login, type),
    setTeam: (organisation: string, slug: string, logins: readonly string[]) =>
      void state.teams.set(
        `${organisation}/${slug}`.toLowerCase(),
        logins.map((login) => person(state, login).id),
      ),
    createApp: (options: NewApp) => createApp(state, options),
    createRepository: (options: NewRepository) => hubRepository(state, webhooks, createRepository(state, options)),
    install: (app: HubApp, { record }: HubRepository) => {
      const installation = install(state, app, record);
      webhooks.installed(installation, record.owner);
      return { installationId: installation.id };
    },
    jobToken: ({ record }: HubRepository, permissions: Permissions) => jobToken(state, record, permissions).value,
    userToken: (login: string) => userToken(state, person(state, login)).value,
    revoke: (token: string) => void state.tokens.delete(token),
  };
}

function createRepository(state: State, options: NewRepository): Repository {
  if (repositoryOf(state, options.owner, options.name))
    throw new Error(`${options.owner}/${options.name} exists already`);
  const owner = accountOf(state, options.owner) ?? addAccount(state, options.owner, "Organization");
  const bare = join(state.dir, owner.login, `${options.name}.git`);
  initBare(bare);
  installPushHook(bare);
  const now = state.now();
  importDirectory(bare, options.from, now);
  const repository: Repository = {
    id: nextId(state, "repository"),
    owner,
    name: options.name,
    private: options.private ?? true,
    archived: false,
    defaultBranch: "main",
    bare,
    createdAt: now,
    pushedAt: now,
    roles: new Map(),
    teams: new Set(),
    labels: [],
    issues: [],
    comments: [],
    checks: [],
    workflows: [],
    runs: [],
    artifacts: [],
    signed: new Set(),
    vars: { ...options.actions },
    secrets: { ...options.secrets },
    actionsMayCreatePulls: true,
    autoMergeAllowed: false,
    required: {},
    protectedBy: {},
    queues: {},
  };
  state.repositories.push(repository);
  return repository;
}

interface Quiet {
  state: State;
  webhooks: Webhooks;
  /** Woken by the next event. */
  waiting: (() => void)[];
  hasRunner: boolean;
}

/** Webhooks start runs and runs send webhooks, so both must be quiet at the same moment. */
async function idle({ state, webhooks, waiting, hasRunner }: Quiet): Promise<void> {
  for (;;) {
    await webhooks.settled();
    if (webhooks.pending() > 0) continue;
    const isRunning = state.repositories.some(({ runs }) => runs.some((run) => run.status !== "completed"));
    if (!hasRunner || !isRunning) return;
    await new Promise<void>((wake) => waiting.push(wake));
  }
}

function newState(options: HubOptions): State {
  return {
    url: "",
    dir: options.dir,
    now: options.now ?? Date.now,
    runListLag: options.runListLag ?? 0,
    accounts: [],
    apps: [],
    manifests: new Map(),
    installations: [],
    repositories: [],
    teams: new Map(),
    tokens: new Map(),
    deliveries: [],
    downloads: new Map(),
    ids: new Map(),
    emit: () => {},
    dispatched: () => {},
  };
}
