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
  /** Bytes of address space per process, or absent for the profile's default. */
  memoryBytes?: number;
  /** Processes and threads, or absent for the profile's default. */
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

/** What one command may see. Everything not named here does not exist inside. Missing means none. */
export interface Profile {
  /** Host directory mounted at `workspaceInside`, read-only or writable by mode. Absent: no workspace. */
  workspace?: { host: string; mode: "read-only" | "workspace-write" };
  readOnly?: ReadOnlyMount[];
  /** Writable host directories (a package manager's cache, an install target). */
  writable?: ReadOnlyMount[];
  /** Inside paths that become empty private directories; their mount points must exist already. */
  scratch?: string[];
  /** Variables added to the fixed allow-list (PATH, HOME, LANG, TZ, CI, TMPDIR, USER). Nothing of the host's environment is passed on. */
  env?: Record<string, string>;
  /** Egress. Absent: no network at all. */
  egress?: Egress;
  limits: Limits;
}

/** Decides one outgoing connection. Contract: must not throw; pure. */
export type EgressRule = (host: string, port: number) => { kind: "allow" } | { kind: "deny"; reason: string };
export interface Egress {
  rule: EgressRule;
  /** Told of every decision, for the log. */
  onDecision?: (decision: { host: string; port: number; allowed: boolean; reason: string }) => void;
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

/** How a command ended. A sandbox that could not be established is no result: it throws `SandboxError`. */
export type RunResult =
  | (Ran & { kind: "exited"; exitCode: number })
  | (Ran & { kind: "signalled"; signal: number })
  | (Ran & { kind: "timed-out" })
  | (Ran & { kind: "cancelled" });

export interface RunOptions {
  /** Inside path; default `workspaceInside` when there is a workspace, else `/tmp`. */
  cwd?: string;
  stdin?: Uint8Array | string;
  signal?: AbortSignal;
  onOutput?: (chunk: Buffer) => void;
}

export interface Probe {
  name: string;
  held: boolean;
  detail: string;
}

/** What the self-test saw. Every probe held, or there is no sandbox. */
export interface Certificate {
  bwrap: string;
  uid: "same" | "separate";
  probes: Probe[];
}

/** An established and proved sandbox. One command at a time per workspace is the caller's duty. */
export interface Sandbox {
  readonly certificate: Certificate;
  /** The host user that sandboxed processes run as, for whoever prepares files for them. */
  readonly user: { uid: number; gid: number };
  /** Runs one command as a list; no shell reads it. Program names are looked up on the sandbox's PATH: a missing one exits 127. */
  run(profile: Profile, argv: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/** The sandbox cannot be established, or broke. `fix` names the command or setting that mends it. */
export class SandboxError extends Error {
  readonly fix: string;

  constructor(message: string, fix: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "SandboxError";
    this.fix = fix;
  }
}
