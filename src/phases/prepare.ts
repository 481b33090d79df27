import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { findProgram } from "../../sandbox/bubblewrap.ts";
import { openSandbox } from "../../sandbox/open.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { toolchainOf } from "../environment/host.ts";
import { AirlockError } from "../errors.ts";
import { type Ground, installFor, Installed } from "./dependencies.ts";

/** What the prepare step leaves for the phase after it, in the same job on the same machine. */
const Prepared = z.strictObject({
  installed: Installed,
  /** SHA-256 of the programs that every sandbox is built with; compared again before they are used. */
  programs: z.strictObject({ bwrap: z.string(), node: z.string() }),
});
export type Prepared = z.infer<typeof Prepared>;

export interface Place {
  /** Directory of ours on the host. It becomes enterable for the sandbox's user, never listable. */
  dir: string;
  /** The host's PATH. */
  path: string;
  /** Directories whose programs are never used, wherever PATH leads: the repository that is worked on. Absent: none. */
  notFrom?: readonly string[];
}

/** A proved sandbox with the Node that `PATH` names. Every phase that runs anything opens its own. */
export async function openGround({ dir, path, notFrom = [] }: Place): Promise<Sandbox> {
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const stateDir = join(dir, "sandbox");
  await mkdir(stateDir, { recursive: true });
  return openSandbox({ path, stateDir, notFrom, toolchain: toolchainOf(path, notFrom) });
}

/**
 * Establishes and proves the sandbox, installs the dependencies of a checkout inside it, and records both.
 * In: the checkout's directory. The checkout is read, nothing of it is run.
 */
export async function prepare(
  place: Place,
  order: {
    checkout: string;
    registry: URL;
    limits: Config["limits"];
    network?: Config["network"]["prepare"];
    onProgress: Ground["onProgress"];
    signal: AbortSignal;
  },
): Promise<{ prepared: Prepared; sandbox: Sandbox }> {
  const { checkout, ...rest } = order;
  const before = await programHashes(place);
  const sandbox = await openGround(place);
  order.onProgress(`sandbox proved: ${sandbox.certificate.probes.length} probes held, ${sandbox.certificate.bwrap}`);
  const installed = await installFor({ sandbox, dir: place.dir, ...rest }, checkout);
  if (installed.kind === "failed") order.onProgress(`dependencies are not installed: ${installed.reason}`);
  const prepared: Prepared = { installed, programs: await programHashes(place) };
  samePrograms(before, prepared.programs);
  await writeFile(join(place.dir, "prepared.json"), JSON.stringify(prepared));
  return { prepared, sandbox };
}

/** Reads what prepare left. @throws AirlockError when it is missing, or when bwrap or node changed since. */
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

async function programHashes({ path, notFrom = [] }: Place): Promise<Prepared["programs"]> {
  // The same search as the sandbox's own: what it skips on PATH must not be what is watched.
  const found = findProgram("bwrap", { path, notFrom });
  const bwrap = found === null ? null : await hashOf(found);
  return { bwrap: bwrap ?? "missing", node: (await hashOf(toolchainOf(path, notFrom).node)) ?? "missing" };
}

async function hashOf(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes === null ? null : createHash("sha256").update(bytes).digest("hex");
}

function samePrograms(before: Prepared["programs"], now: Prepared["programs"]): void {
  for (const name of ["bwrap", "node"] as const) {
    if (before[name] === now[name]) continue;
    throw new AirlockError({
      code: "sandbox-failed",
      message: `${name} changed while the job was running.`,
      fix: "Something on this machine replaces programs. Use a fresh machine for every job.",
    });
  }
}
