import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import type { ChildProcess, StdioNull, StdioPipe } from "node:child_process";
import { Socket } from "node:net";
import { Duplex, Readable, Writable } from "node:stream";
import { descriptors } from "./argv.ts";
import { createCapture } from "./capture.ts";
import { monotonicMs } from "./clock.ts";
import { drain, drainMs, withDeadline } from "./drain.ts";
import { watch } from "./guard.ts";
import { killGroup, killSandboxInit, sandboxInitGone } from "./kill.ts";
import { readStatus } from "./status.ts";
import { closeWriters } from "./streams.ts";
import type { Bounds } from "./guard.ts";
import type { User } from "./reach.ts";
import type { Captured, LimitHit, Limits, OutputName, RunOptions } from "./sandbox.ts";
import type { OutputPipe } from "./streams.ts";

/** As the pipes lie. */
const outputNames: readonly OutputName[] = ["stdout", "stderr"];

/** What a sandbox is started with. */
export interface Start {
  /** Absolute program and its words, visible in `ps`. */
  program: string;
  args: readonly string[];
  /** Words for bwrap's `--args` descriptor. */
  hiddenArgs: readonly string[];
  user: User;
  pipes: readonly [OutputPipe, OutputPipe];
  seccompFile: string;
  /** Descriptor of the command's stdin. It is closed here once the command has it. */
  stdin: number;
  /** Gives the sandbox one more descriptor, a socket to us, at the number `descriptors.words`. */
  words?: boolean;
  /** Gets our end of a socket pair whose other end is the descriptor `descriptors.egress` of bwrap. Absent: there is no pair. */
  onPair?: ((pair: Duplex) => void) | undefined;
}

/** What holds from the moment a command begins. */
export interface Attendance {
  limits: Limits;
  bounds: Bounds;
  signal?: AbortSignal | undefined;
  onOutput?: RunOptions["onOutput"] | undefined;
}

/** A started bwrap, fed with its options. It must be attended or ended. */
export interface Started {
  child: ChildProcess;
  pipes: readonly [OutputPipe, OutputPipe];
  status: { text(): string; ended: Promise<void> };
  /** Our end of the socket that was asked for. */
  words: Socket | null;
  /** Whether, and with which error of `spawn`, its process is over. */
  exit: Promise<NodeJS.ErrnoException | null>;
  isOver(): boolean;
}

/** How the process of bwrap ended. `record` is the command's own exit code as bwrap wrote it down; null: there was no command. */
export interface Ended {
  why: "itself" | "timed-out" | "cancelled";
  /** The limit that ended it, or that it met before its end. */
  limit: LimitHit | null;
  record: number | null;
  stdout: Captured;
  stderr: Captured;
  ms: number;
  /** Set when the process could not be started at all. */
  spawnError: NodeJS.ErrnoException | null;
}

/** Starts bwrap, feeds it, reads it, ends it. The whole process group is killed on time-out and on abort. */
export async function launch(order: Start & Attendance): Promise<Ended> {
  const begun = monotonicMs();
  const started = startSandbox(order);
  return started instanceof Error ? neverStarted(started, order) : attend(started, order, begun);
}

/** Starts bwrap and feeds it its options. Out: the error when there is no process at all; everything it was given is closed then. */
export function startSandbox(order: Start): Started | NodeJS.ErrnoException {
  const child = start(order);
  if (child instanceof Error) {
    for (const pipe of order.pipes) pipe.read.destroy();
    return child;
  }
  offerToKernel(child.pid);
  const pair: unknown = Array.from<unknown>(child.stdio)[descriptors.egress];
  if (pair instanceof Duplex) order.onPair?.(pair);
  let over = false;
  const status = collect(child.stdio[descriptors.status], () => {
    if (over) killSandboxInit(readStatus(status.text()).childPid);
  });
  feed(child.stdio[descriptors.args], order.hiddenArgs);
  const exit = ended(child).then((spawnError) => {
    over = true;
    // Whatever is still inside has lost its reason to be.
    killSandboxInit(readStatus(status.text()).childPid);
    return spawnError;
  });
  return {
    child,
    pipes: order.pipes,
    status,
    words: order.words === true && pair instanceof Socket ? pair : null,
    exit,
    isOver: () => over,
  };
}

/**
 * When memory runs out, the kernel ends the sandbox first and not the process that watches it. bwrap still waits for its options, so
 * everything that it starts inherits this. Where it is refused, the kernel chooses by itself.
 */
function offerToKernel(pid: number | undefined): void {
  try {
    if (pid !== undefined) writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  } catch {
    // A process that is gone already is told by its exit.
  }
}

/** Reads a started sandbox to its end, under the limits of its command. `begun`: when the command's time began. */
export async function attend(started: Started, order: Attendance, begun = monotonicMs()): Promise<Ended> {
  const { child, pipes, status } = started;
  const captures = [createCapture(order.limits.output), createCapture(order.limits.output)] as const;
  const drains = pipes.map((pipe, index) => {
    const name = outputNames[index] ?? "stdout";
    return drain(pipe, (chunk) => {
      captures[index]?.write(chunk);
      return order.onOutput?.(chunk, name);
    });
  });
  const drained = Promise.all([...drains.map(({ ended }) => ended), status.ended]);
  const init = () => readStatus(status.text()).childPid;
  const kill = () => {
    killGroup(child.pid);
    killSandboxInit(init());
  };
  await using watching = watch({ outer: child.pid, init, bounds: order.bounds, kill });
  const guard = guardOf(child, order);
  const spawnError = await started.exit;
  guard.release();
  watching.stop();
  const held = () => order.signal?.aborted !== true && drains.some((one) => one.held());
  await withDeadline(drained, held);
  for (const pipe of pipes) pipe.read.destroy();
  await sandboxInitGone(readStatus(status.text()).childPid, drainMs);
  const why = guard.why();
  const record = readStatus(status.text()).exitCode;
  const [stdout, stderr] = [captures[0].result(), captures[1].result()];
  return {
    why,
    limit: watching.verdict({ record, ended: why !== "itself", output: `${stderr.text}\n${stdout.text}` }),
    record,
    stdout,
    stderr,
    ms: Math.round(monotonicMs() - begun),
    spawnError,
  };
}

/** Ends a started sandbox that got no command. Returns when nothing of it lives. */
export async function endSandbox(started: Started): Promise<void> {
  const { child, pipes, status, exit } = started;
  for (const pipe of pipes) pipe.read.destroy();
  // Of one that ended long ago, the number may be another's by now.
  if (!started.isOver()) {
    killGroup(child.pid);
    killSandboxInit(readStatus(status.text()).childPid);
  }
  await exit;
  await withDeadline(status.ended);
  await sandboxInitGone(readStatus(status.text()).childPid, drainMs);
}

/** Node throws some spawn errors (E2BIG, EINVAL) and reports others by event. */
function start(order: Start): ChildProcess | NodeJS.ErrnoException {
  const seccomp = openSync(order.seccompFile, "r");
  const stdio: (StdioNull | StdioPipe | number)[] = [
    order.stdin,
    order.pipes[0].write,
    order.pipes[1].write,
    "pipe",
    "pipe",
    seccomp,
  ];
  try {
    return spawn(order.program, [...order.args], {
      // PID 1 inside is bwrap, and its environment is readable there: so it gets none but PATH.
      env: { PATH: "/usr/bin:/bin" },
      // Its own process group, so that one kill reaches bwrap's child before that is armed to die with its parent.
      detached: true,
      cwd: "/",
      ...(process.getuid?.() === 0 ? order.user : {}),
      // Node's "pipe" is a pair of connected sockets, without a name anywhere.
      stdio: order.words === true || order.onPair !== undefined ? [...stdio, "pipe"] : stdio,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    closeSync(order.stdin);
    closeSync(seccomp);
    closeWriters(order.pipes);
  }
}

function neverStarted(spawnError: NodeJS.ErrnoException, { limits }: Attendance): Ended {
  const nothing = createCapture(limits.output).result();
  return { why: "itself", limit: null, record: null, stdout: nothing, stderr: nothing, ms: 0, spawnError };
}

function guardOf(child: ChildProcess, { limits, signal }: Attendance): { release(): void; why(): Ended["why"] } {
  let why: Ended["why"] = "itself";
  const end = (reason: "timed-out" | "cancelled") => {
    if (why === "itself") why = reason;
    killGroup(child.pid);
  };
  const timer = setTimeout(() => end("timed-out"), limits.timeoutMs);
  const abort = () => end("cancelled");
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  return {
    release() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
    why: () => why,
  };
}

/** Resolves on exit, not on close: a descriptor kept open by a lost process must not keep us waiting. */
function ended(child: ChildProcess): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => resolve(error));
    child.once("exit", () => resolve(null));
  });
}

function collect(stream: unknown, onData: () => void): { text(): string; ended: Promise<void> } {
  if (!(stream instanceof Readable)) return { text: () => "", ended: Promise.resolve() };
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    onData();
  });
  const ended = new Promise<void>((resolve) => {
    stream.once("close", () => resolve());
    stream.once("error", () => resolve());
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), ended };
}

function feed(stream: unknown, words: readonly string[]): void {
  if (!(stream instanceof Writable)) return;
  // bwrap may die before it has read everything; its exit tells.
  stream.on("error", () => {});
  stream.end(words.map((word) => `${word}\0`).join(""));
}
