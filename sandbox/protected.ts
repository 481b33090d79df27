import { chmodSync, lstatSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import type { Dirent } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { SandboxError, unmountable } from "./sandbox.ts";
import type { Profile } from "./sandbox.ts";

type Mode = NonNullable<Profile["workspace"]>["mode"];

const protectedNames = new Set([".git", ".agents", ".codex"]);
/** bwrap reads at most 9000 words; each protected path costs three. */
const protectedMax = 2500;
const slash = Buffer.from("/");

/** Code points that HFS+ leaves out when it compares names, so that `.g\u200cit` is `.git` there. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Whether some file system takes this name for `.git`, `.agents` or `.codex`: other case, full-width letters, HFS+ ignorables,
 * trailing dots and spaces, a stream (`.git::$INDEX_ALLOCATION`), a backslash as separator, an NTFS short name of `.git`.
 * The list is `src/change/git-name.ts`'s own, written again because this folder imports nothing; a test compares the two.
 */
export function isProtectedName(name: string): boolean {
  return name.split("\\").some((part) => {
    const plain = onCarelessFileSystem(part);
    return protectedNames.has(plain) || /^git~\d+$/.test(plain);
  });
}

function onCarelessFileSystem(name: string): string {
  const stream = name.indexOf(":");
  const own = (stream === -1 ? name : name.slice(0, stream)).replaceAll(ignorable, "");
  return own
    .normalize("NFKC")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[. ]+$/, "");
}

/** What a walk over a workspace found, as paths relative to it, parents before children. */
export interface WorkspaceScan {
  /** Bound read-only. Empty for a workspace that is read-only as a whole. */
  protectedPaths: string[];
  /** Covered with an empty file: a process of the host may listen there, and a read-only mount does not stop a connection. */
  sockets: string[];
}

/**
 * Walks a workspace without following links. A writable one is a copy of ours: directories closed to their owner are opened, so
 * that nothing hides in them. A read-only one is left as it is: what its owner cannot enter, the command cannot either.
 * @throws SandboxError of kind `workspace` when a protected name is a symlink or special file, when an entry cannot be named to
 *   bwrap, or when there are too many.
 */
export function scanWorkspace(root: string, mode: Mode): WorkspaceScan {
  const scan: WorkspaceScan = { protectedPaths: [], sockets: [] };
  walk({ root: Buffer.from(root), writable: mode === "workspace-write", scan }, Buffer.alloc(0), false);
  const found = new Set(scan.protectedPaths);
  for (const path of scan.protectedPaths) {
    for (const target of gitDataOf(root, path)) found.add(target);
  }
  const count = found.size + scan.sockets.length;
  if (count > protectedMax) {
    throw unmountable(
      `The workspace holds ${count} protected entries (.git, .agents, .codex, sockets), more than ${protectedMax}`,
    );
  }
  return { protectedPaths: [...found].sort(), sockets: scan.sockets.sort() };
}

interface Walk {
  root: Buffer;
  writable: boolean;
  scan: WorkspaceScan;
}

/** Names stay bytes on the way: a directory whose name is no UTF-8 must not hide what lies in it. */
function walk(on: Walk, directory: Buffer, guarded: boolean): void {
  for (const entry of entriesOf(on, Buffer.concat([on.root, slash, directory]))) {
    const path = directory.byteLength === 0 ? entry.name : Buffer.concat([directory, slash, entry.name]);
    const guards = on.writable && !guarded && isProtectedName(entry.name.toString("utf8"));
    if (guards) on.scan.protectedPaths.push(protectedPath(entry, path));
    if (entry.isDirectory()) walk(on, path, guarded || guards);
    else if (entry.isSocket()) on.scan.sockets.push(nameable(path));
  }
}

function protectedPath(entry: Dirent<Buffer>, path: Buffer): string {
  if (entry.isDirectory() || entry.isFile()) return nameable(path);
  const type = entry.isSymbolicLink() ? "symlink" : "special file";
  throw unmountable(`${path.toString("utf8")} is a ${type}; it cannot be protected`);
}

function entriesOf({ writable }: Walk, directory: Buffer): Dirent<Buffer>[] {
  try {
    const { mode } = lstatSync(directory);
    // Root reads what is closed, but bwrap, which is not root, could mount nothing in it.
    const closed = (mode & 0o700) !== 0o700;
    if (closed && writable) chmodSync(directory, (mode & 0o777) | 0o700);
    if (!writable && (mode & 0o500) !== 0o500) return [];
    return readdirSync(directory, { encoding: "buffer", withFileTypes: true });
  } catch (cause) {
    if (!writable && isRefusal(cause)) return [];
    throw unmountable(`${directory.toString("utf8").slice(0, 200)} cannot be read`, cause);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}

function nameable(path: Buffer): string {
  const text = path.toString("utf8");
  if (Buffer.from(text).equals(path)) return text;
  throw unmountable(`${text} has a name that is no UTF-8; it cannot be protected`);
}

/** The directories a `.git` file points to (worktree or submodule), when they lie in the workspace; outside they do not exist inside. */
function gitDataOf(root: string, path: string): string[] {
  const absolute = join(root, path);
  if (lstatSync(absolute, { throwIfNoEntry: false })?.isFile() !== true) return [];
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
      throw unmountable(`The git directory ${path} is reached through a symlink`);
    }
    // The walk has it already, and a mount below a read-only mount would be refused.
    return path.split(sep).some(isProtectedName) ? null : path;
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause;
    return null;
  }
}

/** A plain file's text. Anything else is not opened: reading a pipe would wait for ever. */
function readSmall(path: string): string {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size <= 65_536 ? readFileSync(path, "utf8") : "";
  } catch {
    return "";
  }
}
