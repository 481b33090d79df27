import { readFile } from "node:fs/promises";
import path from "node:path";
import { isMapping, NoOperationTraceWriter } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/action-parser";
import { EmulatorLimit, StepFailure } from "./limit.ts";
import { scalar } from "./tokens.ts";

/** What a JavaScript action's `action.yml` says. */
export interface ActionFile {
  /** Absolute path of the program. */
  main: string;
  /** Declared inputs; `default` is null when there is none. */
  inputs: Record<string, { required: boolean; default: string | null }>;
}

/**
 * Reads `action.yml` with GitHub's own schema.
 * @throws Error when GitHub would refuse the file; EmulatorLimit for anything but a plain `node24` program.
 */
export async function readAction(directory: string): Promise<ActionFile> {
  const file = path.join(directory, "action.yml");
  const content = await readFile(file, "utf8");
  const parsed = parseAction({ name: file, content }, new NoOperationTraceWriter());
  const problems = parsed.context.errors.getErrors().map((error) => error.message);
  if (!parsed.value || problems.length > 0) throw new Error(`${file} is not a valid action:\n${problems.join("\n")}`);
  const root = parsed.value.assertMapping("action");
  const runs = root.find("runs")?.assertMapping("runs");
  const using = scalar(runs?.find("using"));
  const main = scalar(runs?.find("main"));
  if (using !== "node24" || main === null) throw new EmulatorLimit(`${file}: only runs.using node24 is imitated`);
  if (runs?.find("pre") ?? runs?.find("post")) throw new EmulatorLimit(`${file}: pre and post are not imitated`);
  const inputs: ActionFile["inputs"] = {};
  for (const { key, value } of root.find("inputs")?.assertMapping("inputs") ?? []) {
    if (!isMapping(value)) continue;
    const fallback = value.find("default");
    inputs[key.toString()] = {
      required: scalar(value.find("required")) === "true",
      default: scalar(fallback),
    };
  }
  return { main: path.resolve(directory, main), inputs };
}

/**
 * The environment that carries a step's inputs: `INPUT_` and the name in capitals with `_` for spaces; a declared input
 * without a value and without a default is empty. GitHub only warns of an input that is not declared; here it fails.
 */
export function inputEnvironment(action: ActionFile, given: Readonly<Record<string, string>>): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !(name in action.inputs));
  if (unknown.length > 0)
    throw new StepFailure(
      `Unexpected input(s) ${unknown.join(", ")}, valid inputs are ${Object.keys(action.inputs).join(", ")}`,
    );
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, input]) => [
      `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
      given[name] ?? input.default ?? "",
    ]),
  );
}
