import type { DispatchedRun } from "./dispatched-run.ts";
import { checkout } from "./checkout.ts";
import { EmulatorLimit } from "./limit.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { setupNode } from "./setup-node.ts";
import type { User } from "./step-process.ts";
import { uploadArtifact } from "./upload-artifact.ts";

/** What a built-in action may see of its step. */
export interface BuiltinStep {
  inputs: Readonly<Record<string, string>>;
  run: DispatchedRun;
  /** The job's token: what `github.token` is. */
  token: string;
  /** `GITHUB_WORKSPACE`: relative paths start here. */
  workspace: string;
  env: Record<string, string>;
  user: User | undefined;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** Does the action's work and returns its outputs. Throws StepFailure when the real action would fail. */
export type BuiltinAction = (step: BuiltinStep) => Promise<Record<string, string>>;

const actions: Record<string, { run: BuiltinAction; inputs: readonly string[] }> = {
  "actions/checkout": {
    run: checkout,
    inputs: ["repository", "ref", "token", "path", "persist-credentials", "fetch-depth"],
  },
  "actions/setup-node": { run: setupNode, inputs: ["node-version", "check-latest"] },
  "actions/upload-artifact": {
    run: uploadArtifact,
    inputs: [
      "name",
      "path",
      "if-no-files-found",
      "retention-days",
      "compression-level",
      "include-hidden-files",
      "overwrite",
    ],
  },
  "actions/download-artifact": { run: downloadArtifact, inputs: ["artifact-ids", "name", "path"] },
};

/** The built-in action of `uses`, or null. An input that it does not imitate is refused rather than ignored. */
export function builtinAction(uses: string, inputs: Readonly<Record<string, string>>): BuiltinAction | null {
  const action = actions[uses.replace(/@.*$/s, "")];
  if (action === undefined) return null;
  const unknown = Object.keys(inputs).filter((name) => !action.inputs.includes(name));
  if (unknown.length > 0) throw new EmulatorLimit(`${uses}: the inputs ${unknown.join(", ")} are not imitated`);
  return action.run;
}
