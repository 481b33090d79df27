import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditLog, openAudit } from "../../src/audit/log.ts";
import { githubClient, noPatience } from "../../src/github/client.ts";
import type { GitHub } from "../../src/github/github.ts";
import type { RunVerb, Task } from "../../src/handoff/task.ts";
import type { RunRequest } from "../../src/phases/asked.ts";
import { gate } from "../../src/phases/gate.ts";
import type { Stopped } from "../../src/phases/stop.ts";
import { asVerb } from "../../src/request/command.ts";
import { renderRunName, type TriggerKind } from "../../src/request/run-name.ts";
import { gitText } from "../emulators/github/git.ts";
import { setRef, writeBlob, writeCommit, writeTree } from "../emulators/github/git-write.ts";
import { type Hub, type HubRepository, startHub } from "../emulators/github/hub.ts";
import type { Account, Permissions } from "../emulators/github/state.ts";
import { writeFiles } from "../workspace/repository.ts";

/** The workflow only as far as a dispatch needs it: the test plays the runner. */
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

export const workflowPath = ".github/workflows/airlock.yml";

/** The permissions of the two jobs, as the workflow grants them. */
export const gatePermissions: Permissions = {
  contents: "read",
  issues: "read",
  pull_requests: "read",
  actions: "read",
  checks: "read",
};
export const publishPermissions: Permissions = { ...gatePermissions, contents: "write", pull_requests: "write" };

const firstFiles = { "README.md": "# demo\n", "src/sum.js": "a - b\n", [workflowPath]: workflow };

/** GitHub with one repository and one issue, under a clock that the test moves. */
export interface Scene extends AsyncDisposable {
  hub: Hub;
  repository: HubRepository;
  /** The account of our App that dispatches. */
  bot: Account;
  /** Issue of `rita`, two hours older than the clock. */
  issue: number;
  now: () => number;
  /** Moves GitHub's clock. */
  pass: (minutes: number) => void;
  accountId: (login: string) => number;
  /** GitHub with the gate's permissions, and with those of publish. */
  reading: GitHub;
  writing: GitHub;
  /** A commit onto a branch, made by nobody in particular; null removes a path. */
  push: (files: Record<string, string | null>, branch?: string) => string;
}

/** mona, ben and max may write, maintain and administrate; tim has triage, rita read; sam is a stranger. */
export async function scene(files: Record<string, string> = {}): Promise<Scene> {
  const dir = await mkdtemp(join(tmpdir(), "airlock-phase-"));
  let clock = Date.parse("2026-11-20T08:00:00Z");
  const now = () => clock;
  const hub = await startHub({
    dir: join(dir, "hub"),
    now,
    onDispatch: (run) => {
      const number = (name: string) => Number(run.inputs[name]);
      run.update({
        title: renderRunName({
          verb: asVerb(run.inputs["verb"] ?? "") ?? "help",
          issue: number("issue"),
          trigger: run.inputs["trigger"] === "review" ? "review" : "comment",
          id: number("id"),
          requester: number("requester"),
        }),
      });
    },
  });
  for (const login of ["mona", "ben", "max", "tim", "rita", "sam"]) hub.addUser(login);
  writeFiles(join(dir, "files"), { ...firstFiles, ...files });
  const repository = hub.createRepository({ owner: "octo", name: "demo", from: join(dir, "files") });
  for (const [login, role] of [
    ["mona", "write"],
    ["ben", "maintain"],
    ["max", "admin"],
    ["tim", "triage"],
    ["rita", "read"],
  ] as const)
    repository.setRole(login, role);
  const bot = hub.addUser("airlock[bot]", { type: "Bot" });
  const issue = repository.openIssue("rita", "sum is wrong", "It subtracts.");
  clock += 120 * 60_000;
  const client = (permissions: Permissions) =>
    githubClient({
      token: hub.jobToken(repository, permissions),
      apiUrl: hub.url,
      owner: "octo",
      repo: "demo",
      patience: noPatience,
    });
  return {
    hub,
    repository,
    bot,
    issue,
    now,
    pass: (minutes) => void (clock += minutes * 60_000),
    accountId: (login) => hub.state.accounts.find((account) => account.login === login)?.id ?? 0,
    reading: client(gatePermissions),
    writing: client(publishPermissions),
    push: (changed, branch = "main") => push(repository, changed, { branch, at: clock }),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
      if (hub.violations.length > 0) throw new Error(hub.violations.join("\n"));
    },
  };
}

export interface Asking {
  /** Who comments. */
  as?: string;
  body?: string;
  issue?: number;
  /** Minutes between the comment and its run. */
  minutes?: number;
  /** Who dispatches; the App's bot unless given. */
  dispatchedBy?: string;
  ref?: string;
  workflow?: string;
  verb?: RunVerb;
  trigger?: TriggerKind;
}

/** Somebody comments, and a run is dispatched for it. Out: what that run's gate is told. */
export async function ask(stage: Scene, asking: Asking = {}): Promise<RunRequest & { comment: number }> {
  const { as = "mona", body = "/agent fix", issue = stage.issue, minutes = 1 } = asking;
  const comment = await stage.repository.comment(as, issue, body);
  stage.pass(minutes);
  return { ...dispatch(stage, { id: comment, issue, requester: stage.accountId(as) }, asking), comment };
}

/** A run of our workflow for a comment or a review that is there. */
export function dispatch(
  stage: Scene,
  ids: { id: number; issue: number; requester: number },
  {
    dispatchedBy = stage.bot.login,
    ref,
    workflow: file = "airlock.yml",
    verb = "fix",
    trigger = "comment",
  }: Asking = {},
): RunRequest {
  const { repository, bot } = stage;
  const told = { verb, issue: ids.issue, trigger, id: ids.id, requester: ids.requester };
  const inputs = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)]));
  const run = repository.dispatch(dispatchedBy, file, inputs, ref);
  return {
    identity: { repository: { id: repository.id, owner: "octo", name: "demo" }, run: { id: run, attempt: 1 } },
    inputs: told,
    appBotId: bot.id,
  };
}

/** The same scene as a job sees it that begins now: its token is its own. */
export function laterJob<At extends Scene>(stage: At): At {
  const token = stage.hub.jobToken(stage.repository, gatePermissions);
  const options = { apiUrl: stage.hub.url, owner: "octo", repo: "demo", patience: noPatience };
  return { ...stage, reading: githubClient({ token, ...options }) };
}

/** What the gate of a run says, and what it writes into its log. */
export async function gateOf(
  stage: Scene,
  request: RunRequest,
): Promise<({ kind: "task"; task: Task } | Stopped) & { audit: AuditLog }> {
  const audit = openAudit("gate", stage.now);
  const { identity, inputs, appBotId } = request;
  const outcome = await gate({ identity, inputs, appBotId }, { github: stage.reading, audit, now: stage.now });
  return { ...outcome, audit };
}

function push(
  { bare }: HubRepository,
  files: Record<string, string | null>,
  { branch, at }: { branch: string; at: number },
): string {
  const tip = gitText(bare, ["rev-parse", "--verify", "main"]);
  const parent = gitText(bare, ["for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`]) || tip;
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    mode: "100644",
    sha: text === null ? null : writeBlob(bare, Buffer.from(text)),
  }));
  const tree = writeTree(bare, gitText(bare, ["rev-parse", `${parent}^{tree}`]), entries);
  const person = { name: "Somebody", email: "somebody@example.com", at: Math.floor(at / 1000) };
  const commit = writeCommit(bare, { tree, parents: [parent], message: "more", author: person, committer: person });
  setRef(bare, `refs/heads/${branch}`, commit);
  return commit;
}

/** A forced push: `main` goes on from the commit before its last, or, without one, from nothing. */
export function rewriteMain({ repository: { bare } }: Scene): void {
  const parents = gitText(bare, ["rev-list", "--parents", "--max-count=1", "main"]).split(" ").slice(1);
  const tree = gitText(bare, ["rev-parse", "main^{tree}"]);
  const person = { name: "Somebody", email: "somebody@example.com", at: 1_700_000_000 };
  setRef(
    bare,
    "refs/heads/main",
    writeCommit(bare, { tree, parents, message: "instead", author: person, committer: person }),
  );
}
