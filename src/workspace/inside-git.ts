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

export interface InsideGit {
  /** Where its index belongs; whoever writes the files writes it. */
  indexFile: string;
  /** Lets it ignore paths of the work tree that belong to no tree. To be called once. */
  exclude: (paths: readonly string[]) => Promise<void>;
}

/**
 * Gives a work tree its own `.git` with one commit without a parent, so that `git status`, `diff` and `log` answer inside
 * the sandbox. It holds the objects of this tree only. The host never reads it again.
 */
export async function plantGit(store: Store, { root, tree }: { root: string; tree: string }): Promise<InsideGit> {
  const call = { gitDir: join(root, ".git"), workTree: root, cwd: root, runAs: store.runAs };
  await git(call, ["init", "--quiet", "--template=", "--object-format=sha1"]);
  await makeOwnedDirectory(join(call.gitDir, "info"), store.runAs);
  await writeOwnedFile(join(call.gitDir, "info/attributes"), exactBytes, store.runAs);
  await copyObjects(store, call, [tree]);
  const commit = await gitText({ ...call, identity }, ["commit-tree", "-m", "The state Airlock started from", tree]);
  await git(call, ["update-ref", "--no-deref", "refs/heads/airlock", commit]);
  return {
    indexFile: join(call.gitDir, "index"),
    exclude: (paths) => writeOwnedFile(join(call.gitDir, "info/exclude"), excludeLines(paths), store.runAs),
  };
}

/** Lines for `info/exclude` that match exactly these paths. */
export function excludeLines(paths: readonly string[]): string {
  return paths.map((path) => `/${path.replace(/[\\*?[\]!# ]/g, "\\$&")}\n`).join("");
}
