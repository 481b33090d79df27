import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { readAppFile } from "../src/cli/manifest.ts";
import { type Hub, type HubApp, type HubRepository, startHub } from "./emulators/github/hub.ts";
import { startModel } from "./emulators/model/server.ts";
import type { Step } from "./emulators/model/step.ts";
import type { DispatchedRun } from "./emulators/runner/dispatched-run.ts";
import { createRunner, type RunnerOptions } from "./emulators/runner/runner.ts";

const root = path.dirname(import.meta.dirname);

/** As hosted machines say which image they are. */
const image = { ImageOS: "ubuntu24", ImageVersion: "20261123.1.0" };

export interface WorldOptions {
  /** Directory whose files become the repository; the workflow is added as a user would add it. */
  from: string;
  /** What the scripted model does, or where a model is. */
  model: { kind: "scripted"; steps: Step[] } | { kind: "endpoint"; baseUrl: string | null; key: string };
  /** Further files of the first commit, by path. */
  files?: Record<string, string>;
  between?: RunnerOptions["between"];
  onLog?: RunnerOptions["onLog"];
  /** Called when a run was dispatched, before its first job starts. */
  beforeStart?: (run: DispatchedRun) => Promise<void>;
  /** The package registry of every job; absent: the machine's. */
  registry?: string;
  /** Replaces the PATH of every job. */
  jobPath?: string;
  runListLag?: number;
  port?: number;
}

/** The whole outside world of one story: an embedded GitHub, a runner, the app as its own process, and a model. */
export interface World extends AsyncDisposable {
  hub: Hub;
  app: HubApp;
  repository: HubRepository;
  /** Requests that reached the scripted model. */
  modelRequests: () => number;
  /** Everything the scripted model was sent, as text. */
  modelSaw: () => string;
  /** Fails when the script was not played exactly. */
  assertModelDone: () => void;
  /** Runs have ended, webhooks are delivered and answered. */
  settled: () => Promise<void>;
  dir: string;
}

/** Starts everything. `dist/` must be built. mona (admin), ben (write), rita (read) and sam (stranger) have accounts. */
export async function startWorld(options: WorldOptions): Promise<World> {
  await using started = new AsyncDisposableStack();
  const dir = await mkdtemp(path.join(tmpdir(), "airlock-world-"));
  // The sandbox's user enters the jobs' directories.
  await chmod(dir, 0o711);
  started.defer(() => rm(dir, { recursive: true, force: true }));
  const model = await modelOf(options.model);
  if (model.server !== null) started.use(model.server);
  const runner = createRunner({
    dir: path.join(dir, "jobs"),
    actionDirectory: root,
    env: { PATH: options.jobPath ?? jobPath(), npm_config_registry: options.registry ?? (await registry()), ...image },
    ...(options.between === undefined ? {} : { between: options.between }),
    ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
  });
  const starting = new Set<Promise<void>>();
  const hub = started.use(
    await startHub({
      dir: path.join(dir, "github"),
      onDispatch: (run) => {
        const start = (options.beforeStart?.(run) ?? Promise.resolve()).then(() => runner.onDispatch(run));
        starting.add(start);
        void start.finally(() => starting.delete(start));
      },
      runListLag: options.runListLag ?? 0,
      ...(options.port === undefined ? {} : { port: options.port }),
    }),
  );
  const { app, repository } = await populate(hub, options, { dir, ...model });
  const server = started.use(await startServer(hub, app));
  app.webhookUrl = server.webhookUrl;
  const stack = started.move();
  return {
    hub,
    app,
    repository,
    dir,
    modelRequests: () => model.server?.requests.length ?? 0,
    modelSaw: () => JSON.stringify(model.server?.requests ?? []),
    assertModelDone: () => model.server?.assertDone(),
    settled: async () => {
      await Promise.all(starting);
      await runner.idle();
      await hub.idle();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function modelOf(model: WorldOptions["model"]) {
  if (model.kind === "endpoint") return { server: null, baseUrl: model.baseUrl, key: model.key };
  const server = await startModel(model.steps);
  return { server, baseUrl: server.url, key: server.key };
}

async function populate(
  hub: Hub,
  options: WorldOptions,
  { dir, baseUrl, key }: { dir: string; baseUrl: string | null; key: string },
): Promise<{ app: HubApp; repository: HubRepository }> {
  const from = path.join(dir, "first-commit");
  await cp(options.from, from, { recursive: true });
  await mkdir(path.join(from, ".github/workflows"), { recursive: true });
  await cp(path.join(root, ".github/workflows/airlock.yml"), path.join(from, ".github/workflows/airlock.yml"));
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await mkdir(path.dirname(path.join(from, name)), { recursive: true });
    await writeFile(path.join(from, name), text);
  }
  for (const login of ["mona", "ben", "rita", "sam"]) hub.addUser(login);
  const file = readAppFile(readFileSync(path.join(root, "app.yml"), "utf8"));
  const app = hub.createApp({
    slug: "airlock",
    permissions: file.default_permissions,
    events: file.default_events,
    webhookSecret: "a secret of this story alone",
  });
  const repository = hub.createRepository({
    owner: "acme",
    name: path.basename(options.from) === "demo-repository" ? "duration" : path.basename(options.from),
    from,
    actions: { AIRLOCK_BOT_ID: String(app.botId), ...(baseUrl === null ? {} : { OPENAI_BASE_URL: baseUrl }) },
    secrets: { OPENAI_API_KEY: key },
  });
  repository.setRole("mona", "admin");
  repository.setRole("ben", "write");
  repository.setRole("rita", "read");
  hub.install(app, repository);
  return { app, repository };
}

/** The built server in its own process, as an operator starts it. */
async function startServer(hub: Hub, app: HubApp): Promise<AsyncDisposable & { webhookUrl: string }> {
  const child = spawn(process.execPath, [path.join(root, "dist/server.mjs")], {
    cwd: tmpdir(),
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"],
      APP_ID: String(app.id),
      PRIVATE_KEY: app.privateKeyPem,
      WEBHOOK_SECRET: app.webhookSecret,
      PORT: "0",
      GITHUB_API_URL: hub.url,
    },
  });
  const port = await portOf(child);
  return {
    webhookUrl: `http://127.0.0.1:${port}/api/github/webhooks`,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("the server has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === "object" && entry !== null && "port" in entry && typeof entry.port === "number") {
      child.stdout.resume();
      return entry.port;
    }
  }
  throw new Error("the server ended before it listened");
}

/** The PATH of this process with the project's own Node first. */
export function jobPath(): string {
  return `${path.join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
}

/** The registry that the machine's npm is configured with: jobs start with an empty home. */
export async function registry(): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["config", "get", "registry"]);
  return stdout.trim();
}
