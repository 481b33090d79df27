import { chmod, lstat, mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { openSandbox } from "../../sandbox/open.ts";
import { ownMark } from "../../sandbox/owner.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { sweepDirectories } from "../../sandbox/sweep.ts";
import { toolchainOf } from "../environment/host.ts";
import { removeTree } from "../workspace/owned.ts";
import type { Terminal } from "./verb.ts";

/**
 * A private temporary directory that the sandbox's user can enter. Disposing removes it, whatever commands made of the copies in it; what a killed process of ours left behind is
 * removed by the next one.
 */
export async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  await sweepDirectories(tmpdir(), [process.getuid?.() ?? 0]);
  const path = await mkdtemp(join(tmpdir(), `${ownMark()}-`));
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => removeTree(path) };
}

/**
 * A sandbox for one command of a person, with nothing else loaded. It believes a proof of the last ten minutes. In: a directory of ours,
 * and the one that is worked on. @throws SandboxError with the command that mends what is missing.
 */
export async function quickSandbox(dir: string, terminal: Terminal, directory: string): Promise<Sandbox> {
  const [path, notFrom] = [pathOf(terminal), [await repositoryOf(directory)]];
  const stateDir = join(dir, "sandbox");
  await mkdir(stateDir);
  const proofs = proofsOf(terminal);
  // What a command may write, and what is carried back for it, is no place for a proof.
  const known = `${proofs}/`.startsWith(`${directory}/`) ? {} : { proofs };
  return openSandbox({ path, notFrom, stateDir, toolchain: toolchainOf(path, notFrom), ...known });
}

export function pathOf({ environment }: Terminal): string {
  return environment["PATH"] ?? "";
}

/** The nearest directory above that holds a `.git`, else the directory itself. */
export async function repositoryOf(directory: string): Promise<string> {
  for (let at = directory; ; at = dirname(at)) {
    if ((await lstat(join(at, ".git")).catch(() => null)) !== null) return at;
    if (at === dirname(at)) return directory;
  }
}

/** Where only this user can write, until the machine is started again. */
function proofsOf({ environment }: Terminal): string {
  const uid = process.getuid?.();
  if (uid === 0) return "/run/airlock";
  const runtime = environment["XDG_RUNTIME_DIR"] ?? "";
  return isAbsolute(runtime) ? join(runtime, "airlock") : join(tmpdir(), `airlock-${uid}`);
}
