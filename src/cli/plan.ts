import { runTask } from "./task.ts";
import type { Verb } from "./verb.ts";

export const verb: Verb = {
  usage: 'plan [-m MODEL] [-C DIR] [-o DIR] [--json] "TASK"',
  summary:
    "Plans how a task would be done on the repository at HEAD: steps, files, risks. The agent works read-only in the sandbox; nothing is changed.",
  run: async (args, terminal) => (await runTask(args, terminal, "plan")).code,
};
