import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { openSandbox } from "../../sandbox/open.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { toolchainOf } from "../environment/host.ts";
import { stateName } from "./temporary.ts";
import type { Terminal } from "./verb.ts";

/**
 * A sandbox for one command of a person, with nothing else loaded. It believes a proof of the last ten minutes. In: a directory of ours,
 * and the one that is worked on. @throws SandboxError with the command that mends what is missing.
 */
export async function quickSandbox(dir: string, terminal: Terminal, directory: string): Promise<Sandbox> {
  const [path, notFrom] = [pathOf(terminal), [repositoryOf(directory)]];
  const stateDir = join(dir, stateName);
  mkdirSync(stateDir);
  const proofs = proofsOf(terminal);
  // What a command may write, and what is carried back for it, is no place for a proof.
  const known = overlap(realOf(proofs), directory) ? {} : { proofs };
  return openSandbox({ path, notFrom, stateDir, toolchain: toolchainOf(path, notFrom), ...known });
}

export function pathOf({ environment }: Terminal): string {
  return environment["PATH"] ?? "";
}

/** The nearest directory above that holds a `.git`, else the directory itself. */
export function repositoryOf(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (lies(join(at, ".git"))) return at;
    if (at === dirname(at)) return directory;
  }
}

/** Whether one of two real paths lies in the other. */
function overlap(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

/** The real path of what lies at a path, or will: of the nearest directory above that is there. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(realOf(dirname(path)), basename(path));
  }
}

/** A path that may not be looked at is as good as none. */
function lies(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Where only this user can write, until the machine is started again. */
function proofsOf({ environment }: Terminal): string {
  const uid = process.getuid?.();
  if (uid === 0) return "/run/airlock";
  const runtime = environment["XDG_RUNTIME_DIR"] ?? "";
  return isAbsolute(runtime) ? join(runtime, "airlock") : join(tmpdir(), `airlock-${uid}`);
}
