import { lookup } from "node:dns/promises";
import { chown, rm, writeFile } from "node:fs/promises";
import { openSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, posix } from "node:path";
import { randomUUID } from "node:crypto";
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
import { openEgress } from "./egress-link.ts";
import { readSysctls } from "./host.ts";
import { launch } from "./launch.ts";
import { limitArguments, threadsOf } from "./limits.ts";
import { prepareMounts } from "./mounts.ts";
import { SandboxError, workspaceInside } from "./sandbox.ts";
import { makeUserDirectory } from "./statedir.ts";
import { openInputPipe, openOutputPipes } from "./streams.ts";
import type { HostFacts, Option } from "./argv.ts";
import type { OpenEgress } from "./egress-link.ts";
import type { Ended } from "./launch.ts";
import type { HardLimits } from "./limits.ts";
import type { Profile, RunOptions, RunResult } from "./sandbox.ts";

/** Everything `openSandbox` found out once. */
export interface Establishment extends HostFacts {
  stateDir: string;
  mkfifo: string;
  /** null where util-linux is missing: then only the wall clock and the sized private directories limit a command. */
  prlimit: string | null;
  /** null where util-linux is missing: then the kernel may end another process when memory runs out. */
  choom: string | null;
  hardLimits: HardLimits;
  /** Changes bwrap's options before they are used. Only tests set it, to show what a weaker sandbox would let through. */
  weaken?: (options: Option[]) => Option[];
}

/**
 * Runs one command in a fresh sandbox.
 * @throws SandboxError when the profile cannot be honoured or bwrap did not start the command. Whatever the command itself
 *   does is a result.
 */
export async function runCommand(
  host: Establishment,
  profile: Profile,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  checkWords(argv);
  const mounts = prepareMounts(profile, { user: host.user, trusted: trustedPaths(host) });
  const directory = await makeUserDirectory(join(host.stateDir, `run-${randomUUID()}`), host.user);
  try {
    using egress = egressOf(host, profile);
    const bwrapOptions = sandboxOptions(host, { mounts, env: profile.env ?? {}, egress: egress !== null });
    const cwd = posix.resolve(workspaceInside, options.cwd ?? defaultDirectory(mounts));
    const command = options.stdin instanceof Readable ? withStreamedInput(argv) : argv;
    const words = ["--args", String(descriptors.args), "--", ...commandArguments(cwd, command, egress !== null)];
    const hiddenArgs = (host.weaken?.(bwrapOptions) ?? bwrapOptions).flat();
    if (checkWordCount({ hidden: hiddenArgs.length, visible: words.length + 1 }, mounts) === "too-long")
      return tooManyWords();
    await using stdin = await inputOf(options, directory, host);
    const ended = await launch({
      ...limitedProgram(host, profile, words),
      hiddenArgs,
      user: host.user,
      limits: profile.limits,
      pipes: await openOutputPipes(directory, host.mkfifo, host.user),
      seccompFile: host.files.seccomp,
      stdin: stdin.read,
      signal: options.signal,
      onOutput: options.onOutput,
      onPair: egress?.carry,
    });
    if (egress !== null && ended.why === "itself" && ended.record !== null && !egress.started()) throw noWayOut(ended);
    return resultOf(ended);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function checkWords(argv: readonly string[]): void {
  if (argv.length === 0 || argv.some((word) => word.includes("\0"))) {
    throw new SandboxError(
      "A command needs at least one word, and no word may contain NUL.",
      "Pass the command as a list of plain strings.",
    );
  }
}

function trustedPaths({ bwrap, prlimit, choom, mkfifo, toolchain, stateDir }: Establishment): string[] {
  return [bwrap.path, stateDir, mkfifo, prlimit, choom, toolchain?.node, toolchain?.npm].filter(
    (path) => typeof path === "string",
  );
}

function egressOf(host: Establishment, { egress }: Profile): OpenEgress | null {
  if (egress === undefined) return null;
  if (host.toolchain === null) {
    throw new SandboxError("Egress needs a Node inside the sandbox.", "Open the sandbox with a toolchain.");
  }
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

function limitedProgram(host: Establishment, profile: Profile, words: string[]): { program: string; args: string[] } {
  const chain = [host.bwrap.path, ...words];
  if (host.prlimit !== null) {
    const limits = limitArguments(profile.limits, host.hardLimits, threadsOf(host.user.uid));
    chain.unshift(host.prlimit, ...limits, "--");
  }
  // When memory runs out, the kernel ends the sandbox first and not the process that watches it.
  if (host.choom !== null) chain.unshift(host.choom, "-n", "1000", "--");
  const [program = host.bwrap.path, ...args] = chain;
  return { program, args };
}

/** A file where the bytes are known, so that `/dev/stdin` can be opened inside; a FIFO where they are still to come. */
async function inputOf(
  { stdin }: RunOptions,
  directory: string,
  host: Establishment,
): Promise<AsyncDisposable & { read: number }> {
  const nothing = () => Promise.resolve();
  if (stdin === undefined) return { read: openSync("/dev/null", "r"), [Symbol.asyncDispose]: nothing };
  if (stdin instanceof Readable) {
    const pipe = await openInputPipe(directory, { ...host, source: stdin });
    return { read: pipe.read, [Symbol.asyncDispose]: async () => pipe.release() };
  }
  const path = join(directory, "stdin");
  await writeFile(path, stdin, { mode: 0o400, flag: "wx" });
  if (process.getuid?.() === 0) await chown(path, host.user.uid, host.user.gid);
  return { read: openSync(path, "r"), [Symbol.asyncDispose]: nothing };
}

function resultOf(ended: Ended): RunResult {
  const { stdout, stderr, ms } = ended;
  const ran = { stdout, stderr, ms };
  // Words longer than the kernel passes on are the caller's mistake, answered as a shell answers it.
  if (ended.spawnError?.code === "E2BIG")
    return { kind: "exited", exitCode: 126, ...ran, stderr: tooLong(ended.spawnError) };
  if (ended.spawnError !== null) throw diagnose(ended.spawnError.message, readSysctls());
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
