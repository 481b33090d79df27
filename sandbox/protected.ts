import { chmodSync, lstatSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import type { Dirent } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { SandboxError } from "./sandbox.ts";

const protectedNames = new Set([".git", "git~1", ".agents", ".codex"]);
/** bwrap reads at most 9000 words; each protected path costs three. */
const protectedMax = 2500;
const slash = Buffer.from("/");

/** Code points that HFS+ ignores in names, so that `.g\u200cit` is `.git` there. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Whether a file system could take this name for `.git`, `.agents` or `.codex`: case, HFS+ and NTFS spellings included. */
export function isProtectedName(name: string): boolean {
  const plain = name.normalize("NFC").replace(ignorable, "").toLowerCase();
  const windows = plain.split(":")[0]?.replace(/[. ]+$/, "") ?? "";
  return protectedNames.has(windows);
}

/** What a walk over a workspace found, as paths relative to it, parents before children. */
export interface WorkspaceScan {
  /** Bound read-only. */
  protectedPaths: string[];
  /** Covered with an empty file: a process of the host may listen there. */
  sockets: string[];
}

/**
 * Walks a workspace without following links.
 * @throws SandboxError when a protected name is a symlink or special file, when an entry cannot be named to bwrap, or when
 *   there are too many.
 */
export function scanWorkspace(root: string): WorkspaceScan {
  const scan: WorkspaceScan = { protectedPaths: [], sockets: [] };
  walk(Buffer.from(root), Buffer.alloc(0), scan);
  const found = new Set(scan.protectedPaths);
  for (const path of scan.protectedPaths) {
    for (const target of gitDataOf(root, path)) found.add(target);
  }
  const count = found.size + scan.sockets.length;
  if (count > protectedMax) {
    throw new SandboxError(
      `The workspace holds ${count} protected entries (.git, .agents, .codex, sockets), more than ${protectedMax}.`,
      "Remove nested repositories and sockets from the workspace.",
    );
  }
  return { protectedPaths: [...found].sort(), sockets: scan.sockets.sort() };
}

/** Names stay bytes on the way: a directory whose name is no UTF-8 must not hide what lies in it. */
function walk(root: Buffer, directory: Buffer, scan: WorkspaceScan): void {
  for (const entry of entriesOf(Buffer.concat([root, slash, directory]))) {
    const path = directory.byteLength === 0 ? entry.name : Buffer.concat([directory, slash, entry.name]);
    if (isProtectedName(entry.name.toString("utf8"))) {
      if (!entry.isDirectory() && !entry.isFile()) {
        throw new SandboxError(
          `${path.toString("utf8")} is a ${entry.isSymbolicLink() ? "symlink" : "special file"}; it cannot be protected.`,
          "Remove it, or replace it with a real directory.",
        );
      }
      scan.protectedPaths.push(nameable(path));
    } else if (entry.isDirectory()) {
      walk(root, path, scan);
    } else if (entry.isSocket()) {
      scan.sockets.push(nameable(path));
    }
  }
}

/** A directory that its owner closed is opened again: what is in it must be seen, and modes of directories are no content. */
function entriesOf(directory: Buffer): Dirent<Buffer>[] {
  const read = () => readdirSync(directory, { encoding: "buffer", withFileTypes: true });
  try {
    return read();
  } catch {
    try {
      chmodSync(directory, 0o755);
      return read();
    } catch (cause) {
      throw new SandboxError(`${directory.toString("utf8")} cannot be read.`, "Remove it, or make it readable.", cause);
    }
  }
}

function nameable(path: Buffer): string {
  const text = path.toString("utf8");
  if (Buffer.from(text).equals(path)) return text;
  throw new SandboxError(`${text} has a name that is no UTF-8; it cannot be protected.`, "Rename or remove it.");
}

/** The directories a `.git` file points to (worktree or submodule), when they lie in the workspace; outside they do not exist inside. */
function gitDataOf(root: string, path: string): string[] {
  const absolute = join(root, path);
  if (!lstatSync(absolute).isFile()) return [];
  const target = /^gitdir: (.+)$/m.exec(readSmall(absolute))?.[1];
  if (target === undefined) return [];
  const directory = isAbsolute(target) ? target : resolve(absolute, "..", target);
  const inside = insideOf(root, directory);
  if (inside === null) return [];
  const common = insideOf(root, resolve(directory, readSmall(join(directory, "commondir")).trim() || "."));
  return common === null ? [inside] : [inside, common];
}

function insideOf(root: string, directory: string): string | null {
  try {
    const path = relative(root, directory);
    if (path === "" || path.startsWith("..") || isAbsolute(path)) return null;
    if (realpathSync(directory) !== join(realpathSync(root), path)) {
      throw new SandboxError(`The git directory ${path} is reached through a symlink.`, "Remove the link.");
    }
    // The walk has it already, and a mount below a read-only mount would be refused.
    return path.split(sep).some(isProtectedName) ? null : path;
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause;
    return null;
  }
}

function readSmall(path: string): string {
  try {
    return lstatSync(path).size > 65_536 ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
