import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AirlockError } from "../errors.ts";

/** The parts of a repository on this machine that we read ourselves, without asking a git that believes its configuration. */
export interface Source {
  /** The git directory with HEAD and, for a linked work tree, its own index. */
  gitDir: string;
  /** Directory that holds the objects. */
  objects: string;
  /** Top of the work tree; null for a bare repository. */
  workTree: string | null;
}

/**
 * Finds the repository at or above a directory by its layout alone: `.git` directory, `.git` file of a linked work tree,
 * or a bare repository. Nothing is executed and no configuration is read.
 * @throws AirlockError `bad-input` when there is none.
 */
export async function findSource(path: string): Promise<Source> {
  for (let directory = resolve(path); ; directory = dirname(directory)) {
    const found = await sourceAt(directory);
    if (found !== null) return found;
    if (dirname(directory) === directory) break;
  }
  throw new AirlockError({
    code: "bad-input",
    message: `${path} is not in a git repository.`,
    fix: "Name a directory inside a git repository (`-C DIR`), or run `git init` and commit first.",
  });
}

async function sourceAt(directory: string): Promise<Source | null> {
  if (await isGitDirectory(directory)) return describe(directory, null);
  const dotGit = join(directory, ".git");
  const kind = await stat(dotGit).catch(() => null);
  if (kind === null) return null;
  if (kind.isDirectory()) return (await isGitDirectory(dotGit)) ? describe(dotGit, directory) : null;
  const pointer = /^gitdir: (.+)\n?$/.exec(await readFile(dotGit, "utf8"))?.[1];
  if (pointer === undefined) return null;
  const linked = resolve(directory, pointer);
  return (await isGitDirectory(linked)) ? describe(linked, directory) : null;
}

async function describe(gitDir: string, workTree: string | null): Promise<Source> {
  const common = (await readFile(join(gitDir, "commondir"), "utf8").catch(() => "")).trim();
  return {
    gitDir: await realpath(gitDir),
    objects: await realpath(join(common === "" ? gitDir : resolve(gitDir, common), "objects")),
    workTree: workTree === null ? null : await realpath(workTree),
  };
}

/** The test git itself uses: HEAD, and objects either here or in the common directory. */
async function isGitDirectory(path: string): Promise<boolean> {
  const head = await lstat(join(path, "HEAD")).catch(() => null);
  if (head === null) return false;
  const parts = await Promise.all(
    ["objects", "commondir"].map((name) =>
      stat(join(path, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return parts.some(Boolean);
}
