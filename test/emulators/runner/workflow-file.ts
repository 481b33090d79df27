import {
  convertWorkflowTemplate,
  isBasicExpression,
  isMapping,
  isSequence,
  NoOperationTraceWriter,
  parseWorkflow,
} from "@actions/workflow-parser";
import type { WorkflowJob } from "@actions/workflow-parser/model/workflow-template";
import type { MappingToken, TemplateToken } from "@actions/workflow-parser/templates/tokens/index";
import type { JobPermissions } from "./dispatched-run.ts";
import type { Template } from "./expressions.ts";
import { EmulatorLimit } from "./limit.ts";
import { scalar } from "./tokens.ts";

export interface StepPlan {
  /** The `id` of the file, or null: only steps with an id appear in `steps.*`. */
  id: string | null;
  name: Template | null;
  /** Always set and complete: `success()` is spelled out where GitHub implies it. */
  if: string;
  does: { kind: "uses"; uses: string; with: Record<string, Template> } | { kind: "run"; run: Template };
  workingDirectory: Template | null;
  env: Record<string, Template>;
  continueOnError: Template | null;
  timeoutMinutes: Template | null;
}

export interface JobPlan {
  id: string;
  name: Template | null;
  needs: string[];
  if: string;
  permissions: JobPermissions;
  timeoutMinutes: Template | null;
  /** Whether the run stays green when this job fails. */
  continueOnError: boolean;
  outputs: Record<string, Template>;
  env: Record<string, Template>;
  steps: StepPlan[];
}

export interface WorkflowPlan {
  name: string;
  runName: Template | null;
  env: Record<string, Template>;
  concurrency: { group: Template; queue: "single" | "max" } | null;
  /** Inputs of `workflow_dispatch`; null when the workflow cannot be dispatched. */
  inputs: Record<string, { required: boolean; default: string }> | null;
  jobs: JobPlan[];
}

/** What GitHub grants a job when neither it nor the workflow says `permissions` (the restricted default). */
const defaultPermissions: JobPermissions = { contents: "read", packages: "read" };

const workflowKeys = ["name", "run-name", "on", "permissions", "concurrency", "env", "jobs"];
const jobKeys = ["name", "needs", "if", "runs-on", "permissions", "outputs", "env", "steps"];
const stepKeys = ["id", "name", "if", "uses", "with", "run", "shell", "working-directory", "env"];
const flowKeys = ["continue-on-error", "timeout-minutes"];

/**
 * Reads a workflow file with GitHub's own parser.
 * @throws Error listing every problem the parser reports (line and column); EmulatorLimit for a key this runner does not imitate.
 */
export async function readWorkflow(file: { path: string; text: string }): Promise<WorkflowPlan> {
  const parsed = parseWorkflow({ name: file.path, content: file.text }, new NoOperationTraceWriter());
  const template = parsed.value && (await convertWorkflowTemplate(parsed.context, parsed.value));
  const problems = parsed.context.errors.getErrors().map((error) => error.message);
  if (!parsed.value || !template || problems.length > 0)
    throw new Error(`${file.path} is not a valid workflow:\n${problems.join("\n")}`);
  const root = parsed.value.assertMapping("workflow");
  refuseOthers(root, workflowKeys, "the workflow");
  const granted = permissionsOf(root.find("permissions")) ?? defaultPermissions;
  const jobs = mapping(root.find("jobs"));
  return {
    name: scalar(root.find("name")) ?? file.path,
    runName: templateOf(root.find("run-name")),
    env: templatesOf(root.find("env")),
    concurrency: concurrencyOf(root.find("concurrency")),
    inputs: inputsOf(root.find("on"), template.events.workflow_dispatch?.inputs),
    jobs: template.jobs.map((job) => jobOf(job, mapping(jobs.find(job.id.value)), granted)),
  };
}

/** `needs` and `if` come from the converted model; it leaves out the rest, which is read from the token tree. */
function jobOf(job: WorkflowJob, tokens: MappingToken, granted: JobPermissions): JobPlan {
  const id = job.id.value;
  refuseOthers(tokens, [...jobKeys, ...flowKeys], `job ${id}`);
  if (job.type !== "job") throw new EmulatorLimit(`job ${id} calls another workflow`);
  const stepTokens = tokens.find("steps")?.assertSequence("steps");
  return {
    id,
    name: templateOf(tokens.find("name")),
    needs: job.needs?.map((need) => need.value) ?? [],
    if: job.if.expression,
    permissions: permissionsOf(tokens.find("permissions")) ?? granted,
    timeoutMinutes: templateOf(tokens.find("timeout-minutes")),
    continueOnError: scalar(tokens.find("continue-on-error")) === "true",
    outputs: templatesOf(tokens.find("outputs")),
    env: templatesOf(tokens.find("env")),
    steps: job.steps.map((step, index) => {
      if (!("if" in step) || step.if === undefined) throw new EmulatorLimit(`job ${id} uses a step that only waits`);
      return stepOf(mapping(stepTokens?.get(index)), step.if.expression, `a step of job ${id}`);
    }),
  };
}

function stepOf(tokens: MappingToken, condition: string, where: string): StepPlan {
  refuseOthers(tokens, [...stepKeys, ...flowKeys], where);
  const shell = scalar(tokens.find("shell"));
  if (shell !== null && shell !== "bash") throw new EmulatorLimit(`${where} asks for the shell ${shell}`);
  const uses = scalar(tokens.find("uses"));
  const run = templateOf(tokens.find("run"));
  if (uses === null && run === null) throw new EmulatorLimit(`${where} neither runs nor uses anything`);
  return {
    id: scalar(tokens.find("id")),
    name: templateOf(tokens.find("name")),
    if: condition,
    does:
      uses === null
        ? { kind: "run", run: run ?? { kind: "literal", value: "" } }
        : { kind: "uses", uses, with: templatesOf(tokens.find("with")) },
    workingDirectory: templateOf(tokens.find("working-directory")),
    env: templatesOf(tokens.find("env")),
    continueOnError: templateOf(tokens.find("continue-on-error")),
    timeoutMinutes: templateOf(tokens.find("timeout-minutes")),
  };
}

/** Permissions by their API names; `none` and absent are the same. Null when the key is absent altogether. */
function permissionsOf(token: TemplateToken | undefined): JobPermissions | null {
  if (token === undefined) return null;
  if (!isMapping(token)) throw new EmulatorLimit("permissions must be a mapping, not read-all or write-all");
  const granted: JobPermissions = {};
  for (const { key, value } of token) {
    const level = scalar(value);
    if (level === "read" || level === "write") granted[key.toString().replaceAll("-", "_")] = level;
  }
  return granted;
}

function concurrencyOf(token: TemplateToken | undefined): WorkflowPlan["concurrency"] {
  if (token === undefined) return null;
  if (!isMapping(token)) return { group: required(templateOf(token), "concurrency"), queue: "single" };
  if (scalar(token.find("cancel-in-progress")) === "true")
    throw new EmulatorLimit("concurrency.cancel-in-progress is not imitated");
  const group = required(templateOf(token.find("group")), "concurrency.group");
  return { group, queue: scalar(token.find("queue")) === "max" ? "max" : "single" };
}

type InputModel = Record<string, { required?: boolean; default?: string | boolean | number }>;

function inputsOf(on: TemplateToken | undefined, model: InputModel | undefined): WorkflowPlan["inputs"] {
  const events = on === undefined ? [] : isMapping(on) ? [...on].map(({ key }) => key.toString()) : namesIn(on);
  if (!events.includes("workflow_dispatch")) return null;
  return Object.fromEntries(
    Object.entries(model ?? {}).map(([name, input]) => [
      name,
      { required: input.required === true, default: input.default === undefined ? "" : String(input.default) },
    ]),
  );
}

function namesIn(token: TemplateToken): string[] {
  return isSequence(token) ? Array.from(token, (one) => scalar(one) ?? "") : [scalar(token) ?? ""];
}

function templatesOf(token: TemplateToken | undefined): Record<string, Template> {
  if (token === undefined) return {};
  if (!isMapping(token)) throw new EmulatorLimit("a whole mapping from one expression is not imitated");
  return Object.fromEntries(
    [...token].map(({ key, value }) => [key.toString(), required(templateOf(value), key.toString())]),
  );
}

function templateOf(token: TemplateToken | undefined): Template | null {
  if (token === undefined) return null;
  if (isBasicExpression(token)) return { kind: "expression", source: token.expression };
  return { kind: "literal", value: scalar(token) ?? "" };
}

function mapping(token: TemplateToken | undefined): MappingToken {
  if (token === undefined || !isMapping(token)) throw new EmulatorLimit("expected a mapping");
  return token;
}

function required(template: Template | null, what: string): Template {
  if (template === null) throw new EmulatorLimit(`${what} has no value`);
  return template;
}

function refuseOthers(tokens: MappingToken, known: readonly string[], where: string): void {
  for (const { key } of tokens)
    if (!known.includes(key.toString()))
      throw new EmulatorLimit(`${where} has the key ${key.toString()}, which is not imitated`);
}
