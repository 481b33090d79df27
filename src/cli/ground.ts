import { execFile } from "node:child_process";
import { chmod, lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { toolchainOf } from "../environment/host.ts";
import { AirlockError } from "../errors.ts";
import type { Ground } from "../phases/dependencies.ts";
import { openGround } from "../phases/prepare.ts";
import type { Terminal } from "./verb.ts";

/** A private temporary directory that the sandbox's user can enter. Disposing removes it. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "airlock-"));
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/**
 * A proved sandbox in a temporary directory. In: the directory that is worked on; no program of its repository is used to build the
 * sandbox. @throws SandboxError with the command that mends what is missing.
 */
export async function groundSandbox(dir: string, terminal: Terminal, directory: string): Promise<Sandbox> {
  return openGround({ dir, path: pathOf(terminal), notFrom: [await repositoryOf(directory)] });
}

/** Where a local run of work on `directory` installs and checks. */
export async function localGround(
  terminal: Terminal,
  order: {
    sandbox: Sandbox;
    dir: string;
    directory: string;
    limits: Config["limits"];
    network?: Config["network"]["prepare"];
    onProgress: Ground["onProgress"];
  },
): Promise<Ground> {
  const { directory, ...rest } = order;
  return { ...rest, registry: await registryOf(terminal, directory), signal: terminal.signal };
}

/**
 * The package registry of the user's own npm configuration; never a built-in name. It becomes the one host that installs reach, so the
 * repository has no say: the npm is not one of its programs, and it is asked where no project's `.npmrc` lies.
 */
export async function registryOf(terminal: Terminal, directory: string): Promise<URL> {
  const { node, npm } = toolchainOf(pathOf(terminal), [await repositoryOf(directory)]);
  const env = { PATH: dirname(node), HOME: terminal.environment["HOME"] };
  const ask = [join(npm ?? "", "bin", "npm-cli.js"), "config", "get", "registry"];
  const result = npm === undefined ? null : await promisify(execFile)(node, ask, { env, cwd: "/" }).catch(() => null);
  const line = result?.stdout.trim() ?? "";
  if (/^https?:\/\//.test(line) && URL.canParse(line)) return new URL(line);
  throw new AirlockError({
    code: "install-failed",
    message: "The package registry is not known: `npm config get registry` gave no address.",
    fix: "Install npm, or set `registry` in ~/.npmrc.",
  });
}

function pathOf({ environment }: Terminal): string {
  return environment["PATH"] ?? "";
}

/** The nearest directory above that holds a `.git`, else the directory itself. */
async function repositoryOf(directory: string): Promise<string> {
  for (let at = directory; ; at = dirname(at)) {
    if ((await lstat(join(at, ".git")).catch(() => null)) !== null) return at;
    if (at === dirname(at)) return directory;
  }
}
