import { foldName, isGitName } from "./git-name.ts";

/** Folders that steer git, GitHub or an agent: a link into them would let one path change under another name. */
const protectedFolders = new Set([".github", ".agents", ".codex"]);

/** Bytes a link's target may have (Linux's PATH_MAX). */
const targetBytesMax = 4_096;

/**
 * Why a symbolic link may not be in a Change; null when it may: a relative target inside the tree, written the plain way, that is not a
 * protected place. `..` may only lead the target: after a name it would depend on what that name links to.
 */
export function symlinkProblem(path: string, content: Uint8Array): string | null {
  const target = decode(content);
  if (target === null || target === "" || /[\p{C}\\]/u.test(target))
    return "The link's target is empty or not plain text.";
  if (content.byteLength > targetBytesMax) return `The link's target has more than ${targetBytesMax} bytes.`;
  if (target.startsWith("/") || /^[A-Za-z]:/.test(target)) return "The link's target is absolute and leaves the tree.";
  const segments = target.replace(/\/+$/, "").split("/");
  const up = segments.findIndex((segment) => segment !== "..");
  const names = up === -1 ? [] : segments.slice(up);
  if (names.some((name) => name === ".." || name === ""))
    return "The link's target has `..` or an empty name after its start.";
  const folder = path.split("/").slice(0, -1);
  const steps = segments.length - names.length;
  if (steps > folder.length) return "The link's target leaves the tree.";
  const reached = [...folder.slice(0, folder.length - steps), ...names.filter((name) => name !== ".")];
  if (reached.length === 0) return "The link points at the whole tree.";
  if (reached.some(isGitName)) return "The link points at git's own directory.";
  if (protectedFolders.has(foldName(reached[0] ?? "")))
    return `The link points into the protected folder ${reached[0]}.`;
  return null;
}

function decode(content: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}
