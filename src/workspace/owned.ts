import { spawn } from "node:child_process";
import { promises, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { RunAs } from "./workspace.ts";

/** Makes a private directory (mode 0700) with a random end to its name under `parent`, owned by `runAs`. Out: its path. */
export async function makePrivateDirectory(parent: string, prefix: string, runAs: RunAs): Promise<string> {
  const path = await promises.mkdtemp(join(parent, prefix));
  await give(path, runAs);
  return path;
}

/** Makes one directory (mode 0755) owned by `runAs`. Its parent must exist; a path that exists is an error. */
export async function makeOwnedDirectory(path: string, runAs: RunAs): Promise<void> {
  await promises.mkdir(path);
  await promises.chmod(path, 0o755);
  await give(path, runAs);
}

/** Writes a new file (mode 0644) owned by `runAs`. A path that exists, also as a link, is an error: nothing is followed. */
export async function writeOwnedFile(path: string, data: Uint8Array | string, runAs: RunAs): Promise<void> {
  await promises.writeFile(path, data, { flag: "wx", mode: 0o644 });
  await give(path, runAs);
}

/** Removes a directory and everything below, links not followed, also where its owner took away his own permissions. */
export async function removeTree(path: string | Buffer): Promise<void> {
  if (removeEmpty(path)) return;
  // First, because a removal that fails half-way goes on in the background and would race with a second one.
  if (process.getuid?.() !== 0) await openUp(path);
  await promises.rm(path, { recursive: true, force: true }).catch((cause: unknown) => removeDeep(path, cause));
}

/** Without waiting, for what is most often left: a directory with nothing in it, or nothing but empty ones. */
function removeEmpty(path: string | Buffer): boolean {
  try {
    for (const name of readdirSync(path, { encoding: "buffer" }))
      rmdirSync(Buffer.concat([Buffer.from(path), Buffer.from("/"), name]));
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Directories nested deeper than a path can spell are beyond Node; the system's tools walk them step by step. */
async function removeDeep(path: string | Buffer, cause: unknown): Promise<void> {
  // The deepest ones may be closed as well; what cannot be opened shows when it cannot be removed.
  await ran("chmod", ["-R", "u+rwX", "--", path.toString()]);
  if ((await ran("rm", ["-rf", "--", path.toString()])) !== 0) throw cause;
}

function ran(program: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(program, args, { env: { PATH: "/usr/bin:/bin" }, stdio: "ignore" });
  return new Promise((resolve) => {
    child.on("error", resolve);
    child.on("close", resolve);
  });
}

async function give(path: string, runAs: RunAs): Promise<void> {
  if (runAs !== null && process.getuid?.() === 0) await promises.chown(path, runAs.uid, runAs.gid);
}

/** Names stay bytes: a name that is not UTF-8 must not survive because we could not spell it. */
async function openUp(path: string | Buffer): Promise<void> {
  const stat = await promises.lstat(path).catch(() => null);
  if (stat === null || !stat.isDirectory()) return;
  if ((stat.mode & 0o700) !== 0o700) await promises.chmod(path, 0o700);
  for (const name of await promises.readdir(path, { encoding: "buffer" }).catch(() => [])) {
    await openUp(Buffer.concat([Buffer.from(path), Buffer.from("/"), name]));
  }
}
