import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { ChildProcess, StdioNull, StdioPipe } from "node:child_process";
import { Duplex, Readable, Writable } from "node:stream";
import { descriptors } from "./argv.ts";
import { createCapture } from "./capture.ts";
import { killGroup, killSandboxInit } from "./kill.ts";
import { readStatus } from "./status.ts";
import { closeWriters } from "./streams.ts";
import type { Capture } from "./capture.ts";
import type { User } from "./reach.ts";
import type { Captured, Limits } from "./sandbox.ts";
import type { OutputPipe } from "./streams.ts";

/** Milliseconds to wait for the last output after the process is gone. */
const drainMs = 2_000;

export interface Launch {
  /** Absolute program and its words, visible in `ps`. */
  program: string;
  args: readonly string[];
  /** Words for bwrap's `--args` descriptor. */
  hiddenArgs: readonly string[];
  user: User;
  limits: Limits;
  pipes: readonly [OutputPipe, OutputPipe];
  seccompFile: string;
  /** Descriptor of the command's stdin. It is closed here once the command has it. */
  stdin: number;
  signal?: AbortSignal | undefined;
  onOutput?: ((chunk: Buffer) => void) | undefined;
  /** Gets our end of a socket pair whose other end is the descriptor `descriptors.egress` of bwrap. Absent: there is no pair. */
  onPair?: ((pair: Duplex) => void) | undefined;
}

/** How the process of bwrap ended. `record` is the command's own exit code as bwrap wrote it down; null: there was no command. */
export interface Ended {
  why: "itself" | "timed-out" | "cancelled";
  record: number | null;
  stdout: Captured;
  stderr: Captured;
  ms: number;
  /** Set when the process could not be started at all. */
  spawnError: NodeJS.ErrnoException | null;
}

/** Starts bwrap, feeds it, reads it, ends it. The whole process group is killed on time-out and on abort. */
export async function launch(order: Launch): Promise<Ended> {
  const started = performance.now();
  const captures = [createCapture(order.limits.output), createCapture(order.limits.output)] as const;
  const child = start(order);
  if (child instanceof Error) return neverStarted(child, order, captures);
  const opened: readonly unknown[] = child.stdio;
  const pair = opened[descriptors.egress];
  if (pair instanceof Duplex) order.onPair?.(pair);
  let over = false;
  const status = collect(child.stdio[descriptors.status], () => {
    if (over) killSandboxInit(readStatus(status.text()).childPid);
  });
  feed(child.stdio[descriptors.args], order.hiddenArgs);
  const drained = Promise.all([
    ...order.pipes.map((pipe, index) => drain(pipe, captures[index], order.onOutput)),
    status.ended,
  ]);

  const guard = guardOf(child, order);
  const spawnError = await ended(child);
  guard.release();
  over = true;
  killSandboxInit(readStatus(status.text()).childPid);
  await withDeadline(drained);
  for (const pipe of order.pipes) pipe.read.destroy();
  return {
    why: guard.why(),
    record: readStatus(status.text()).exitCode,
    stdout: captures[0].result(),
    stderr: captures[1].result(),
    ms: Math.round(performance.now() - started),
    spawnError,
  };
}

/** Node throws some spawn errors (E2BIG, EINVAL) and reports others by event. */
function start(order: Launch): ChildProcess | NodeJS.ErrnoException {
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
      stdio: order.onPair === undefined ? stdio : [...stdio, "pipe"],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    closeSync(order.stdin);
    closeSync(seccomp);
    closeWriters(order.pipes);
  }
}

function neverStarted(spawnError: NodeJS.ErrnoException, order: Launch, captures: readonly [Capture, Capture]): Ended {
  for (const pipe of order.pipes) pipe.read.destroy();
  return { why: "itself", record: null, stdout: captures[0].result(), stderr: captures[1].result(), ms: 0, spawnError };
}

function guardOf(child: ChildProcess, { limits, signal }: Launch): { release(): void; why(): Ended["why"] } {
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

function drain(pipe: OutputPipe, capture: Capture | undefined, onOutput: Launch["onOutput"]): Promise<void> {
  pipe.read.on("data", (chunk: Buffer) => {
    capture?.write(chunk);
    onOutput?.(chunk);
  });
  return new Promise((resolve) => {
    pipe.read.once("close", () => resolve());
    pipe.read.once("error", () => resolve());
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

async function withDeadline(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, drainMs);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
