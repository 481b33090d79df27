import { chmodSync, mkdirSync, promises, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { userName } from "./environment.ts";
import { canExecute, canReach } from "./reach.ts";
import { SandboxError } from "./sandbox.ts";
import { seccompProgram } from "./seccomp.ts";
import type { User } from "./reach.ts";
import type { Architecture } from "./syscall-rule.ts";

/** Host paths of the small files that every sandbox of one `openSandbox` shares, all read-only inside. */
export interface StateFiles {
  passwd: string;
  group: string;
  hosts: string;
  nsswitch: string;
  /** Covers socket files of the workspace. */
  empty: string;
  forwarder: string;
  seccomp: string;
}

/** Where the toolchain can be read by the sandbox's user. */
export interface PlacedToolchain {
  node: string;
  npm: string | null;
}

/**
 * Fills the state directory. It becomes enterable (0711) so that bwrap, which runs as the sandbox's user, can bind from it.
 * @throws SandboxError when a directory above it is closed to that user.
 */
export function writeStateFiles(stateDir: string, user: User, architecture: Architecture): StateFiles {
  // Without waiting: for files as small as these, a thread of its own costs more than the write.
  mkdirSync(stateDir, { recursive: true });
  chmodSync(stateDir, 0o711);
  const before = new Set(readdirSync(stateDir));
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(stateDir, name);
    if (before.has(name)) rmSync(path);
    writeFileSync(path, content, { mode: 0o444, flag: "wx" });
    chmodSync(path, 0o444);
    return path;
  };
  const { uid, gid } = user;
  const files = {
    passwd: write(
      "passwd",
      `${userName}:x:${uid}:${gid}::/tmp/home:/bin/sh\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n`,
    ),
    group: write("group", `${userName}:x:${gid}:\nnogroup:x:65534:\n`),
    hosts: write("hosts", "127.0.0.1 localhost airlock\n::1 localhost\n"),
    nsswitch: write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    empty: write("empty", ""),
    forwarder: write("forward.mjs", readFileSync(new URL("./forward.mjs", import.meta.url))),
    seccomp: write("seccomp.bpf", seccompProgram(architecture)),
  };
  if (!canReach(files.passwd, user)) {
    throw new SandboxError(
      `The sandbox's user (uid ${uid}) cannot reach ${stateDir}.`,
      "Choose a state directory below one that every user can enter, such as /tmp.",
    );
  }
  return files;
}

/**
 * Makes node and npm readable for the sandbox's user: as they are when he can reach them, else by a hard link or a copy in
 * the state directory (a toolchain in root's home or a private tool cache).
 */
export async function placeToolchain(
  toolchain: { node: string; npm?: string },
  stateDir: string,
  user: User,
): Promise<PlacedToolchain> {
  return {
    node: canExecute(toolchain.node, user) ? toolchain.node : await placeNode(toolchain.node, join(stateDir, "node")),
    npm: toolchain.npm === undefined ? null : await placeNpm(toolchain.npm, join(stateDir, "npm"), user),
  };
}

async function placeNode(node: string, to: string): Promise<string> {
  await promises.rm(to, { force: true });
  const open = ((await promises.stat(node)).mode & 0o005) === 0o005;
  try {
    if (!open) throw new Error("a link would keep the closed mode");
    await promises.link(node, to);
  } catch {
    await promises.copyFile(node, to);
    await promises.chmod(to, 0o755);
  }
  return to;
}

async function placeNpm(npm: string, to: string, user: User): Promise<string> {
  if (canReach(join(npm, "package.json"), user)) return npm;
  await promises.rm(to, { recursive: true, force: true });
  await promises.cp(npm, to, { recursive: true, dereference: true });
  return to;
}

/** A fresh directory of the sandbox's user for the files of one command; only he and we can enter it. */
export async function makeUserDirectory(path: string, user: User): Promise<string> {
  await promises.mkdir(path, { mode: 0o700 });
  if (process.getuid?.() === 0) await promises.chown(path, user.uid, user.gid);
  return path;
}
