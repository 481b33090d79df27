import { vi } from "vitest";
import { type AppConnection, connectApp } from "../../src/github/app.ts";
import { githubClient } from "../../src/github/client.ts";
import type { Stop } from "../../src/handoff/stop.ts";
import type { Judgement, Verdict } from "../../src/handoff/verdict.ts";
import { commitMessage } from "../../src/record/commit-message.ts";
import { ours, type Outgoing } from "../../src/text/outgoing.ts";
import type { DispatchedRun } from "../emulators/runner/dispatched-run.ts";
import { judgement, stopped, task } from "../record/papers.ts";
import { type Scene, scene } from "./scene.ts";

export const titleOf = ({ inputs }: DispatchedRun): string =>
  `airlock ${inputs["verb"]} #${inputs["issue"]} ${inputs["trigger"]} ${inputs["id"]} by ${inputs["requester"]}`;

export const low = judgement({
  level: "low",
  draft: false,
  requirements: { reviewers: 0, security_review: false, manual_verification: false, owners: [] },
});

/** A comment of `mona` was dispatched, its run is under way, and the App has shown that. */
export interface RunScene extends Scene {
  comment: number;
  run: DispatchedRun;
  identity: (id?: number) => {
    repository: { id: number; owner: string; name: string };
    run: { id: number; attempt: 1 };
  };
  stop: (kind: Stop["kind"], message?: string) => Stop;
  /** Bodies of the App's comments on the issue. */
  statuses: () => string[];
  reactions: () => string[];
  /** Pushes what the publish job would push. Out: its commit and pull request. */
  published: (message?: Outgoing) => Promise<NonNullable<Verdict["published"]>>;
}

/** How another server of the same App reaches this scene's GitHub. */
export function connectionOf({ app, hub }: Pick<Scene, "app" | "hub">): Promise<AppConnection> {
  return connectApp({
    appId: app.id,
    privateKey: app.privateKeyPem,
    webhookSecret: app.webhookSecret,
    apiUrl: hub.url,
    timeoutMs: 10_000,
  });
}

export async function runScene(): Promise<RunScene> {
  const here = await scene();
  const comment = await here.repository.comment("mona", here.issue, "/agent fix");
  await here.running.idle();
  const [run] = here.dispatched;
  if (run === undefined) throw new Error("no run");
  run.update({ status: "in_progress", title: titleOf(run) });
  await vi.waitFor(
    () => {
      const begun = here.hub.deliveries.find(({ action }) => action === "in_progress")?.statusCode;
      if (begun !== 200) throw new Error(`the beginning was answered ${begun}`);
    },
    { timeout: 10_000 },
  );
  const identity = (id = run.id) => ({
    repository: { id: here.repository.id, owner: "octo", name: "demo" },
    run: { id, attempt: 1 as const },
  });
  return {
    ...here,
    comment,
    run,
    identity,
    stop: (kind, message) => ({ ...stopped(kind, message), ...identity(), phase: "gate" }),
    statuses: () =>
      here.repository
        .issueComments(here.issue)
        .filter(({ author }) => author === "airlock[bot]")
        .map(({ body }) => body),
    reactions: () => here.repository.reactionsOf(comment).map(({ content }) => content),
    published: (message = messageOf(run.id)) => publish(here, message),
  };
}

/** The message of a commit that publish makes under a judgement. */
export const messageOf = (id: number, under: Judgement = low): Outgoing =>
  commitMessage({
    brief: task().brief,
    requester: { id: 5, login: "mona" },
    run: { id, url: "https://x.test/1" },
    judgement: under,
    known: [],
  });

/** Opens a pull request as the publish job does. */
export async function publish(here: Scene, message: Outgoing): Promise<NonNullable<Verdict["published"]>> {
  const token = here.hub.jobToken(here.repository, { contents: "write", pull_requests: "write" });
  const github = githubClient({ token, apiUrl: here.hub.url, owner: "octo", repo: "demo" });
  const main = (await github.branch("main")) ?? "";
  const base = await github.commit(main);
  const blob = await github.createBlob(Buffer.from("better\n"));
  const tree = await github.createTree(base.tree, [{ path: "README.md", mode: "100644", sha: blob }]);
  const { sha: commit } = await github.createCommit({ message, tree, parents: [main] });
  const branch = `airlock/${here.issue}-1`;
  await github.createBranch(branch, commit);
  const pull = await github.createPull({ title: ours`t`, body: ours`b`, head: branch, base: "main", draft: false });
  return { branch, commit, tree, pull_request: pull.number, url: pull.url, not_applied: [] };
}
