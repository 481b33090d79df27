import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Egress, Limits, RunResult, Sandbox } from "../../sandbox/sandbox.ts";
import { cacheInside, managerInside } from "./command.ts";
import { failureOf, type Failure } from "./failure.ts";
import { makeOwned, registryEgress, withoutCredentials } from "./install.ts";
import { readPlain, Unusable } from "./manifests.ts";
import { npmEnvironment, npmOptions } from "./npm.ts";
import { familyOf, type PackageManager } from "./package-manager.ts";

export interface FetchOrder {
  sandbox: Sandbox;
  manager: PackageManager;
  /** Host directory that becomes the manager's; one that is there serves the job. Made with its parent, which is ours. */
  directory: string;
  registry: URL;
  cacheDir: string;
  /** Told of every request to leave. */
  onDecision?: Egress["onDecision"];
  limits: Limits;
  signal?: AbortSignal;
}

export type Fetched = { kind: "fetched"; directory: string } | Failure;

/** One tarball of the registry, the directory it is unpacked into, and what of it is run. */
interface Part {
  spec: string;
  directory: string;
}

interface Recipe {
  parts: Part[];
  /** Command name → words that start it, with paths below the manager's directory. */
  commands: Record<string, string[]>;
  /** What the hash of `packageManager` covers: a tarball by its directory, or a file, as Corepack computes it. */
  hashed: { tarball: string } | { file: string };
}

/** A name for what is fetched: with the whole hash that it is compared with, if there is one. Pure. */
export function managerName({ name, version, hash }: PackageManager): string {
  return `${name}-${version}-${hash === null ? "any" : `${hash.algorithm}-${hash.hex}`}`;
}

/**
 * Downloads exactly the named version in the sandbox, with the registry as its only host: `npm pack`, which compares the registry's integrity and
 * runs no script, then `tar`. A hash in `packageManager` is compared before anything is unpacked (yarn 3 and 4: before it is run). Out: a
 * directory with `bin/`, to be mounted read-only at `managerInside`. Nothing of it is run here.
 * @throws SandboxError when the sandbox broke.
 */
export async function fetchManager(order: FetchOrder): Promise<Fetched> {
  const { sandbox, directory } = order;
  if (await exists(join(directory, "bin"))) return { kind: "fetched", directory };
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  await chmod(parent, 0o711);
  const making = join(parent, `making-${basename(directory)}`);
  await rm(making, { recursive: true, force: true });
  await makeOwned(making, sandbox.user);
  await makeOwned(order.cacheDir, sandbox.user);
  const failure = await make(order, making);
  if (failure !== null) {
    await rm(making, { recursive: true, force: true });
    return failure;
  }
  await rename(making, directory);
  return { kind: "fetched", directory };
}

async function make(order: FetchOrder, making: string): Promise<Failure | null> {
  const { manager, sandbox, limits, signal } = order;
  const recipe = recipeOf(manager, process.arch, hasAvx2());
  if (recipe === null) return failed(`there is no ${manager.name} for ${process.arch}`, "Run Airlock on x64 or arm64.");
  const run = (argv: string[], more: object = {}) =>
    sandbox.run(
      {
        writable: [
          { host: making, inside: managerInside },
          { host: order.cacheDir, inside: cacheInside },
        ],
        env: { ...npmEnvironment },
        limits,
        ...more,
      },
      argv,
      { cwd: managerInside, ...(signal === undefined ? {} : { signal }) },
    );
  for (const { spec, directory } of recipe.parts) {
    const denied = new Set<string>();
    await makeOwned(join(making, `${directory}.d`), sandbox.user);
    const pack = ["npm", "pack", spec, "--silent", `--pack-destination=${managerInside}/${directory}.d`];
    const { onDecision } = order;
    const egress = registryEgress(order.registry, denied, onDecision === undefined ? {} : { onDecision });
    const packed = await run([...pack, ...npmOptions(withoutCredentials(order.registry))], { egress });
    if (!succeeded(packed)) return failureOf(`npm pack ${spec}`, packed, denied);
    const [tarball, ...others] = await readdir(join(making, `${directory}.d`));
    if (tarball === undefined || others.length > 0) return failed(`npm pack ${spec} gave no tarball`, "Start again.");
    const path = `${directory}.d/${tarball}`;
    if ("tarball" in recipe.hashed && recipe.hashed.tarball === directory) {
      const wrong = await wrongHash(manager, making, path);
      if (wrong !== null) return wrong;
    }
    await makeOwned(join(making, directory), sandbox.user);
    const unpack = [
      "tar",
      "-xzf",
      `${managerInside}/${path}`,
      "-C",
      `${managerInside}/${directory}`,
      "--strip-components=1",
      "--no-same-owner",
    ];
    const unpacked = await run(unpack);
    if (!succeeded(unpacked)) return failureOf(`unpacking ${spec}`, unpacked, new Set());
    await rm(join(making, `${directory}.d`), { recursive: true, force: true });
  }
  if ("file" in recipe.hashed) {
    const wrong = await wrongHash(manager, making, recipe.hashed.file);
    if (wrong !== null) return wrong;
  }
  return writeCommands(manager, making, recipe.commands);
}

/** What to download, and how it is started. Pure. null: this processor has none. In: `process.arch`, and whether it has AVX2. */
export function recipeOf({ name, version }: PackageManager, arch: string, avx2: boolean): Recipe | null {
  const cpu = arch === "x64" || arch === "arm64" ? arch : null;
  const part = (spec: string, directory: string): Part => ({ spec: `${spec}@${version}`, directory });
  switch (name) {
    case "pnpm": {
      const major = Number(version.split(".")[0]);
      const hashed = { tarball: "pnpm" };
      if (major < 12) {
        const script = `pnpm/bin/pnpm.${major < 11 ? "cjs" : "mjs"}`;
        return { parts: [part("pnpm", "pnpm")], commands: { pnpm: ["node", script] }, hashed };
      }
      // From 12 on the package only finds a binary, which is a package of its own.
      if (cpu === null) return null;
      const parts = [part("pnpm", "pnpm"), part(`@pnpm/exe.linux-${cpu}`, "exe")];
      return { parts, commands: { pnpm: ["exe/pnpm"] }, hashed };
    }
    case "yarn-classic":
      return { parts: [part("yarn", "yarn")], commands: yarnCommands, hashed: { tarball: "yarn" } };
    case "yarn-berry":
      return {
        parts: [part("@yarnpkg/cli-dist", "yarn")],
        commands: yarnCommands,
        hashed: { file: "yarn/bin/yarn.js" },
      };
    case "bun": {
      if (cpu === null) return null;
      const build = cpu === "arm64" ? "aarch64" : avx2 ? "x64" : "x64-baseline";
      const commands = { bun: ["bun/bin/bun"], bunx: ["bun/bin/bun", "x"] };
      return { parts: [part(`@oven/bun-linux-${build}`, "bun")], commands, hashed: { tarball: "bun" } };
    }
  }
}

const yarnCommands = { yarn: ["node", "yarn/bin/yarn.js"], yarnpkg: ["node", "yarn/bin/yarn.js"] };

/** Small scripts of ours, so that every manager is found by its own name. */
async function writeCommands(
  manager: PackageManager,
  making: string,
  commands: Recipe["commands"],
): Promise<Failure | null> {
  for (const words of Object.values(commands)) {
    const program = words.find((word) => word.includes("/")) ?? "";
    const found = await stat(join(making, program)).catch(() => null);
    if (found?.isFile() !== true)
      return failed(`${program} is not in the package`, `Name another version of ${manager.name}.`);
  }
  await mkdir(join(making, "bin"), { mode: 0o755 });
  for (const [name, words] of Object.entries(commands)) {
    const line = words.map((word) => (word.includes("/") ? `${managerInside}/${word}` : word)).join(" ");
    await writeFile(join(making, "bin", name), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
  }
  return null;
}

async function wrongHash(manager: PackageManager, making: string, path: string): Promise<Failure | null> {
  if (manager.hash === null) return null;
  const { algorithm, hex } = manager.hash;
  const bytes = await readPlain(making, path).catch((error: unknown) => {
    if (error instanceof Unusable) return null;
    throw error;
  });
  const found = bytes === null ? "nothing" : createHash(algorithm).update(bytes).digest("hex");
  if (found === hex) return null;
  const shown = `${familyOf(manager.name)} ${manager.version}`;
  return failed(
    `the registry's ${shown} has the ${algorithm} ${found}, packageManager names ${hex}`,
    "Find out who changed which of the two before anything else; `corepack use` writes the field anew.",
  );
}

function succeeded(result: RunResult): boolean {
  return result.kind === "exited" && result.exitCode === 0;
}

function failed(reason: string, fix: string): Failure {
  return { kind: "failed", reason, fix, evidence: "" };
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** bun's usual build needs AVX2; on a processor without it only the baseline build starts. */
function hasAvx2(): boolean {
  try {
    return /^flags\s*:.*\bavx2\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
