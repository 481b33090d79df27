import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { RunResult, Sandbox } from "../../sandbox/sandbox.ts";
import { managerInside } from "../../src/environment/command.ts";
import type { FetchedLockfile, Installable } from "../../src/environment/detect.ts";
import { fetchManager, managerName } from "../../src/environment/fetch-manager.ts";
import type { PackageManager } from "../../src/environment/package-manager.ts";
import { berryEnvironment, classicEnvironment } from "../../src/environment/yarn.ts";
import { writeFiles } from "../workspace/repository.ts";

export const limits = { timeoutMs: 120_000, output: { headBytes: 65_536, tailBytes: 65_536 } };

/** The package registry of this machine; the managers themselves come from there. */
export const realRegistry = new URL(
  execFileSync("npm", ["config", "get", "registry"], {
    cwd: "/",
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim(),
);

/** Asked once per file. Without the registry the managers cannot be had, and nothing that needs one is tested: said aloud. */
export const managersReachable = ((): boolean => {
  try {
    execFileSync("npm", ["view", "yarn@1.22.22", "version", "--fetch-retries=0"], {
      cwd: "/",
      stdio: "ignore",
      timeout: 20_000,
    });
    return true;
  } catch {
    process.stderr.write("SKIPPED: the package registry does not answer, so pnpm, yarn and bun are not tested here\n");
    return false;
  }
})();

export interface ManagerCase {
  title: string;
  wanted: Extract<Installable, { kind: "fetched" }>;
}

const one = (name: PackageManager["name"], version: string, lockfile: FetchedLockfile): ManagerCase => ({
  title: `${name} ${version}`,
  wanted: { kind: "fetched", manager: { name, version, hash: null }, lockfile },
});

export const managers: readonly ManagerCase[] = [
  one("pnpm", "8.15.9", "pnpm-lock.yaml"),
  one("pnpm", "10.34.9", "pnpm-lock.yaml"),
  one("pnpm", "11.28.11", "pnpm-lock.yaml"),
  one("pnpm", "12.21.0", "pnpm-lock.yaml"),
  one("yarn-classic", "1.22.22", "yarn.lock"),
  one("yarn-berry", "3.8.7", "yarn.lock"),
  one("yarn-berry", "4.18.1", "yarn.lock"),
  one("bun", "1.4.5", "bun.lock"),
];

/** A directory that the sandbox's user can enter, with the managers fetched into it; removed after the file's tests. */
export function managerRoom() {
  const dir = mkdtempSync(join(tmpdir(), "airlock-managers-"));
  chmodSync(dir, 0o711);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return {
    dir,
    /** Its directory; fetched at the first call for a version. */
    async fetched(sandbox: Sandbox, manager: PackageManager): Promise<string> {
      const got = await fetchManager({
        sandbox,
        manager,
        directory: join(dir, "managers", managerName(manager)),
        registry: realRegistry,
        cacheDir: join(dir, "cache"),
        limits,
      });
      if (got.kind === "failed") throw new Error(`${got.reason}\n${got.evidence}`);
      return got.directory;
    },
    /** Files of the sandbox's user below the room; out: their directory. */
    put(sandbox: Sandbox, name: string, files: Parameters<typeof writeFiles>[1]): string {
      const root = join(dir, name);
      mkdirSync(root, { recursive: true });
      writeFiles(root, files);
      if (process.getuid?.() === 0)
        execFileSync("chown", ["-R", `${sandbox.user.uid}:${sandbox.user.gid}`, "--", root]);
      return root;
    },
  };
}

/** Runs a manager bare in a directory of ours: with every setting that lies there, any host reachable, and no option but these. */
export async function bare(
  sandbox: Sandbox,
  at: { root: string; manager: string | null },
  argv: string[],
  env: Record<string, string> = {},
): Promise<RunResult> {
  return sandbox.run(
    {
      writable: [{ host: at.root, inside: "/workspace/repo" }],
      ...(at.manager === null ? {} : { readOnly: [{ host: at.manager, inside: managerInside }] }),
      env: { NO_PROXY: "", no_proxy: "", npm_config_noproxy: "", ...env },
      egress: { rule: () => ({ kind: "allow" }) },
      limits,
    },
    argv,
    { cwd: "/workspace/repo" },
  );
}

/** Lets the manager write the lockfile of a project, with its own settings kept away. */
export async function lock(
  sandbox: Sandbox,
  { wanted }: ManagerCase,
  at: { root: string; manager: string },
  registry: URL,
): Promise<void> {
  const bin = `${managerInside}/bin`;
  const command = {
    pnpm: [
      `${bin}/pnpm`,
      "install",
      "--lockfile-only",
      "--ignore-scripts",
      "--ignore-pnpmfile",
      `--registry=${registry.href}`,
    ],
    "yarn-classic": [
      `${bin}/yarn`,
      "install",
      "--ignore-scripts",
      "--no-default-rc",
      "--non-interactive",
      `--registry=${registry.href}`,
    ],
    // The proxy's port is known only inside.
    "yarn-berry": ["sh", "-c", `: > yarn.lock; YARN_HTTP_PROXY=$HTTP_PROXY ${bin}/yarn install --mode=update-lockfile`],
    bun: [`${bin}/bun`, "install", "--lockfile-only", "--ignore-scripts", `--registry=${registry.href}`],
  }[wanted.manager.name];
  const berry = {
    ...berryEnvironment,
    YARN_NPM_REGISTRY_SERVER: registry.href.replace(/\/$/, ""),
    YARN_UNSAFE_HTTP_WHITELIST: registry.hostname,
  };
  const env = wanted.manager.name === "yarn-berry" ? berry : classicEnvironment;
  const result = await bare(sandbox, at, command, env);
  if (result.kind !== "exited" || result.exitCode !== 0 || !readdirSync(at.root).includes(wanted.lockfile)) {
    throw new Error(`no lockfile was written\n${result.stdout.text}\n${result.stderr.text}`);
  }
}
