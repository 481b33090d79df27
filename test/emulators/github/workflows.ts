import { Refusal } from "./answer.ts";
import { blob, itemAt, treeItems, commitAt } from "./git-read.ts";
import type { Repository, State, Workflow } from "./state.ts";
import { nextId } from "./ids.ts";

const folder = ".github/workflows/";

/** What this emulator reads of a workflow file by itself; the runner reads the rest with GitHub's own parser. */
export interface WorkflowText {
  name: string | null;
  /** The inputs of `on.workflow_dispatch`; null when the file has no such trigger. */
  inputs: Map<string, { required: boolean; default: string | null }> | null;
}

/** Every workflow of the default branch, registered on first sight as GitHub does. */
export function workflowsOf(state: State, repository: Repository): Workflow[] {
  const commit = commitAt(repository.bare, repository.defaultBranch);
  if (commit === null) return [];
  const files = treeItems(repository.bare, commit, true).filter(
    (item) => item.path.startsWith(folder) && /\.ya?ml$/.test(item.path),
  );
  return files.map((file) => {
    const found = repository.workflows.find((workflow) => workflow.path === file.path);
    if (found) return found;
    const name = readWorkflow(blob(repository.bare, file.sha).toString("utf8")).name ?? file.path;
    const workflow: Workflow = { id: nextId(state, "workflow"), name, path: file.path, createdAt: state.now() };
    repository.workflows.push(workflow);
    return workflow;
  });
}

/** By id or file name. @throws Refusal 404 */
export function workflowOf(state: State, repository: Repository, idOrFile: string): Workflow {
  const found = workflowsOf(state, repository).find(
    (one) => String(one.id) === idOrFile || one.path === `${folder}${idOrFile}`,
  );
  if (found === undefined) throw new Refusal(404, "Not Found");
  return found;
}

/** The file's text at a commit; null when the path is not there. */
export function workflowText(repository: Repository, workflow: Workflow, commit: string): string | null {
  const item = itemAt(repository.bare, commit, workflow.path);
  return item === null ? null : blob(repository.bare, item.sha).toString("utf8");
}

/** Fills defaults and refuses what GitHub refuses. @throws Refusal 422 */
export function checkInputs(text: string, given: Record<string, string>): Record<string, string> {
  const { inputs } = readWorkflow(text);
  if (inputs === null) throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger");
  const unexpected = Object.keys(given).filter((name) => !inputs.has(name));
  if (unexpected.length > 0) throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  const filled: Record<string, string> = {};
  for (const [name, input] of inputs) {
    const value = given[name] ?? input.default;
    if (input.required && (value === null || value === ""))
      throw new Refusal(422, `Required input '${name}' not provided`);
    if (value !== null) filled[name] = value;
  }
  return filled;
}

/** Reads name and dispatch inputs by indentation: block style only, which is what workflow files are written in. */
export function readWorkflow(text: string): WorkflowText {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  const name = lines.find((line) => line.startsWith("name:"))?.slice("name:".length);
  const triggers = [...below(lines, /^["']?on["']?:/), ...inlineTriggers(lines)];
  const hasDispatch = triggers.some((line) => /^[\s-]*workflow_dispatch\b/.test(line));
  if (!hasDispatch) return { name: name === undefined ? null : plain(name), inputs: null };
  const inputs = below(below(triggers, /^\s*workflow_dispatch:/), /^\s*inputs:/);
  const indent = inputs[0]?.search(/\S/) ?? 0;
  const names = inputs.filter((line) => line.search(/\S/) === indent).map((line) => plain(line.split(":")[0] ?? ""));
  const facts = names.map((input) => {
    const own = below(inputs, new RegExp(`^\\s{${indent}}["']?${input}["']?:`)).map((line) => line.trim());
    const fallback = own.find((line) => line.startsWith("default:"))?.slice("default:".length);
    const required = own.includes("required: true");
    return [input, { required, default: fallback === undefined ? null : plain(fallback) }] as const;
  });
  return { name: name === undefined ? null : plain(name), inputs: new Map(facts) };
}

/** `on: workflow_dispatch` and `on: [push, workflow_dispatch]`. */
function inlineTriggers(lines: string[]): string[] {
  const inline = /^["']?on["']?:\s*(\S.*)$/.exec(lines.find((line) => /^["']?on["']?:/.test(line)) ?? "")?.[1] ?? "";
  return inline.split(/[[\],\s]+/).filter((word) => word !== "");
}

/** The lines of the first block whose key matches. */
function below(lines: string[], key: RegExp): string[] {
  const start = lines.findIndex((line) => key.test(line));
  const first = lines[start];
  if (first === undefined) return [];
  const indent = first.search(/\S/);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.search(/\S/) <= indent);
  return end < 0 ? rest : rest.slice(0, end);
}

function plain(text: string): string {
  return text
    .trim()
    .replace(/\s+#.*$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
}
