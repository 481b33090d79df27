import type { LimitName } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";

/** What the configuration says about the memory and the processes of one command, in the sandbox's units. Absent stays absent. Pure. */
export function resourceLimits({ memory_mb, processes }: Pick<Config["limits"], "memory_mb" | "processes">): {
  memoryBytes?: number;
  processes?: number;
} {
  return {
    ...(memory_mb === undefined ? {} : { memoryBytes: memory_mb * 1024 * 1024 }),
    ...(processes === undefined ? {} : { processes }),
  };
}

/** What to change so that a command fits into a limit. */
export const limitFix: Readonly<Record<LimitName, string>> = {
  memory: "Raise `limits.memory_mb`, or use a machine with more memory.",
  processes: "Raise `limits.processes`, or let the tools start fewer workers.",
  "file-size": "Write smaller files; this limit cannot be raised.",
  disk: "Free space on the disk, or use a machine with a larger one.",
};
