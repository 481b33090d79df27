import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { findProgram } from "../../sandbox/bubblewrap.ts";
import { openSandbox } from "../../sandbox/open.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { toolchainOf } from "../environment/host.ts";
import type { AuditLog } from "../audit/log.ts";
import { AirlockError } from "../errors.ts";
import { NetworkRows } from "../handoff/network.ts";
import { type Ground, Installed } from "./dependencies.ts";
import { type EnvironmentOrder, makeEnvironment } from "./environment.ts";
import { type MachineCache, machineCache } from "./machine-cache.ts";
import { appendPrepare, recordPrepare, sayableNetwork } from "./network.ts";
import { sandboxDirectory } from "./place.ts";
import { valuesOf } from "./setup-secrets.ts";

/** What the prepare step leaves for the phase after it, in the same job on the same machine. */
const Prepared = z.strictObject({
  installed: Installed,
  /** SHA-256 of the programs that every sandbox is built with; compared again before they are used. */
  programs: z.record(z.string(), z.string()),
  /** The machine's package registry. Nothing on the machine is asked again: by then its PATH may be somebody else's. */
  registry: z.url(),
  /** What the installation and the setup commands asked for besides the registry; a name that holds a secret is not said. */
  network: NetworkRows,
});
export type Prepared = z.infer<typeof Prepared>;

export interface Place {
  /** Directory of ours on the host. It becomes enterable for the sandbox's user, never listable. */
  dir: string;
  /** The host's PATH. */
  path: string;
  /** Directory of Airlock's own built files; absent when it runs from source, and then nothing stands for them. */
  bundle?: string;
  /** Directories whose programs are never used, wherever PATH leads: the repository that is worked on. Absent: none. */
  notFrom?: readonly string[];
}

/** A proved sandbox with the Node that `PATH` names. Every phase that runs anything opens its own, and disposes it. */
export async function openGround({ dir, path, notFrom = [] }: Place): Promise<Sandbox> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const stateDir = join(dir, sandboxDirectory);
  await mkdir(stateDir, { recursive: true });
  return openSandbox({ path, stateDir, notFrom, toolchain: toolchainOf(path, notFrom) });
}

/**
 * Establishes and proves the sandbox, makes the environment of a checkout inside it, and records both.
 * In: the checkout's directory, which holds the Task's start, and the secrets that only this is given. Out: also the sandbox, which the
 * caller disposes.
 */
export async function prepare(
  place: Place,
  order: {
    checkout: string;
    task: EnvironmentOrder["task"];
    secrets: EnvironmentOrder["secrets"];
    registry: URL;
    /** Absent or null: nothing of an earlier job is used, and nothing is kept for a later one. */
    cache?: MachineCache | null;
    /** For what was asked of the network, when this ends in a failure; otherwise the phase after it writes it. */
    audit?: AuditLog;
    onProgress: Ground["onProgress"];
    signal: AbortSignal;
  },
): Promise<{ prepared: Prepared; sandbox: Sandbox }> {
  const { checkout, task, secrets, audit, cache: wantedCache = null, ...rest } = order;
  const before = await programHashes(place);
  await using opened = new AsyncDisposableStack();
  const sandbox = opened.use(await openGround(place));
  order.onProgress(`sandbox proved: ${sandbox.certificate.probes.length} probes held, ${sandbox.certificate.bwrap}`);
  const cache = await machineCache(wantedCache, sandbox, order.onProgress);
  const { limits, setup, network } = task.config;
  const asked = recordPrepare(order.registry);
  const { onDecision } = asked;
  const ground = { sandbox, dir: place.dir, limits, setup, network: network.prepare, onDecision, ...cache, ...rest };
  const said = () => sayableNetwork(asked.rows(), valuesOf(secrets));
  const installed = await makeEnvironment(ground, { checkout, source: checkout, task, secrets }).catch(
    async (thrown: unknown) => {
      if (audit !== undefined) appendPrepare(audit, await said());
      throw thrown;
    },
  );
  if (installed.kind === "failed") order.onProgress(`dependencies are not installed: ${installed.reason}`);
  const recorded = { registry: order.registry.href, network: await said() };
  const prepared: Prepared = { installed, programs: await programHashes(place), ...recorded };
  samePrograms(before, prepared.programs);
  await writeFile(join(place.dir, "prepared.json"), JSON.stringify(prepared));
  opened.move();
  return { prepared, sandbox };
}

/** Reads what prepare left. @throws AirlockError when it is missing, or when one of the programs changed since. */
export async function readPrepared(place: Place): Promise<Prepared> {
  const text = await readFile(join(place.dir, "prepared.json"), "utf8").catch(() => null);
  if (text === null) {
    throw new AirlockError({
      code: "bad-input",
      message: "The prepare step has not run in this job.",
      fix: "Run the action with `phase: prepare` before this phase, in the same job.",
    });
  }
  const prepared = Prepared.parse(JSON.parse(text));
  samePrograms(prepared.programs, await programHashes(place));
  return prepared;
}

/** What starts every command, and what is started first in it. Each is found as the sandbox finds it. */
const watched = ["bwrap", "prlimit", "mkfifo", "unshare", "mount", "env"] as const;

async function programHashes({ path, notFrom = [], bundle }: Place): Promise<Prepared["programs"]> {
  const hashes: Prepared["programs"] = { node: (await hashOf(toolchainOf(path, notFrom).node)) ?? "missing" };
  for (const name of watched) {
    // The same search as the sandbox's own: what it skips on PATH must not be what is watched.
    const found = findProgram(name, { path, notFrom });
    hashes[name] = (found === null ? null : await hashOf(found)) ?? "missing";
  }
  if (bundle !== undefined) hashes["airlock"] = await bundleHash(bundle);
  return hashes;
}

/** One hash over the names and bytes of all files of the bundle. */
async function bundleHash(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.toSorted()) {
    hash.update(`${relative(directory, file)}\0${(await hashOf(file)) ?? "missing"}\n`);
  }
  return hash.digest("hex");
}

async function hashOf(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes === null ? null : createHash("sha256").update(bytes).digest("hex");
}

function samePrograms(before: Prepared["programs"], now: Prepared["programs"]): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (before[name] === now[name]) continue;
    throw new AirlockError({
      code: "sandbox-failed",
      message: `${name} changed while the job was running.`,
      fix: "Something on this machine replaces programs. Use a fresh machine for every job.",
    });
  }
}
