import { join } from "node:path";
import { type Checkout, checkoutTree } from "./checkout.ts";
import { changeBetween, changeBytesMax } from "./diff.ts";
import { git, gitText } from "./git.ts";
import { layFiles } from "./generated.ts";
import { excludeLines } from "./inside-git.ts";
import { protectedDirectories, restoreMountPoints } from "./mount-points.ts";
import { removeLarge } from "./large-files.ts";
import { writeOwnedFile } from "./owned.ts";
import { copyTrees, type Store, treeOf, viewRepository } from "./store.ts";
import { sweep } from "./sweep.ts";
import type { RunAs, Workspace } from "./workspace.ts";

export interface OpenWorkspace {
  /** Host directory in or above a repository that holds the commit. Its configuration is not read. */
  source: string;
  commit: string;
  /** Commit that a Change is told against; absent: `commit`. */
  against?: string;
  /** Existing host directory, reachable for `runAs`, in which the workspace gets its own. */
  dir: string;
  runAs: RunAs;
  /** Paths in the work tree that dependencies will be mounted over; `node_modules` at the top is always one. */
  mountPoints?: readonly string[];
  /** Host directory of generated files, which are laid into the work tree and belong to no tree; absent: none. */
  generated?: string;
  /** Bytes above which a new file that git does not ignore is removed at a checkpoint; absent: `changeBytesMax`. */
  fileBytesMax?: number;
}

/**
 * Makes a throw-away copy of one commit for the agent.
 * @throws AirlockError `bad-input` when `source` is no repository, `workspace-unusable` when the commit is missing or its
 * tree cannot be contained, `git-failed` when git breaks.
 */
export async function openWorkspace({
  source,
  commit,
  against = commit,
  dir,
  runAs,
  mountPoints = [],
  generated,
  fileBytesMax = changeBytesMax,
}: OpenWorkspace): Promise<Workspace> {
  const { store, tree, base } = await copyCommits(source, { commit, against }, { dir, runAs });
  try {
    const checkout = await checkoutTree(store, { tree, name: "repo", mountPoints });
    const laid = generated === undefined ? [] : await layFiles(generated, checkout.root, runAs);
    // Also when the agent edits .gitignore: what was generated before its work is none of its work.
    await writeOwnedFile(join(store.gitDir, "info/exclude"), excludeLines([...checkout.created, ...laid]), runAs);
    const index = await openIndex(store, checkout);
    const known = knownPaths(checkout);
    const mounted = [...protectedDirectories, "node_modules", ...mountPoints];
    return {
      root: checkout.root,
      start: { commit, tree },
      base: { commit: against, tree: base },
      checkpoint: async (timeoutMs) => {
        const signal = timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) };
        const call = { ...index, ...signal };
        const violations = [
          ...(await sweep({ root: checkout.root, known, ...signal })),
          ...(await restoreMountPoints(checkout.root, mounted, runAs)),
          ...(await removeLarge(call, known, fileBytesMax)),
        ];
        await git(call, ["add", "--all"]);
        return { tree: await gitText(call, ["write-tree"]), violations: shortened(violations) };
      },
      change: (after, from = base) => changeBetween(store, from, after),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

async function copyCommits(
  source: string,
  { commit, against }: { commit: string; against: string },
  { dir, runAs }: { dir: string; runAs: RunAs },
): Promise<{ store: Store; tree: string; base: string }> {
  await using view = await viewRepository(source, dir);
  const [tree, base] = await Promise.all([treeOf(view, commit), treeOf(view, against)]);
  return { store: await copyTrees(view, [tree, base], dir, runAs), tree, base };
}

/** The index that checkpoints are made with lies outside the work tree, like everything else that git believes. */
async function openIndex(store: Store, { root, tree }: Checkout) {
  const call = { ...store, workTree: root, cwd: root, indexFile: join(store.directory, "index") };
  await git(call, ["read-tree", tree]);
  return call;
}

/** A command can make a million things that must go; nobody reads more than these. */
const violationsMax = 50;

function shortened(violations: readonly string[]): string[] {
  if (violations.length <= violationsMax) return [...violations];
  return [...violations.slice(0, violationsMax), `Removed ${violations.length - violationsMax} more things.`];
}

/** What was in the work tree before the agent: the tree's paths with their directories, and what we made. */
function knownPaths({ files, created }: Checkout): Set<string> {
  const known = new Set<string>(created);
  for (const { rawPath } of files) {
    for (let end = rawPath.length; end !== -1; end = rawPath.lastIndexOf("/", end - 1))
      known.add(rawPath.slice(0, end));
  }
  return known;
}
