import type { Change } from "../change.ts";
import { foldName } from "./git-name.ts";

export interface Collision {
  path: string;
  rule: "path-collision" | "path-conflict";
  message: string;
}

/**
 * New paths that some checkout cannot hold next to the others: names (of files or folders on the way) that differ only by case or Unicode
 * form, and paths below what is a file. In: the Change and every path of the base tree.
 */
export function collisions(change: Change, basePaths: readonly string[]): Collision[] {
  const gone = new Set(change.filter(({ after }) => after === null).map(({ path }) => path));
  const kept = basePaths.filter((path) => !gone.has(path));
  const files = new Set([...kept, ...change.filter(({ after }) => after !== null).map(({ path }) => path)]);
  const folders = new Set([...files].flatMap((path) => foldersOf(path)));
  const spellings = spellingsOf([...files, ...folders]);
  return change
    .filter(({ before, after }) => before === null && after !== null)
    .flatMap(({ path }) => collisionsOf(path, { files, folders, spellings }));
}

interface Tree {
  files: ReadonlySet<string>;
  folders: ReadonlySet<string>;
  /** Folded path → the different paths that fold to it. */
  spellings: ReadonlyMap<string, readonly string[]>;
}

function collisionsOf(path: string, { files, folders, spellings }: Tree): Collision[] {
  const found: Collision[] = [];
  for (const name of [...foldersOf(path), path]) {
    const other = spellings.get(foldPath(name))?.find((spelling) => spelling !== name);
    if (other === undefined) continue;
    const message = `\`${name}\` and \`${other}\` are one name on file systems that ignore case or Unicode form.`;
    found.push({ path, rule: "path-collision", message });
    break;
  }
  const file = foldersOf(path).find((folder) => files.has(folder));
  if (file !== undefined)
    found.push({ path, rule: "path-conflict", message: `\`${file}\` is a file; nothing can lie below it.` });
  if (folders.has(path))
    found.push({ path, rule: "path-conflict", message: "Other paths lie below this one, so it cannot be a file." });
  return found;
}

function spellingsOf(paths: readonly string[]): Map<string, string[]> {
  const spellings = new Map<string, string[]>();
  for (const path of paths) {
    const folded = foldPath(path);
    const known = spellings.get(folded);
    if (known === undefined) spellings.set(folded, [path]);
    else if (!known.includes(path)) known.push(path);
  }
  return spellings;
}

/** Trailing dots and spaces count as nothing, as on Windows. */
function foldPath(path: string): string {
  return path
    .split("/")
    .map((segment) => foldName(segment).replace(/[. ]+$/, ""))
    .join("/");
}

function foldersOf(path: string): string[] {
  const segments = path.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}
