import type { Readable } from "node:stream";

/** Where the workspace appears inside every sandbox, whatever its place on the host. */
export const workspaceInside = "/workspace/repo";

/** Bytes kept of one stream: the first `head` and the last `tail`. */
export interface OutputLimit {
  headBytes: number;
  tailBytes: number;
}

export interface Limits {
  /** Milliseconds of wall clock, after which the whole process tree is killed. */
  timeoutMs: number;
  output: OutputLimit;
  /** Bytes of memory all processes of the command may hold together, or absent for the default. */
  memoryBytes?: number;
  /** Processes and threads of the command, or absent for the default. */
  processes?: number;
  /** Bytes one file may grow to, or absent for the profile's default. */
  fileBytes?: number;
}

/** A directory or file of the host that appears inside, read-only. Neither path may be a symlink. */
export interface ReadOnlyMount {
  host: string;
  inside: string;
  /** Left out, with everything mounted below it, when its mount point in the workspace is missing or no real directory. */
  optional?: boolean;
}

/**
 * A writable view of a host directory that never changes: what a command writes, deletes or renames there is kept in `upper`.
 * Entries that name the same `upper` are parts of one view. Commands that share an `upper` must not run at the same time.
 */
export interface Overlay {
  /** Where it appears inside. A mount point in the workspace must be there already. */
  inside: string;
  /** Host directory that is shown. Everything in it belongs to the sandbox's user, and nobody changes it while a command runs. */
  lower: string;
  /** Host directory of the sandbox's user that receives every change; empty at first. On one file system with `work`. */
  upper: string;
  /** Empty host directory of the sandbox's user, for the kernel alone. */
  work: string;
  /** Only this directory of the view appears, as a relative path. Absent: all of it. */
  path?: string;
  /** Left out when its mount point in the workspace is missing or no real directory. */
  optional?: boolean;
}

/** Whether `Profile.overlays` works on this machine, as tried when the sandbox was opened, and who mounts them. */
export type OverlaySupport = { kind: "user-namespace" } | { kind: "bwrap" } | { kind: "none"; reason: string };

/** What one command may see. Everything not named here does not exist inside. Missing means none. */
export interface Profile {
  /**
   * Host directory mounted at `workspaceInside`, read-only or writable by mode. Absent: no workspace. A writable one is a copy of
   * the caller's: closed directories in it are opened for their owner. In a read-only one nothing is ever changed.
   */
  workspace?: { host: string; mode: "read-only" | "workspace-write" };
  readOnly?: ReadOnlyMount[];
  /** Writable host directories (a package manager's cache, an install target). */
  writable?: ReadOnlyMount[];
  /** Writable views of immutable directories. @throws SandboxError in `run` where `Sandbox.overlay` is `none`. */
  overlays?: Overlay[];
  /** Inside paths that become empty private directories; their mount points must exist already. */
  scratch?: string[];
  /** Variables added to the fixed allow-list (PATH, HOME, LANG, TZ, CI, TMPDIR, USER). Nothing of the host's environment is passed on. */
  env?: Record<string, string>;
  /** Egress. Absent: no network at all. */
  egress?: Egress;
  limits: Limits;
}

/**
 * Decides one outgoing connection. In: a canonical host (lower case, ASCII, no trailing dot) and a port. Contract: must not throw; pure.
 * A reason that does not begin with one of the words below counts as `blocked-by-allowlist`.
 */
export type EgressRule = (host: string, port: number) => EgressRuling;

export type EgressRuling =
  /** `mayBePrivate`: the name may lead into a private network. Only for a name that the machine's own configuration gives. */
  { kind: "allow"; mayBePrivate?: true } | { kind: "deny"; reason: string };

/** One request to leave. The host was chosen inside: canonical, of letters, digits, `.`, `-`, `_` and `:` alone, and still a stranger's text. */
export interface EgressDecision {
  host: string;
  port: number;
  /** CONNECT for a tunnel, else the method of plain HTTP. Never a path or a query. */
  method: string;
  allowed: boolean;
  /**
   * `allowed`, or `blocked-by-allowlist`, `blocked-by-denylist`, `blocked-by-method-policy` or `blocked-by-policy`, which `: ` and
   * words of ours may follow.
   */
  reason: string;
}

export interface Egress {
  rule: EgressRule;
  /** Told of every decision, for the log. A tunnel that was allowed and then closed for what it said is told twice. */
  onDecision?: (decision: EgressDecision) => void;
}

export interface Captured {
  /** UTF-8 with replacement characters; cut in the middle when over the limit, with a line that says how much. */
  text: string;
  /** Bytes the command wrote in all. */
  bytes: number;
  truncated: boolean;
}

interface Ran {
  stdout: Captured;
  stderr: Captured;
  /** Milliseconds of wall clock. */
  ms: number;
}

/** What a command has too little of: memory, processes and threads, size of one file, free space where it may write. */
export type LimitName = "memory" | "processes" | "file-size" | "disk";

export interface LimitHit {
  limit: LimitName;
  /** One sentence with the number and its unit. It begins with "Probably" where the kernel does not say whom it ended. */
  detail: string;
}

/**
 * How a command ended. A limit is told by its name, also when the command went on and failed after it: never as a signal or a
 * failure. A sandbox that could not be established is no result: it throws `SandboxError`.
 */
export type RunResult =
  | (Ran & { kind: "exited"; exitCode: number })
  | (Ran & { kind: "signalled"; signal: number })
  | (Ran & { kind: "timed-out" })
  | (Ran & LimitHit & { kind: "limit" })
  | (Ran & { kind: "cancelled" });

export type OutputName = "stdout" | "stderr";

export interface RunOptions {
  /** Inside path; default `workspaceInside` when there is a workspace, else `/tmp`. */
  cwd?: string;
  /** Bytes, or a stream that is read while the command runs. It is paused and left open when the command ends. Absent: empty. */
  stdin?: Uint8Array | string | Readable;
  signal?: AbortSignal;
  /**
   * Told of every byte as it comes, and on which stream. A promise holds the stream until it resolves, so that a slow taker slows
   * the command down; a promise that is rejected closes it, and the command meets a closed pipe.
   */
  onOutput?: (chunk: Buffer, stream: OutputName) => void | Promise<void>;
}

export interface Probe {
  name: string;
  held: boolean;
  detail: string;
  /** What to change. Set where it did not hold, and only there. */
  fix?: string;
}

/** What holds memory and processes: a control group per command, or looking at them several times a second. */
export type LimitsBy = "cgroup v2" | "cgroup v1" | "polling";

/** What the self-test saw. Every probe held, or there is no sandbox. */
export interface Certificate {
  bwrap: string;
  uid: "same" | "separate";
  limits: LimitsBy;
  probes: Probe[];
}

/** An established and proved sandbox. One command at a time per workspace is the caller's duty. Disposing ends what it keeps ready. */
export interface Sandbox extends AsyncDisposable {
  readonly certificate: Certificate;
  /** The host user that sandboxed processes run as, for whoever prepares files for them. */
  readonly user: { uid: number; gid: number };
  readonly overlay: OverlaySupport;
  /**
   * Runs one command as a list; no shell reads it. Program names are looked up on the sandbox's PATH: a missing one exits 127.
   * @throws SandboxError when the command could not be started; its `kind` tells an unmountable workspace from a broken sandbox.
   */
  run(profile: Profile, argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * A hint that the next command will probably have this profile: one sandbox is built for it in the background, used at most once, and
   * only when all that it would see is still the same. Never throws. The time and output limits of a command may differ.
   */
  ready(profile: Profile): void;
}

/**
 * What kept a command from starting. `workspace`: what lies in a directory the profile mounts cannot be mounted (a link in the
 * place of `.git`, a mount point that a command moved away); the sandbox itself is sound, and what ran before in that
 * directory may have caused it. `broken`: everything else; nothing can run.
 */
export type SandboxFault = "broken" | "workspace";

/** A command was not started. `fix` names the command, setting or change that mends it. */
export class SandboxError extends Error {
  readonly fix: string;
  readonly kind: SandboxFault;

  constructor(message: string, fix: string, cause?: unknown, kind: SandboxFault = "broken") {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "SandboxError";
    this.fix = fix;
    this.kind = kind;
  }
}

/** The sandbox starts, but the self-test saw that it does not hold. */
export class UnprovedSandbox extends SandboxError {
  /** All of them, those that held as well. */
  readonly probes: readonly Probe[];

  constructor(probes: readonly Probe[], message: string, fix: string) {
    super(message, fix);
    this.probes = probes;
  }
}

/** A `SandboxError` of kind `workspace`, with the one mending that there is. In: one sentence without its full stop. */
export function unmountable(what: string, cause?: unknown): SandboxError {
  return new SandboxError(
    `${what}.`,
    "In a directory of your own: remove or rename it. In a copy where a command made it: undo that on the host before the next command, or take a fresh copy.",
    cause,
    "workspace",
  );
}
