import type { ChangeEntry } from "../change.ts";
import { differences, filesOf } from "../change/files.ts";
import type { TreeFile } from "../change/tree-sha.ts";
import type { Config } from "../config.ts";
import type { GitHub } from "../github/github.ts";
import type { Step } from "../handoff/solution.ts";
import { stop, type Stopped } from "./stop.ts";

/** A result that the gate can build, because every object of it is on GitHub already. */
export interface Made {
  kind: "made";
  tree: string;
  /** Base … tree. */
  change: ChangeEntry[];
  steps: Step[];
}

/**
 * What differs between two lists of all files of a tree, with contents from GitHub, in the order of a Change. Within the caps of a change,
 * or a stop: more is not even read.
 */
export async function changeTo(
  to: readonly TreeFile[],
  from: readonly TreeFile[],
  limits: Pick<Config["limits"], "change_files" | "change_bytes">,
  github: GitHub,
): Promise<{ kind: "change"; entries: ChangeEntry[] } | Stopped> {
  const differing = differences(filesOf(from), filesOf(to));
  if (differing.length > limits.change_files) return tooLarge(`${differing.length} files`);
  const entries: ChangeEntry[] = [];
  let bytes = 0;
  for (const { after, ...entry } of differing) {
    const content = after === null || after.mode === "160000" ? null : await github.blob(after.sha);
    bytes += content?.byteLength ?? 0;
    if (bytes > limits.change_bytes) return tooLarge(`more than ${limits.change_bytes} bytes`);
    entries.push({ ...entry, after: after === null ? null : { ...after, content: content?.toString("base64") ?? "" } });
  }
  return { kind: "change", entries };
}

function tooLarge(what: string): Stopped {
  return stop(
    "limit",
    `This changes ${what}.`,
    "Raise the limits of a change in .github/airlock.toml, or do it by hand.",
  );
}
