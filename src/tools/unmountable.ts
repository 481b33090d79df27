import { SandboxError } from "../../sandbox/sandbox.ts";
import type { Tool } from "./tool.ts";

/**
 * The same tool, for which a workspace that cannot be mounted is a result: what a command left there (a link in the place of
 * `.git`, thousands of nested repositories) is the model's doing, and the sandbox is sound.
 */
export function answeringUnmountable(tool: Tool): Tool {
  return {
    ...tool,
    async run(input, signal) {
      try {
        return await tool.run(input, signal);
      } catch (thrown) {
        if (!(thrown instanceof SandboxError) || thrown.kind !== "workspace") throw thrown;
        const why = thrown.message;
        return { ok: false, output: `Not carried out: ${why}`, detail: { kind: "unmountable", why } };
      }
    },
  };
}
