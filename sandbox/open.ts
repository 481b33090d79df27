import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { findBubblewrap, findProgram } from "./bubblewrap.ts";
import { closeInheritedDescriptors } from "./descriptors.ts";
import { hostCaBundle, systemEntries } from "./host.ts";
import { parseHardLimits } from "./limits.ts";
import { findOverlayPrograms } from "./overlay.ts";
import { probeOverlay } from "./overlay-probe.ts";
import { runCommand } from "./run.ts";
import { SandboxError } from "./sandbox.ts";
import { architectureOf } from "./seccomp.ts";
import { proveSandbox } from "./selftest.ts";
import { placeToolchain, writeStateFiles } from "./statedir.ts";
import type { User } from "./reach.ts";
import type { Establishment } from "./run.ts";
import type { Sandbox } from "./sandbox.ts";

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
}

/** Belongs to no account on the usual distributions: between the users (to 60000) and systemd's dynamic ones (from 61184). */
export const separateUser: User = { uid: 61_000, gid: 61_000 };

/**
 * Establishes the sandbox and proves it with real attempts to break out. There is no weaker mode to fall back to.
 * @throws SandboxError naming what is missing or what did not hold, and the command or setting that mends it.
 */
export async function openSandbox(options: OpenOptions): Promise<Sandbox> {
  const host = await establish(options);
  const [probes, overlay] = await Promise.all([proveSandbox(host), probeOverlay(host)]);
  const broken = probes.filter((probe) => !probe.held);
  if (broken.length > 0) {
    throw new SandboxError(
      `The sandbox does not hold: ${broken.map(({ name, detail }) => `${name} (${detail})`).join("; ")}.`,
      "Nothing was run. Upgrade bubblewrap and the kernel, or run on another machine; please report what is printed here.",
    );
  }
  return {
    certificate: {
      bwrap: `${host.bwrap.version} (${host.bwrap.path})`,
      uid: host.user.uid === process.getuid?.() ? "same" : "separate",
      probes,
    },
    user: host.user,
    overlay,
    run: (profile, argv, runOptions) => runCommand({ ...host, overlay }, profile, argv, runOptions),
  };
}

/** Everything but the proof. Exported for the tests, which show what a weakened sandbox would let through. */
export async function establish(options: OpenOptions): Promise<Establishment> {
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
  const bwrap = await findBubblewrap(search, user);
  const mkfifo = findProgram("mkfifo", search);
  if (mkfifo === null) throw new SandboxError("mkfifo is not on PATH.", "Install coreutils.");
  const files = await writeStateFiles(stateDir, user, architecture);
  await rm(join(stateDir, "selftest"), { recursive: true, force: true });
  return {
    bwrap,
    user,
    system: systemEntries(),
    files,
    toolchain: toolchain === undefined ? null : await placeToolchain(toolchain, stateDir, user),
    caBundle: hostCaBundle(),
    stateDir,
    mkfifo,
    prlimit: findProgram("prlimit", search),
    choom: findProgram("choom", search),
    overlayPrograms: findOverlayPrograms(search),
    overlay: { kind: "none", reason: "it was not tried" },
    hardLimits: parseHardLimits(readFileSync("/proc/self/limits", "utf8")),
  };
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
