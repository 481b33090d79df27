import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
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

/** A proved sandbox in a temporary directory. @throws SandboxError with the command that mends what is missing. */
export function groundSandbox(dir: string, terminal: Terminal): Promise<Sandbox> {
  return openGround({ dir, path: terminal.environment["PATH"] ?? "" });
}

/** Where a local run installs and checks. */
export async function localGround(
  terminal: Terminal,
  order: { sandbox: Sandbox; dir: string; limits: Config["limits"]; onProgress: Ground["onProgress"] },
): Promise<Ground> {
  return { ...order, registry: await registry(terminal), signal: terminal.signal };
}

/** The package registry of the npm configuration; never a built-in name. */
async function registry(terminal: Terminal): Promise<URL> {
  const env = { PATH: terminal.environment["PATH"], HOME: terminal.environment["HOME"] };
  const result = await promisify(execFile)("npm", ["config", "get", "registry"], { env }).catch(() => null);
  const line = result?.stdout.trim() ?? "";
  if (URL.canParse(line)) return new URL(line);
  throw new AirlockError({
    code: "install-failed",
    message: "The package registry is not known: `npm config get registry` gave no address.",
    fix: "Install npm, or set `registry` in ~/.npmrc.",
  });
}
