import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { z } from "zod";
import { createLog } from "../../src/app/log.ts";
import { type RunningApp, startApp } from "../../src/app/start.ts";
import { type Hub, type HubApp, type HubRepository, startHub } from "../emulators/github/hub.ts";
import type { DispatchedRun } from "../emulators/runner/dispatched-run.ts";

/** The workflow only as far as a dispatch needs it: nothing here runs its jobs. */
const workflow = `name: airlock
on:
  workflow_dispatch:
    inputs:
      verb: { required: true, type: string }
      issue: { required: true, type: string }
      trigger: { required: true, type: string }
      id: { required: true, type: string }
      requester: { required: true, type: string }
jobs: {}
`;

export const permissions = {
  metadata: "read",
  issues: "write",
  pull_requests: "read",
  actions: "write",
  checks: "write",
  merge_queues: "read",
  members: "read",
} as const;

export interface Scene extends AsyncDisposable {
  hub: Hub;
  app: HubApp;
  running: RunningApp;
  repository: HubRepository;
  issue: number;
  /** Runs as they were dispatched; the test plays the runner. */
  dispatched: DispatchedRun[];
  lines: Record<string, unknown>[];
  /** Later work is done and, once every run has ended, every delivery is answered. */
  quiet(): Promise<void>;
  /** Plays a whole run: its papers by artifact name, then its conclusion. */
  finish(
    run: DispatchedRun,
    papers: Record<string, Record<string, unknown>>,
    conclusion?: "success" | "failure" | "cancelled",
  ): Promise<void>;
}

/** GitHub with one repository, one issue, the App installed, and the App's server running, which shows again without waiting. */
export async function scene(
  options: { withWorkflow?: boolean; wait?: (ms: number) => Promise<void> } = {},
): Promise<Scene> {
  const dir = await mkdtemp(join(tmpdir(), "airlock-app-"));
  const dispatched: DispatchedRun[] = [];
  const hub = await startHub({ dir: join(dir, "hub"), onDispatch: (run) => dispatched.push(run) });
  for (const login of ["mona", "reader", "stranger"]) hub.addUser(login);
  const from = join(dir, "files");
  await mkdir(join(from, ".github/workflows"), { recursive: true });
  await writeFile(join(from, "README.md"), "# demo\n");
  if (options.withWorkflow ?? true) await writeFile(join(from, ".github/workflows/airlock.yml"), workflow);
  const repository = hub.createRepository({ owner: "octo", name: "demo", from });
  repository.setRole("mona", "write");
  repository.setRole("reader", "read");
  const app = hub.createApp({
    slug: "airlock",
    permissions,
    events: ["issue_comment", "workflow_run", "pull_request", "pull_request_review", "merge_group"],
    webhookSecret: "a-long-secret",
  });
  const issue = repository.openIssue("stranger", "sum is wrong", "It subtracts.");
  const lines: Record<string, unknown>[] = [];
  const running = await startApp(
    {
      appId: app.id,
      privateKey: app.privateKeyPem,
      webhookSecret: "a-long-secret",
      port: 0,
      apiUrl: hub.url,
      webhookProxyUrl: null,
    },
    createLog((line) => lines.push(z.record(z.string(), z.unknown()).parse(JSON.parse(line))), Date.now),
    { attempts: 3, waitMaxMs: 60_000, sleep: options.wait ?? (async () => {}), now: () => 0, random: () => 0 },
  );
  app.webhookUrl = running.webhookUrl;
  hub.install(app, repository);

  const quiet = async () => {
    const unfinished = repository.runs().some(({ status }) => status !== "completed");
    if (!unfinished) await hub.idle();
    await running.idle();
  };
  return {
    hub,
    app,
    running,
    repository,
    issue,
    dispatched,
    lines,
    quiet,
    async finish(run, papers, conclusion = "success") {
      for (const [name, files] of Object.entries(papers)) {
        const zip = zipSync(
          Object.fromEntries(Object.entries(files).map(([file, paper]) => [file, strToU8(JSON.stringify(paper))])),
        );
        await run.saveArtifact({ name, zip: Buffer.from(zip), attempt: run.attempt });
      }
      run.update({ status: "completed", conclusion });
      await quiet();
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await hub[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
      if (hub.violations.length > 0) throw new Error(hub.violations.join("\n"));
    },
  };
}
