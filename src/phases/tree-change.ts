import type { ChangeEntry } from "../change.ts";
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

type Files = ReadonlyMap<string, TreeFile>;

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
  const [was, becomes] = [byPath(from), byPath(to)];
  const paths = [...new Set([...was.keys(), ...becomes.keys()])].filter(
    (path) => !same(was.get(path), becomes.get(path)),
  );
  if (paths.length > limits.change_files) return tooLarge(`${paths.length} files`);
  const entries: ChangeEntry[] = [];
  let bytes = 0;
  for (const path of paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const [before, after] = [was.get(path), becomes.get(path)];
    const content = after === undefined || after.mode === "160000" ? null : await github.blob(after.sha);
    bytes += content?.byteLength ?? 0;
    if (bytes > limits.change_bytes) return tooLarge(`more than ${limits.change_bytes} bytes`);
    entries.push({
      path,
      before: before === undefined ? null : { mode: before.mode, sha: before.sha },
      after:
        after === undefined ? null : { mode: after.mode, sha: after.sha, content: content?.toString("base64") ?? "" },
    });
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

export function byPath(files: readonly TreeFile[]): Files {
  return new Map(files.map((file) => [file.path, file]));
}

/** Whether two trees hold the same at a path; undefined: nothing is there. */
export function same(one: TreeFile | undefined, other: TreeFile | undefined): boolean {
  return one?.mode === other?.mode && one?.sha === other?.sha;
}
