import { runTask } from "./task.ts";
import type { Verb } from "./verb.ts";

export const verb: Verb = {
  usage: 'exec [-s read-only|workspace-write] [-m MODEL] [-C DIR] [-o DIR] [--json] "TASK"',
  summary:
    "Works on a task without asking anybody: agent, verification, verdict. Your files are not touched; the result is a patch.",
  run: async (args, terminal) => (await runTask(args, terminal)).code,
};
