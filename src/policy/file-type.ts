import { isDependencyList } from "../inspect/dependency-lists.ts";
import { foldPath } from "../inspect/fold-path.ts";
import { addsOnlyProse } from "./prose.ts";

/**
 * What executes a file, as far as its name and content tell.
 * `text`: nothing does. `source`: the program does, and types, lint and tests judge it. `other`: something else may, and no check of ours looks.
 */
export type FileType = "text" | "source" | "other";

const source = /\.([cm]?[jt]sx?|json|css|scss|less|vue|svelte|astro|snap)$/;
/** Programs of a tool, not of the repository: they run before any check does. */
const toolProgram =
  /(^|\/)([^/]+\.config\.[cm]?[jt]s|\.[^/]+|(gulpfile|gruntfile|dangerfile|cmakelists|cmakecache|meson_options|meson)\.[^/]+)$/;

/**
 * The type of an entry. An unknown name is `other`, because a name that nobody listed may be run by something.
 * In: the path and both texts; empty where the file does not exist, null where the content is binary.
 */
export function fileType(path: string, before: string | null, after: string | null): FileType {
  const folded = foldPath(path);
  if (before === null || after === null || toolProgram.test(folded)) return "other";
  if (folded.endsWith(".txt")) return isDependencyList(folded) ? "other" : "text";
  if (/\.(md|markdown)$/.test(folded)) return addsOnlyProse(before, after) ? "text" : "other";
  return source.test(folded) ? "source" : "other";
}
