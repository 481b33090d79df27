import { chmod, chown, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { establish } from "../../sandbox/open.ts";
import { runCommand } from "../../sandbox/run.ts";
import { toolchainOf } from "../../src/environment/host.ts";
import { removeTree } from "../../src/workspace/owned.ts";
import type { Server } from "node:net";
import type { Establishment } from "../../sandbox/run.ts";
import type { Limits, Profile, RunOptions, RunResult } from "../../sandbox/sandbox.ts";

export const limits: Limits = { timeoutMs: 30_000, output: { headBytes: 65_536, tailBytes: 65_536 } };
export const hostPath = process.env["PATH"] ?? "/usr/bin:/bin";

/** A temporary directory that the sandbox's user can enter, with an established (not yet proved) sandbox. */
export interface Room extends AsyncDisposable {
  dir: string;
  host: Establishment;
  /** Writes a file for the sandbox's user below `dir`; the content `null` makes a directory. */
  put(path: string, content?: string | null): Promise<string>;
  run(profile: Partial<Profile>, argv: string[], options?: RunOptions): Promise<RunResult>;
  /** A writable workspace profile of a directory below `dir`. */
  writable(path: string): Partial<Profile>;
}

export async function openRoom(changes: Partial<Establishment> = {}): Promise<Room> {
  const dir = await openDirectory();
  const host = {
    ...(await establish({ path: hostPath, toolchain: toolchainOf(hostPath), stateDir: join(dir, "state") })),
    ...changes,
  };
  const own = async (path: string) => {
    if (process.getuid?.() === 0) await chown(path, host.user.uid, host.user.gid);
  };
  const makeDirectory = async (path: string): Promise<void> => {
    if (path.length <= dir.length) return;
    await makeDirectory(dirname(path));
    await mkdir(path).then(
      () => own(path),
      () => undefined,
    );
  };
  return {
    dir,
    host,
    async put(path, content = "") {
      const full = join(dir, path);
      await makeDirectory(content === null ? full : dirname(full));
      if (content === null) return full;
      await writeFile(full, content);
      await own(full);
      return full;
    },
    run: (profile, argv, options) => runCommand(host, { limits, ...profile }, argv, options),
    writable: (path) => ({ workspace: { host: join(dir, path), mode: "workspace-write" } }),
    async [Symbol.asyncDispose]() {
      await host.fifos[Symbol.asyncDispose]();
      await removeTree(dir);
    },
  };
}

/** A fresh directory that other users may enter. */
export async function openDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "airlock-sandbox-"));
  await chmod(dir, 0o711);
  return dir;
}

/** What a command printed, when it ended with exit code 0; else the whole result, which then shows in the failing assertion. */
export function printed(result: RunResult): unknown {
  return result.kind === "exited" && result.exitCode === 0 ? result.stdout.text : result;
}

/** The TCP port a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("not listening on a port");
  return address.port;
}

export function codeOf(result: RunResult): unknown {
  return result.kind === "exited" ? result.exitCode : result.kind;
}
