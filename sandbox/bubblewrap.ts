import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { SandboxError } from "./sandbox.ts";
import type { User } from "./reach.ts";

const run = promisify(execFile);

/** The installed bubblewrap and what its own help says it can do. */
export interface Bubblewrap {
  /** Absolute and resolved. */
  path: string;
  version: string;
  /** `--size` exists from 0.6.3 on. Without it the private directories have no size of their own. */
  size: boolean;
  /** `--disable-userns` exists from 0.8 on. Without it the seccomp filter alone refuses nested namespaces. */
  disableUserns: boolean;
  /** `--overlay` exists from 0.11 on. */
  overlay: boolean;
}

const required = [
  "--args",
  "--cap-drop",
  "--clearenv",
  "--die-with-parent",
  "--json-status-fd",
  "--perms",
  "--seccomp",
];

export const installFix =
  "Install it: sudo apt-get install bubblewrap (Debian, Ubuntu), sudo dnf install bubblewrap (Fedora).";

/**
 * Finds bwrap on the host's PATH and reads its abilities. `remembered` may know those of a path already.
 * @throws SandboxError when it is missing, set-uid, writable by the sandbox's user, or too old.
 */
export async function findBubblewrap(
  search: Search,
  user: User,
  remembered: (path: string) => Bubblewrap | null = () => null,
): Promise<Bubblewrap> {
  const candidate = findProgram("bwrap", search);
  if (candidate === null) throw new SandboxError("bubblewrap (bwrap) is not on PATH.", installFix);
  const found = realpathSync(candidate);
  const { mode, uid } = statSync(found);
  if ((mode & 0o4000) !== 0) {
    throw new SandboxError(
      `${found} is set-uid root; Airlock uses user namespaces without extra rights.`,
      `Take the bit away: sudo chmod u-s ${found}`,
    );
  }
  if (
    (mode & 0o022) !== 0 ||
    (uid !== 0 && uid !== process.getuid?.()) ||
    (uid === user.uid && process.getuid?.() === 0)
  ) {
    throw new SandboxError(
      `${found} can be changed by other users, so it cannot be trusted to contain them.`,
      `Give it to root and take write permission away: sudo chown root ${found} && sudo chmod 755 ${found}`,
    );
  }
  return remembered(found) ?? abilities(found);
}

/** Where host programs are looked for. */
export interface Search {
  path: string;
  /** Directories whose programs are never used: what a repository brings must not build its own prison. */
  notFrom: readonly string[];
}

/**
 * The first executable of this name on PATH, or null. Skipped: relative entries, and programs that lie below `notFrom` or any
 * `node_modules` (package managers put those first on PATH), also as a link there to another place: a link can be changed
 * afterwards. Not resolved: a multi-call binary goes by its link's name.
 */
export function findProgram(name: string, { path, notFrom }: Search): string | null {
  const places = notFrom.filter((place) => existsSync(place)).map((place) => realpathSync(place));
  for (const directory of path.split(":").filter((entry) => isAbsolute(entry))) {
    try {
      const candidate = join(directory, name);
      const real = realpathSync(candidate);
      accessSync(real, constants.X_OK);
      const where = [real, join(realpathSync(directory), name)];
      const untrusted = where.some(
        (path) => places.some((place) => path.startsWith(`${place}/`)) || path.split("/").includes("node_modules"),
      );
      if (statSync(real).isFile() && !untrusted) return candidate;
    } catch {
      continue;
    }
  }
  return null;
}

async function abilities(path: string): Promise<Bubblewrap> {
  const ask = async (argument: string) => {
    try {
      const { stdout, stderr } = await run(path, [argument], { env: {}, timeout: 10_000 });
      return stdout + stderr;
    } catch (cause) {
      throw new SandboxError(`${path} ${argument} does not run.`, installFix, cause);
    }
  };
  const help = await ask("--help");
  const version = (await ask("--version")).trim();
  const has = (option: string) => new RegExp(`^\\s+${option}\\s`, "m").test(help);
  const missing = required.filter((option) => !has(option));
  if (missing.length > 0) {
    throw new SandboxError(
      `${path} (${version || "unknown version"}) does not know ${missing.join(", ")}.`,
      "Upgrade bubblewrap to 0.6 or newer (0.8 or newer is better).",
    );
  }
  return { path, version, size: has("--size"), disableUserns: has("--disable-userns"), overlay: has("--overlay") };
}
