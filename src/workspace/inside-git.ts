import { join } from "node:path";
import { git, gitText } from "./git.ts";
import { makeOwnedDirectory, writeOwnedFile } from "./owned.ts";
import { copyObjects, exactBytes, type Store } from "./store.ts";

/** Who makes the one commit inside, and when: fixed, so that the same tree always gives the same commit. */
const identity = {
  GIT_AUTHOR_NAME: "Airlock",
  GIT_AUTHOR_EMAIL: "airlock@localhost",
  GIT_AUTHOR_DATE: "2000-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "Airlock",
  GIT_COMMITTER_EMAIL: "airlock@localhost",
  GIT_COMMITTER_DATE: "2000-01-01T00:00:00Z",
};

/**
 * Gives a work tree its own `.git` with one commit without a parent, so that `git status`, `diff` and `log` answer inside
 * the sandbox. It holds the objects of this tree only. The host never reads it again.
 * In: `exclude`, paths of the work tree that belong to no tree.
 */
export async function plantGit(
  store: Store,
  place: { root: string; tree: string; exclude: readonly string[] },
): Promise<void> {
  const { root, tree, exclude } = place;
  const call = { gitDir: join(root, ".git"), workTree: root, cwd: root, runAs: store.runAs };
  await git(call, ["init", "--quiet", "--template=", "--object-format=sha1"]);
  await makeOwnedDirectory(join(call.gitDir, "info"), store.runAs);
  await writeOwnedFile(join(call.gitDir, "info/exclude"), excludeLines(exclude), store.runAs);
  await writeOwnedFile(join(call.gitDir, "info/attributes"), exactBytes, store.runAs);
  await copyObjects(store, call, [tree]);
  const commit = await gitText({ ...call, identity }, ["commit-tree", "-m", "The state Airlock started from", tree]);
  await git(call, ["update-ref", "--no-deref", "refs/heads/airlock", commit]);
  await git(call, ["read-tree", tree]);
  // Fills in sizes and times, so that `git status` inside need not read every file each time.
  await git(call, ["update-index", "-q", "--refresh"]).catch(() => undefined);
}

/** Lines for `info/exclude` that match exactly these paths. */
export function excludeLines(paths: readonly string[]): string {
  return paths.map((path) => `/${path.replace(/[\\*?[\]!# ]/g, "\\$&")}\n`).join("");
}
