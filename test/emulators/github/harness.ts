import { createSign } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Hub, HubApp, HubOptions, HubRepository } from "./hub.ts";
import { startHub } from "./hub.ts";

/** The workflow that the tests dispatch: block style, one required input, one with a default. */
export const workflow = `name: Work
run-name: work on \${{ inputs.subject }}
on:
  workflow_dispatch:
    inputs:
      subject:
        description: what to work on
        required: true
      mood:
        default: calm
jobs: {}
`;

export const permissions = {
  actions: "write",
  checks: "write",
  contents: "read",
  issues: "write",
  pull_requests: "write",
} as const;

export interface Stage {
  hub: Hub;
  app: HubApp;
  repository: HubRepository;
  installationId: number;
  dir: string;
}

/** A hub with one App on one private repository, an owner, a maintainer `mara` and a stranger `sam`. Gone after the test. */
export async function stage(options: Partial<HubOptions> & { private?: boolean } = {}): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), "hub-"));
  const hub = await startHub({ dir: join(dir, "hub"), checkAnswers: true, ...options });
  onTestFinished(async () => {
    await hub[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });
  const files = join(dir, "files");
  write(files, {
    "README.md": "# Toy\n",
    "src/sum.ts": "export const sum = 1;\n",
    ".github/workflows/work.yml": workflow,
  });
  hub.addUser("mara");
  hub.addUser("sam");
  const events = [
    "issues",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "merge_group",
    "push",
    "workflow_run",
  ];
  const app = hub.createApp({ slug: "airlock", permissions, events, webhookSecret: "quiet" });
  const repository = hub.createRepository({
    owner: "acme",
    name: "toy",
    from: files,
    private: options.private ?? true,
  });
  repository.setRole("mara", "maintain");
  const { installationId } = hub.install(app, repository);
  return { hub, app, repository, installationId, dir };
}

export function write(root: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Whatever JSON came back; the tests say what they expect of it. */
// oxlint-disable-next-line typescript/no-explicit-any -- an answer is looked at, never relied on
export type Anything = any;

export interface Called {
  status: number;
  json: Anything;
  headers: Headers;
  text: string;
}

/** One plain HTTP request, so that the emulator is tested without any client's habits. A text body is sent as it is. */
export async function call(hub: Hub, token: string, line: string, body?: unknown): Promise<Called> {
  const headers: Record<string, string> = token === "" ? {} : { Authorization: `Bearer ${token}` };
  return send(hub, line, {
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

/** The same as a browser does it: a page is wanted, a form is posted. */
export async function browse(hub: Hub, line: string, form?: Record<string, string>): Promise<Called> {
  return send(hub, line, {
    headers: { Accept: "text/html" },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
}

async function send(hub: Hub, line: string, request: RequestInit): Promise<Called> {
  const [method = "GET", path = "/"] = line.split(" ");
  const answer = await fetch(`${hub.url}${path}`, { method, redirect: "manual", ...request });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") === true;
  return { status: answer.status, json: isJson ? JSON.parse(text) : undefined, headers: answer.headers, text };
}

/** A JSON web token as an App makes it; `claims` spoil it. */
export function jwt(app: HubApp, claims: Record<string, unknown> = {}, key = app.privateKeyPem): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now - 60, exp: now + 540, iss: String(app.id), ...claims })}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key).toString("base64url")}`;
}

export async function mint({ hub, app, installationId }: Stage, narrowed?: unknown): Promise<string> {
  const now = Math.floor(hub.state.now() / 1000);
  const answer = await call(
    hub,
    jwt(app, { iat: now - 60, exp: now + 540 }),
    `POST /app/installations/${installationId}/access_tokens`,
    narrowed,
  );
  if (answer.status !== 201) throw new Error(`no token: ${answer.text}`);
  return String(answer.json.token);
}
