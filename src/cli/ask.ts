import { runTask } from "./task.ts";
import type { Verb } from "./verb.ts";

export const verb: Verb = {
  usage: 'ask [-m MODEL] [-C DIR] [-o DIR] [--json] "QUESTION"',
  summary:
    "Answers a question about the repository at HEAD. The agent works read-only in the sandbox; nothing is changed.",
  run: async (args, terminal) => (await runTask(args, terminal, "ask")).code,
};
