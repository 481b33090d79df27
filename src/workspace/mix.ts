import { git, gitText } from "./git.ts";
import { indexInfo, type Placed } from "./apply.ts";
import { type Store, withIndex } from "./store.ts";

/**
 * Makes a tree from another one with some paths replaced or taken away, by index plumbing alone. What a path hides (a file where
 * a directory was) goes. The blobs must be in the store. Out: the tree's id.
 * @throws AirlockError `git-failed` for a path that git refuses.
 */
export async function mixTree(store: Store, tree: string, placed: readonly Placed[]): Promise<string> {
  return withIndex(store, async (indexFile) => {
    const call = { ...store, indexFile };
    await git(call, ["read-tree", "--end-of-options", tree]);
    await git({ ...call, stdin: indexInfo(placed) }, ["update-index", "--add", "--replace", "-z", "--index-info"]);
    return gitText(call, ["write-tree"]);
  });
}
