import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Change } from "../change.ts";
import { AirlockError } from "../errors.ts";
import { diffTrees } from "./diff.ts";
import { git, gitText } from "./git.ts";
import { makePrivateDirectory, writeOwnedFile } from "./owned.ts";
import { type Store, withIndex } from "./store.ts";

/**
 * Rebuilds base + Change as a tree in the store, by index plumbing alone: no work tree is involved, so nothing on a disk
 * can differ from what the Change says. Out: the new tree's id.
 * @throws AirlockError `tree-mismatch` when the result does not differ from the base in exactly these entries: a `before`
 * that is not in the base, a content that is not its id, a path that hides another. `git-failed` for a path git refuses.
 */
export async function applyChange(store: Store, base: string, change: Change): Promise<string> {
  await writeBlobs(store, change);
  const tree = await withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile };
    await git(call, ["read-tree", "--end-of-options", base]);
    await git({ ...call, stdin: indexInfo(change) }, ["update-index", "-z", "--index-info"]);
    return gitText(call, ["write-tree"]);
  });
  const wanted = change.map((entry) => line(entry)).sort();
  const actual = (await diffTrees(store, base, tree)).map((entry) => line(entry)).sort();
  const odd = wanted.find((text) => !actual.includes(text)) ?? actual.find((text) => !wanted.includes(text));
  if (odd !== undefined || wanted.length !== actual.length)
    throw mismatch(`${odd ?? "an entry"} does not fit the base ${base}`);
  return tree;
}

/** Stores the new contents. git computes the ids; each must be the one that the Change names. */
export async function writeBlobs(store: Store, change: Change): Promise<void> {
  const blobs = change.flatMap(({ path, after }) =>
    after === null || after.mode === "160000" ? [] : [{ path, after }],
  );
  if (blobs.length === 0) return;
  const directory = await makePrivateDirectory(store.directory, "blobs-", store.runAs);
  try {
    for (const [number, { after }] of blobs.entries()) {
      await writeOwnedFile(join(directory, String(number)), Buffer.from(after.content, "base64"), store.runAs);
    }
    const stdin = blobs.map((_, number) => `${number}\n`).join("");
    const argv = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
    const shas = (await gitText({ ...store, cwd: directory, stdin }, argv)).split("\n");
    const wrong = blobs.find(({ after }, number) => shas[number] !== after.sha);
    if (wrong !== undefined) throw mismatch(`the content of ${JSON.stringify(wrong.path)} is not ${wrong.after.sha}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What stands at a path afterwards; null: nothing. */
export interface Placed {
  path: string;
  after: { mode: string; sha: string } | null;
}

/** Input of `update-index -z --index-info`. Deletions come first, so that `a` may go and `a/b` appear in one Change. */
export function indexInfo(change: readonly Placed[]): string {
  const gone = change.filter(({ after }) => after === null);
  const here = change.filter(({ after }) => after !== null);
  return [...gone, ...here]
    .map(({ path, after }) => {
      if (path.includes("\0")) throw mismatch(`the path ${JSON.stringify(path)} holds a NUL`);
      return `${after?.mode ?? "0"} ${after?.sha ?? "0".repeat(40)}\t${path}\0`;
    })
    .join("");
}

interface Side {
  mode: string;
  sha: string;
}

function line({ path, before, after }: { path: string; before: Side | null; after: Side | null }): string {
  const side = (value: Side | null) => (value === null ? "nothing" : `${value.mode} ${value.sha}`);
  return `${JSON.stringify(path)} (${side(before)} → ${side(after)})`;
}

function mismatch(what: string): AirlockError {
  return new AirlockError({
    code: "tree-mismatch",
    message: `The change cannot be rebuilt: ${what}.`,
    fix: "Start the run again from the current commit; a change that was altered on its way is not used.",
  });
}
