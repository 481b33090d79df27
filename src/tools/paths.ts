import { posix } from "node:path";
import { workspaceInside } from "../../sandbox/sandbox.ts";

/** Bytes of a path the kernel takes (PATH_MAX in linux/limits.h). */
const pathBytesMax = 4096;

/** A path the model named: relative to the workspace (`.` is its root), or the reason why it is not one. */
export type Named = { kind: "inside"; path: string } | { kind: "outside"; reason: string };

/**
 * Reads a path as the model wrote it, without touching the disk. The containment is the sandbox's work; this check only keeps
 * the model from believing that a file outside would become part of the change.
 */
export function insidePath(path: string): Named {
  const outside = (reason: string): Named => ({ kind: "outside", reason });
  if (path.trim() === "") return outside("the path is empty");
  if (path.includes("\0")) return outside("the path contains a NUL character");
  if (Buffer.byteLength(path) > pathBytesMax) return outside(`the path has more than ${pathBytesMax} bytes`);
  const relative = posix.relative(workspaceInside, posix.resolve(workspaceInside, path));
  if (relative === ".." || relative.startsWith("../"))
    return outside(`${path} is outside the workspace ${workspaceInside}`);
  return { kind: "inside", path: relative === "" ? "." : relative };
}
