import type { DispatchedRun, JobConclusion } from "./dispatched-run.ts";
import type { Contexts } from "./expressions.ts";
import type { JobDirectories } from "./job-directories.ts";
import type { WorkflowPlan } from "./workflow-file.ts";

/** How a job or step ended, as `needs.*` shows it. */
export interface JobEnd {
  result: JobConclusion;
  outputs: Record<string, string>;
}

/** `github`, `inputs` and `vars`: what `run-name`, `concurrency` and a job's `if` may read. */
export function runContexts(run: DispatchedRun, plan: WorkflowPlan): { github: Record<string, unknown> } & Contexts {
  return { github: githubContext(run, plan), inputs: inputsOf(run, plan), vars: { ...run.vars } };
}

/** The dispatch's inputs with the workflow's defaults; empty text for an input that was not given. */
function inputsOf(run: DispatchedRun, plan: WorkflowPlan): Record<string, string> {
  const declared = Object.entries(plan.inputs ?? {});
  return Object.fromEntries(declared.map(([name, input]) => [name, run.inputs[name] ?? input.default]));
}

function githubContext(run: DispatchedRun, plan: WorkflowPlan): Record<string, unknown> {
  const { repository, actor } = run;
  const fullName = `${repository.owner}/${repository.name}`;
  return {
    workflow: plan.name,
    workflow_ref: `${fullName}/${run.workflow.path}@${run.ref}`,
    workflow_sha: run.sha,
    event_name: run.event,
    event: run.payload,
    actor: actor.login,
    actor_id: String(actor.id),
    triggering_actor: actor.login,
    repository: fullName,
    repository_id: String(repository.id),
    repository_owner: repository.owner,
    repository_owner_id: String(repository.ownerId),
    ref: run.ref,
    ref_name: run.ref.replace(/^refs\/(?:heads|tags)\//, ""),
    ref_type: run.ref.startsWith("refs/tags/") ? "tag" : "branch",
    sha: run.sha,
    run_id: String(run.id),
    run_number: String(run.number),
    run_attempt: String(run.attempt),
    server_url: run.serverUrl,
    api_url: run.apiUrl,
    graphql_url: run.graphqlUrl,
    retention_days: "90",
    head_ref: "",
    base_ref: "",
  };
}

/** The `GITHUB_*` variables of every step: the text values of the `github` context, and no token. */
export function githubVariables(github: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(github).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const shown = texts.filter(([name]) => name !== "token");
  return Object.fromEntries(shown.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]));
}

/** The `runner` context; `RUNNER_*` variables are its entries. A runner of ours is no hosted one, and says so. */
export function runnerContext(directories: JobDirectories): Record<string, string> {
  return {
    name: "emulated runner",
    os: "Linux",
    arch: process.arch === "arm64" ? "ARM64" : "X64",
    environment: "self-hosted",
    temp: directories.temp,
    tool_cache: directories.tools,
  };
}
