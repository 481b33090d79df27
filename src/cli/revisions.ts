import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Terminal, UsageError } from "./verb.ts";

/** Two commits of one repository, as `risk` and `verify` take them. */
export interface Revisions {
  base: string;
  head: string;
  directory: string;
  json: boolean;
}

/** Reads `--base REV --head REV [-C DIR] [--json]`. @throws UsageError when a revision is missing. */
export function readRevisions(args: string[], { cwd }: Pick<Terminal, "cwd">): Revisions {
  const { values } = parseArgs({
    args,
    options: {
      base: { type: "string" },
      head: { type: "string" },
      directory: { type: "string", short: "C", default: "." },
      json: { type: "boolean", default: false },
    },
  });
  const { base, head, directory, json } = values;
  if (base === undefined || head === undefined) throw new UsageError("name both --base and --head");
  return { base, head, directory: resolve(cwd, directory), json };
}
