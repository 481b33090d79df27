import { openSync, promises } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import {
  checkWordCount,
  commandArguments,
  defaultDirectory,
  descriptors,
  sandboxOptions,
  withStreamedInput,
} from "./argv.ts";
import { diagnose } from "./diagnose.ts";
import { readSysctls } from "./host.ts";
import { attend, launch } from "./launch.ts";
import { capsOf, limitArguments, threadsOf } from "./limits.ts";
import { prepareMounts } from "./mounts.ts";
import { makeMountPoints, prepareOverlays, withOverlays } from "./overlay.ts";
import { SandboxError, workspaceInside } from "./sandbox.ts";
import { makeUserDirectory } from "./statedir.ts";
import { openInputPipe, openOutputPipes } from "./streams.ts";
import { commandDirectory, ownerWords } from "./sweep.ts";
import type { CommandFacts, HostFacts, Option } from "./argv.ts";
import type { Cgroups } from "./cgroup.ts";
import type { Fifos } from "./fifos.ts";
import type { OpenEgress } from "./egress-link.ts";
import type { Ended, Start } from "./launch.ts";
import type { HardLimits } from "./limits.ts";
import type { Mounts } from "./mounts.ts";
import type { OverlayMount, OverlayPrograms } from "./overlay.ts";
import type { Ready } from "./ready.ts";
import type { OverlaySupport, Profile, RunOptions, RunResult } from "./sandbox.ts";

/** Everything `openSandbox` found out once. */
export interface Establishment extends HostFacts {
  stateDir: string;
  mkfifo: string;
  fifos: Fifos;
  /** null where util-linux is missing: then only the wall clock and the sized private directories limit a command. */
  prlimit: string | null;
  hardLimits: HardLimits;
  /** Where a command gets a control group of its own; null: its processes are only looked at. */
  readonly cgroups: Cgroups | null;
  /** Bytes of memory this machine has for us. */
  machineBytes: number;
  /** null: a program is missing, so only bwrap itself could mount overlays. */
  overlayPrograms: OverlayPrograms | null;
  overlay: OverlaySupport;
  /** Changes bwrap's options before they are used. Only tests set it, to show what a weaker sandbox would let through. */
  weaken?: (options: Option[]) => Option[];
}

/**
 * Runs one command in a fresh sandbox: the one that was kept ready for this profile, else one that is built now.
 * @throws SandboxError when the profile cannot be honoured or bwrap did not start the command. Whatever the command itself
 *   does is a result.
 */
export async function runCommand(
  host: Establishment,
  profile: Profile,
  argv: readonly string[],
  options: RunOptions & { ready?: Ready } = {},
): Promise<RunResult> {
  checkWords(argv);
  const shown = whatIsShown(host, profile);
  const { mounts, overlays } = shown;
  const { limits } = profile;
  const bounds = {
    caps: capsOf(limits, host.machineBytes),
    writable: [
      ...mounts.binds.filter(({ writable }) => writable).map((bind) => bind.host),
      ...overlays.map(({ upper }) => upper),
    ],
    get cgroups() {
      return host.cgroups;
    },
  };
  const attendance = { limits, bounds, signal: options.signal, onOutput: options.onOutput };
  const cwd = posix.resolve(workspaceInside, options.cwd ?? defaultDirectory(mounts));
  if (options.stdin === undefined) {
    const order = { profile, shown, words: commandArguments(cwd, argv, false) };
    const handedOver = await options.ready?.take(order);
    if (handedOver != null) return resultOf(await attend(handedOver, attendance));
  }
  // Two mounts of one upper directory at the same time are undefined.
  if (overlays.length > 0) await options.ready?.clear();
  using egress = await egressOf(host, profile);
  const command = options.stdin instanceof Readable ? withStreamedInput(argv) : argv;
  const program = commandArguments(cwd, command, egress !== null);
  const hiddenArgs = optionsOf(host, { mounts, env: profile.env ?? {}, egress: egress !== null }).flat();
  // bwrap's own name, our mark, `--args`, its number and `--`.
  if (
    checkWordCount({ hidden: hiddenArgs.length, visible: program.length + ownerWords().length + 4 }, mounts) ===
    "too-long"
  )
    return tooManyWords();
  await using stdin = await inputOf(options, host);
  const ended = await launch({
    ...startOf(host, profile, { hiddenArgs, program, overlays }),
    pipes: await openOutputPipes(host.fifos),
    stdin: stdin.read,
    onPair: egress?.carry,
    ...attendance,
  });
  if (egress !== null && ended.why === "itself" && ended.record !== null && !egress.started()) throw noWayOut(ended);
  return resultOf(ended);
}

/** What a command is shown: its mounts, and the overlays that are mounted for it alone before bwrap starts. */
export interface Shown {
  mounts: Mounts;
  overlays: OverlayMount[];
}

/** Looks at everything a profile names, as it is now. @throws SandboxError naming what cannot be shown. */
export function whatIsShown(host: Establishment, profile: Profile): Shown {
  const facts = { user: host.user, trusted: trustedPaths(host) };
  const overlay = { overlay: host.overlay, directory: host.stateDir };
  const { mounts: overlays, binds } = prepareOverlays(profile, { ...facts, ...overlay });
  const mounts = prepareMounts(profile, { ...facts, overlays: binds });
  makeMountPoints(overlays, host.user);
  return { mounts, overlays };
}

/** bwrap's options as they are used: the same for a command that is run now and for a sandbox that is kept ready. */
export function optionsOf(host: Establishment, facts: CommandFacts): Option[] {
  const options = sandboxOptions(host, facts);
  return host.weaken?.(options) ?? options;
}

/** What a start needs beside its pipes. In: bwrap's options as words, and the program inside with its words. */
export function startOf(
  host: Establishment,
  profile: Profile,
  order: { hiddenArgs: readonly string[]; program: readonly string[]; overlays: readonly OverlayMount[] },
): Omit<Start, "pipes" | "stdin"> {
  const { hiddenArgs, program, overlays } = order;
  const words = [...ownerWords(), "--args", String(descriptors.args), "--", ...program];
  return {
    ...limitedProgram(host, profile, withOverlays(host, overlays, words)),
    hiddenArgs,
    user: host.user,
    seccompFile: host.files.seccomp,
  };
}

function checkWords(argv: readonly string[]): void {
  if (argv.length === 0 || argv.some((word) => word.includes("\0"))) {
    throw new SandboxError(
      "A command needs at least one word, and no word may contain NUL.",
      "Pass the command as a list of plain strings.",
    );
  }
}

function trustedPaths({ bwrap, prlimit, mkfifo, overlayPrograms, toolchain, stateDir }: Establishment): string[] {
  const programs = [bwrap.path, mkfifo, prlimit, ...Object.values(overlayPrograms ?? {}), toolchain?.node];
  return [...programs, stateDir, toolchain?.npm].filter((path) => typeof path === "string");
}

async function egressOf(host: Establishment, { egress }: Profile): Promise<OpenEgress | null> {
  if (egress === undefined) return null;
  if (host.toolchain === null) {
    throw new SandboxError("Egress needs a Node inside the sandbox.", "Open the sandbox with a toolchain.");
  }
  // Loaded only when there is a way out: Node's own HTTP alone takes longer to load than a sandbox to start.
  const [{ openEgress }, { lookup }] = await Promise.all([import("./egress-link.ts"), import("node:dns/promises")]);
  return openEgress({
    egress,
    resolve: async (name) => (await lookup(name, { all: true, order: "ipv4first" })).map(({ address }) => address),
    ownAddresses: Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  });
}

/** The forwarder starts the command, and only once it has reached us: a command that never had a way out never ran. */
function noWayOut({ stderr, record }: Ended): SandboxError {
  const said = stderr.text.trim().split("\n").slice(-3).join(" ").slice(-300);
  return new SandboxError(
    `The way out of the sandbox could not be opened (exit code ${record}${said === "" ? "" : `: ${said}`}), so the command was not started.`,
    "Open the sandbox with a Node of version 24, and without a NODE_OPTIONS that keeps it from starting.",
  );
}

function limitedProgram(host: Establishment, profile: Profile, chain: string[]): { program: string; args: string[] } {
  if (host.prlimit !== null) {
    const limits = limitArguments(profile.limits, host.hardLimits, threadsOf(host.user.uid));
    chain.unshift(host.prlimit, ...limits, "--");
  }
  const [program = host.bwrap.path, ...args] = chain;
  return { program, args };
}

/** Inputs of this process so far; its mark and this number name a directory that no other has. */
let inputs = 0;

/** A file where the bytes are known, so that `/dev/stdin` can be opened inside; a FIFO where they are still to come. */
async function inputOf({ stdin }: RunOptions, host: Establishment): Promise<AsyncDisposable & { read: number }> {
  const nothing = () => Promise.resolve();
  if (stdin === undefined) return { read: openSync("/dev/null", "r"), [Symbol.asyncDispose]: nothing };
  if (stdin instanceof Readable) {
    const pipe = await openInputPipe(host.fifos, stdin);
    return { read: pipe.read, [Symbol.asyncDispose]: async () => pipe.release() };
  }
  const directory = await makeUserDirectory(commandDirectory(host.stateDir, String((inputs += 1))), host.user);
  try {
    const path = join(directory, "stdin");
    await promises.writeFile(path, stdin, { mode: 0o400, flag: "wx" });
    if (process.getuid?.() === 0) await promises.chown(path, host.user.uid, host.user.gid);
    return { read: openSync(path, "r"), [Symbol.asyncDispose]: nothing };
  } finally {
    await promises.rm(directory, { recursive: true, force: true });
  }
}

function resultOf(ended: Ended): RunResult {
  const { stdout, stderr, ms } = ended;
  const ran = { stdout, stderr, ms };
  // Words longer than the kernel passes on are the caller's mistake, answered as a shell answers it.
  if (ended.spawnError?.code === "E2BIG")
    return { kind: "exited", exitCode: 126, ...ran, stderr: tooLong(ended.spawnError) };
  if (ended.spawnError !== null) throw diagnose(ended.spawnError.message, readSysctls());
  if (ended.limit !== null && ended.why !== "cancelled") return { kind: "limit", ...ended.limit, ...ran };
  if (ended.why !== "itself") return { kind: ended.why, ...ran };
  if (ended.record === null) throw diagnose(stderr.text, readSysctls());
  // bwrap reports death by a signal as shells do.
  return ended.record > 128 && ended.record <= 128 + 31
    ? { kind: "signalled", signal: ended.record - 128, ...ran }
    : { kind: "exited", exitCode: ended.record, ...ran };
}

/** As the kernel answers for too many bytes. */
function tooManyWords(): RunResult {
  const nothing = { text: "", bytes: 0, truncated: false };
  return { kind: "exited", exitCode: 126, stdout: nothing, stderr: tooLong(new Error("too many words")), ms: 0 };
}

function tooLong(error: Error): RunResult["stderr"] {
  const text = `Argument list too long (${error.message})\n`;
  return { text, bytes: Buffer.byteLength(text), truncated: false };
}
