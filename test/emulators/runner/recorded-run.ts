import { createHash } from "node:crypto";
import type { DispatchedRun, JobPermissions, RunUpdate } from "./dispatched-run.ts";

/** A dispatched run without a GitHub behind it: keeps what the runner reports. For the runner's own tests. */
export interface RecordedRun extends DispatchedRun {
  readonly updates: RunUpdate[];
  readonly artifacts: Map<number, { name: string; zip: Buffer }>;
  readonly grants: { token: string; permissions: JobPermissions; revoked: boolean }[];
  /** `job: text` for each line of the log. */
  log(): string[];
  /** The last reported conclusion of each job, and `run` for the whole. */
  conclusions(): Record<string, string | null>;
}

/** A workflow of one job with these steps (YAML, indented by six). */
export function oneJob(steps: string, head = ""): string {
  return `on: workflow_dispatch\n${head}\njobs:\n  only:\n    runs-on: ubuntu-24.04\n    steps:\n${steps}`;
}

type Facts = { text: string } & Partial<Omit<DispatchedRun, "workflow">>;

export function recordRun({ text, ...facts }: Facts): RecordedRun {
  const updates: RunUpdate[] = [];
  const artifacts: RecordedRun["artifacts"] = new Map();
  const grants: RecordedRun["grants"] = [];
  const inputs = facts.inputs ?? {};
  return {
    id: 4711,
    attempt: 1,
    number: 3,
    repository: { id: 99, owner: "octo", ownerId: 7, name: "garden", defaultBranch: "main" },
    actor: { id: 12, login: "airlock-app[bot]" },
    event: "workflow_dispatch",
    sha: "a".repeat(40),
    ref: "refs/heads/main",
    apiUrl: "http://127.0.0.1:9/api/v3",
    graphqlUrl: "http://127.0.0.1:9/graphql",
    serverUrl: "http://127.0.0.1:9",
    vars: {},
    secrets: {},
    payload: { inputs, sender: { id: 12 } },
    ...facts,
    inputs,
    workflow: { path: ".github/workflows/test.yml", text },
    updates,
    artifacts,
    grants,
    update: (change) => void updates.push(structuredClone(change)),
    saveArtifact: async ({ name, zip }) => {
      const id = 500 + artifacts.size;
      artifacts.set(id, { name, zip });
      return { id, digest: digestOf(zip) };
    },
    readArtifact: async (id) => {
      const found = artifacts.get(id);
      return found === undefined ? null : { id, ...found, digest: digestOf(found.zip) };
    },
    tokenFor: (permissions) => {
      const grant = { token: `job-token-${grants.length}`, permissions, revoked: false };
      grants.push(grant);
      return { token: grant.token, revoke: () => void (grant.revoked = true) };
    },
    log: () => updates.flatMap((update) => update.log ?? []).map((line) => `${line.job}: ${line.text}`),
    conclusions: () => {
      const jobs = updates.findLast((update) => update.jobs)?.jobs ?? [];
      const run = updates.findLast((update) => update.conclusion)?.conclusion ?? null;
      return Object.fromEntries([...jobs.map((job) => [job.id, job.conclusion] as const), ["run", run] as const]);
    },
  };
}

function digestOf(zip: Buffer): string {
  return `sha256:${createHash("sha256").update(zip).digest("hex")}`;
}
