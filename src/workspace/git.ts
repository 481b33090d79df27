import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { gitFailure, searchPath } from "./git-failure.ts";
import type { RunAs } from "./workspace.ts";

/** Bytes one git call may answer before it is ended: far above any listing of a repository that GitHub serves. */
const outputBytesMax = 256 * 1024 * 1024;
/** Milliseconds one git call may take. Copying the objects of a very large tree is the longest we ask for. */
const timeoutMs = 300_000;

/** Where a git call acts and as whom. Everything else about it is fixed by `flags` and `environmentOf`. */
export interface GitCall {
  /** The git directory that git believes. Never found by search, so a `.git` in a work tree is not read. */
  gitDir: string;
  runAs: RunAs;
  workTree?: string;
  indexFile?: string;
  /** Directory the process starts in; the git directory when absent. */
  cwd?: string;
  stdin?: Uint8Array | string;
  /** Author, committer and dates of a commit that we make ourselves. */
  identity?: Record<string, string>;
  /** Ends the call when it aborts, as `timeoutMs` does. Absent: only `timeoutMs` ends it. */
  signal?: AbortSignal;
}

/**
 * Runs one git command and gives its standard output. No shell, no hook, filter, fsmonitor, pager, editor, credential
 * helper or network: see `flags` and `environmentOf`. The caller puts `--` before paths.
 * @throws AirlockError `git-failed` when git ends with anything but 0, answers too much or takes too long.
 */
export async function git(call: GitCall, argv: readonly string[]): Promise<Buffer> {
  const run = start(call, argv);
  const input = feed(run.child, call.stdin ?? "");
  const [stdout] = await Promise.all([collect(run), input]);
  return stdout;
}

/** Like `git`, with the output as text without its last line break. For output that is ours to read: ids, one line. */
export async function gitText(call: GitCall, argv: readonly string[]): Promise<string> {
  return (await git(call, argv)).toString("utf8").replace(/\n$/, "");
}

/** Runs two git commands with the first one's output as the second one's input, so that a pack is never held in memory. */
export async function gitPipe(from: [GitCall, readonly string[]], to: [GitCall, readonly string[]]): Promise<void> {
  const [fromCall, fromArgv] = from;
  const [toCall, toArgv] = to;
  const source = start(fromCall, fromArgv);
  const sink = start(toCall, toArgv);
  await Promise.all([
    feed(source.child, fromCall.stdin ?? ""),
    // A sink that dies breaks the pipe; its own exit status says why, so that is the error shown.
    pipeline(source.child.stdout, sink.child.stdin).catch(() => undefined),
    ended(source),
    collect(sink),
  ]);
}

/**
 * Settings that no file can override, from spikes of this project on git 2.39: each one closes a way by which the
 * content or the configuration of a repository makes git run a program or write where it should not.
 */
const flags = [
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.hooksPath=/dev/null",
  "core.bare=false",
  "core.autocrlf=false",
  "core.safecrlf=false",
  "core.symlinks=true",
  "core.fileMode=true",
  "core.trustctime=true",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.quotePath=false",
  "core.sparseCheckout=false",
  "core.commitGraph=false",
  "diff.ignoreSubmodules=all",
  "submodule.recurse=false",
  "protocol.allow=never",
  "safe.bareRepository=explicit",
  "gc.auto=0",
  "maintenance.auto=false",
  "init.defaultBranch=airlock",
].flatMap((setting) => ["-c", setting]);

function environmentOf(call: GitCall): Record<string, string> {
  return {
    PATH: searchPath.join(process.platform === "win32" ? ";" : ":"),
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_DIR: call.gitDir,
    ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
    ...(call.indexFile === undefined ? {} : { GIT_INDEX_FILE: call.indexFile }),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_TERMINAL_PROMPT: "0",
    ...call.identity,
  };
}

/** A git process and why we ended it; null when we did not. */
interface Run {
  child: ChildProcessWithoutNullStreams;
  argv: readonly string[];
  stopped: "time" | "output" | null;
}

function start(call: GitCall, argv: readonly string[]): Run {
  const child = spawn("git", ["--no-pager", ...flags, ...argv], {
    cwd: call.cwd ?? call.gitDir,
    env: environmentOf(call),
    stdio: ["pipe", "pipe", "pipe"],
    ...(dropNeeded(call.runAs) ? call.runAs : {}),
  });
  // Several of our readers wait on the same child; none of them may miss its one `error` event.
  child.setMaxListeners(20);
  const run: Run = { child, argv, stopped: null };
  const late = () => stop(run, "time");
  const timer = setTimeout(late, timeoutMs);
  call.signal?.addEventListener("abort", late, { once: true });
  if (call.signal?.aborted === true) late();
  child.once("close", () => {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", late);
  });
  return run;
}

function stop(run: Run, why: "time" | "output"): void {
  run.stopped ??= why;
  run.child.kill("SIGKILL");
}

/** An ordinary user runs everything as himself: asking the kernel to change to the same user would only add a way to fail. */
function dropNeeded(runAs: RunAs): runAs is NonNullable<RunAs> {
  return runAs !== null && process.getuid?.() !== runAs.uid;
}

async function feed(child: ChildProcessWithoutNullStreams, input: Uint8Array | string): Promise<void> {
  await new Promise<void>((resolve) => {
    // A git that ends before it has read its input is judged by its exit status, not by the broken pipe.
    child.stdin.on("error", () => resolve());
    child.stdin.end(input, () => resolve());
  });
}

async function collect(run: Run): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  run.child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > outputBytesMax) stop(run, "output");
    else chunks.push(chunk);
  });
  await ended(run);
  return Buffer.concat(chunks);
}

async function ended(run: Run): Promise<void> {
  const { child } = run;
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < 4096) stderr += chunk.toString("utf8");
  });
  const status = await new Promise<number | NodeJS.Signals | Error>((resolve) => {
    child.on("error", resolve);
    child.on("close", (code, signal) => resolve(code ?? signal ?? -1));
  });
  if (status !== 0) throw gitFailure(run, status, stderr.trim().slice(0, 1000));
}
