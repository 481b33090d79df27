import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findBubblewrap, findProgram } from "./bubblewrap.ts";
import { canBeFoundLater, findCgroups } from "./cgroup.ts";
import { closeInheritedDescriptors } from "./descriptors.ts";
import { openStock } from "./fifo-stock.ts";
import { openFifos } from "./fifos.ts";
import { hostCaBundle, systemEntries } from "./host.ts";
import { machineMemory, parseHardLimits } from "./limits.ts";
import { findOverlayPrograms } from "./overlay.ts";
import { openReady } from "./ready.ts";
import { runCommand } from "./run.ts";
import { keyOf, readProof, rememberedBubblewrap, stillProved, writeProof } from "./proof.ts";
import { SandboxError, UnprovedSandbox } from "./sandbox.ts";
import { architectureOf } from "./seccomp.ts";
import { sweepDirectories, sweepProcesses } from "./sweep.ts";
import { placeToolchain, writeStateFiles } from "./statedir.ts";
import type { User } from "./reach.ts";
import type { Proof } from "./proof.ts";
import type { Establishment } from "./run.ts";
import type { Certificate, OverlaySupport, Sandbox } from "./sandbox.ts";

export interface OpenOptions {
  /** The host's PATH: where bwrap, prlimit and mkfifo are looked for. It is not passed inside. */
  path: string;
  /** The Node of the sandbox: the real path of its binary, and the directory of the npm package. Absent: only what `/usr` holds, and no egress. */
  toolchain?: { node: string; npm?: string };
  /** A directory of ours for small files; its owner removes it. It becomes enterable for other users, never listable. */
  stateDir: string;
  /** Only for a root caller; absent: uid and gid 61000. */
  sandboxUser?: User;
  /** Directories whose bwrap is never used, beside every `node_modules`: the repository that is worked on. */
  notFrom?: readonly string[];
  /**
   * A directory that only we can write, in which a proof is kept and believed for ten minutes (`proof.ts`). Absent: the sandbox is proved
   * now. For one short command of a person; whatever decides about a change proves its sandbox each time.
   */
  proofs?: string;
}

/** Belongs to no account on the usual distributions: between the users (to 60000) and systemd's dynamic ones (from 61184). */
export const separateUser: User = { uid: 61_000, gid: 61_000 };

/**
 * Establishes the sandbox and proves it with real attempts to break out. There is no weaker mode to fall back to.
 * @throws SandboxError naming what is missing or what did not hold, and the command or setting that mends it.
 */
export async function openSandbox(options: OpenOptions): Promise<Sandbox> {
  await using opened = new AsyncDisposableStack();
  const { proofs = null } = options;
  const proof = proofs === null ? null : readProof(proofs);
  const found = await establish(options, proof);
  opened.use(found.fifos);
  const certificate =
    proof !== null && stillProved(proof, found) ? remembered(proof, found) : await prove(found, proofs);
  // Whoever is content with an old proof runs one command and has no use for overlays.
  const host = proofs === null ? { ...found, overlay: await overlayOf(found) } : found;
  const ready = opened.use(openReady(host));
  const open = opened.move();
  return {
    certificate,
    user: host.user,
    overlay: host.overlay,
    ready: (profile) => ready.prepare(profile),
    run: (profile, argv, runOptions) => runCommand(host, profile, argv, { ...runOptions, ready }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** What holds the limits is another matter than what holds the walls: it is found out when somebody asks. */
function remembered({ certificate }: Proof, found: Establishment): Certificate {
  return {
    ...certificate,
    get limits() {
      return limitsOf(found);
    },
  };
}

function limitsOf({ cgroups }: Establishment): Certificate["limits"] {
  return cgroups?.version ?? "polling";
}

async function overlayOf(host: Establishment): Promise<OverlaySupport> {
  const { probeOverlay } = await import("./overlay-probe.ts");
  return probeOverlay(host);
}

async function prove(host: Establishment, proofs: string | null): Promise<Certificate> {
  const key = proofs === null ? "" : keyOf(host);
  // Loaded only when it is needed: a short command does without.
  const { proveSandbox } = await import("./selftest.ts");
  const probes = await proveSandbox(host);
  const broken = probes.filter((probe) => !probe.held);
  if (broken.length > 0) {
    throw new UnprovedSandbox(
      probes,
      `The sandbox does not hold: ${broken.map(({ name, detail }) => `${name} (${detail})`).join("; ")}.`,
      `Nothing was run. ${broken.map(({ name, fix }) => `${name}: ${fix ?? "please report it."}`).join(" ")}`,
    );
  }
  const certificate: Certificate = {
    bwrap: `${host.bwrap.version} (${host.bwrap.path})`,
    uid: host.user.uid === process.getuid?.() ? "same" : "separate",
    limits: limitsOf(host),
    probes,
  };
  if (proofs !== null) writeProof(proofs, host, { key, certificate });
  return certificate;
}

/** Everything but the proof. Exported for the tests, which show what a weakened sandbox would let through. */
export async function establish(options: OpenOptions, proof: Proof | null = null): Promise<Establishment> {
  const architecture = architectureOf(process.arch);
  if (process.platform !== "linux" || architecture === null) {
    throw new SandboxError(
      `There is no sandbox for ${process.platform} on ${process.arch}.`,
      "Run this on Linux (WSL2 counts), on x86_64 or aarch64.",
    );
  }
  const { toolchain, stateDir } = options;
  const search = { path: options.path, notFrom: options.notFrom ?? [] };
  const user = chooseUser(options.sandboxUser);
  closeInheritedDescriptors();
  const bwrap = await findBubblewrap(search, user, (path) => rememberedBubblewrap(proof, path));
  const mkfifo = findProgram("mkfifo", search);
  if (mkfifo === null) throw new SandboxError("mkfifo is not on PATH.", "Install coreutils.");
  const files = writeStateFiles(stateDir, user, architecture);
  rmSync(join(stateDir, "selftest"), { recursive: true, force: true });
  const stock = options.proofs === undefined ? null : openStock({ below: options.proofs, mkfifo, user });
  await sweep(stateDir, user, options.proofs === undefined ? "now" : "soon");
  let cgroups = options.proofs !== undefined && canBeFoundLater() ? undefined : { found: findCgroups() };
  return {
    bwrap,
    user,
    system: systemEntries(),
    files,
    toolchain: toolchain === undefined ? null : await placeToolchain(toolchain, stateDir, user),
    caBundle: hostCaBundle(),
    stateDir,
    mkfifo,
    fifos: openFifos({ directory: stateDir, mkfifo, user, stock }),
    prlimit: findProgram("prlimit", search),
    overlayPrograms: options.proofs === undefined ? findOverlayPrograms(search) : null,
    overlay: { kind: "none", reason: "it was not tried" },
    hardLimits: parseHardLimits(readFileSync("/proc/self/limits", "utf8")),
    get cgroups() {
      return (cgroups ??= { found: findCgroups() }).found;
    },
    machineBytes: machineMemory(),
  };
}

/** Soon: while the first command starts, because none depends on it. */
async function sweep(stateDir: string, user: User, when: "now" | "soon"): Promise<void> {
  if (when === "soon") return void setImmediate(() => void sweepProcesses(user.uid));
  sweepProcesses(user.uid);
  await sweepDirectories(stateDir, [user.uid, process.getuid?.() ?? user.uid]);
}

function chooseUser(wanted: User | undefined): User {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  if (own.uid === 0) {
    const user = wanted ?? separateUser;
    if (user.uid === 0 || user.gid === 0) {
      throw new SandboxError(
        "The sandbox's user cannot be root.",
        "Leave `sandboxUser` out, or name an unprivileged uid and gid.",
      );
    }
    return user;
  }
  if (wanted !== undefined && (wanted.uid !== own.uid || wanted.gid !== own.gid)) {
    throw new SandboxError(`Only root can run the sandbox as uid ${wanted.uid}.`, "Leave `sandboxUser` out.");
  }
  return own;
}
