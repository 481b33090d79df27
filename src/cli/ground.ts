import { execFile } from "node:child_process";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { toolchainOf } from "../environment/host.ts";
import { AirlockError } from "../errors.ts";
import type { Ground } from "../phases/dependencies.ts";
import { machineCache } from "../phases/machine-cache.ts";
import { openGround } from "../phases/prepare.ts";
import { pathOf, repositoryOf } from "./place.ts";
import type { Terminal } from "./verb.ts";

/**
 * A proved sandbox in a temporary directory. In: the directory that is worked on; no program of its repository is used to build the
 * sandbox. @throws SandboxError with the command that mends what is missing.
 */
export async function groundSandbox(dir: string, terminal: Terminal, directory: string): Promise<Sandbox> {
  return openGround({ dir, path: pathOf(terminal), notFrom: [repositoryOf(directory)] });
}

/** Where a local run of work on `directory` installs and checks. */
export async function localGround(
  terminal: Terminal,
  order: {
    sandbox: Sandbox;
    dir: string;
    directory: string;
    limits: Config["limits"];
    setup?: Pick<Config["setup"], "scripts">;
    network?: Config["network"]["prepare"];
    onProgress: Ground["onProgress"];
  },
): Promise<Ground> {
  const { directory, ...rest } = order;
  const root = cacheDirectory(terminal.environment, process.getuid?.() === 0);
  const wanted = root === null ? null : { root, now: terminal.now };
  const cache = await machineCache(wanted, order.sandbox, order.onProgress);
  return { ...rest, ...cache, registry: await registryOf(terminal, directory), signal: terminal.signal };
}

/**
 * Where installations are kept on a laptop, as the XDG base directory specification says; null on GitHub's own machines, which are thrown
 * away. Root's home is closed to the sandbox's user, so root's lies in the system's cache. Pure.
 */
export function cacheDirectory(environment: Terminal["environment"], root: boolean): string | null {
  if (environment["RUNNER_ENVIRONMENT"] === "github-hosted") return null;
  const { XDG_CACHE_HOME: named = "", HOME: home = "" } = environment;
  if (isAbsolute(named)) return join(named, "airlock");
  if (root) return "/var/cache/airlock";
  return isAbsolute(home) ? join(home, ".cache/airlock") : null;
}

/**
 * The package registry of the user's own npm configuration; never a built-in name. It becomes the one host that installs reach, so the
 * repository has no say: the npm is not one of its programs, and it is asked where no project's `.npmrc` lies.
 */
export async function registryOf(terminal: Terminal, directory: string): Promise<URL> {
  const { node, npm } = toolchainOf(pathOf(terminal), [repositoryOf(directory)]);
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
