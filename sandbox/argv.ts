import { environmentInside, homeInside, toolchainInside } from "./environment.ts";
import { defaultLimits } from "./limits.ts";
import { SandboxError, unmountable, workspaceInside } from "./sandbox.ts";
import type { Bubblewrap } from "./bubblewrap.ts";
import type { SystemEntry } from "./host.ts";
import type { Bind, Mounts } from "./mounts.ts";
import type { User } from "./reach.ts";
import type { PlacedToolchain, StateFiles } from "./statedir.ts";

/** What is true of the host for as long as the sandbox is open. */
export interface HostFacts {
  bwrap: Bubblewrap;
  user: User;
  system: readonly SystemEntry[];
  files: StateFiles;
  toolchain: PlacedToolchain | null;
  caBundle: string | null;
}

/** What is true of one command. */
export interface CommandFacts {
  mounts: Mounts;
  env: Readonly<Record<string, string>>;
  /** Whether there is a way out; else there is no network at all. */
  egress: boolean;
}

/**
 * Descriptors that the launcher opens for bwrap. The last one is a socket to us: a reader's, in a sandbox that is kept ready, or the
 * forwarder's, in one with egress, which is never kept ready.
 */
export const descriptors = { args: 3, status: 4, seccomp: 5, words: 6, egress: 6 } as const;

const forwarderInside = `${toolchainInside}/forward.mjs`;

/** One option of bwrap with its operands. */
export type Option = string[];

/**
 * The options for bwrap: namespaces, environment, mounts, filter. Pure.
 * The order is the meaning: a later mount covers an earlier one, and `/` becomes read-only last.
 */
export function sandboxOptions(host: HostFacts, command: CommandFacts): Option[] {
  const environment = environmentInside(command.env, command.egress ? host.caBundle : null);
  return [
    ...isolation(host),
    ...Object.entries(environment).map(([name, value]) => ["--setenv", name, value]),
    ...systemMounts(host),
    ...privateMounts(host.bwrap),
    ...toolchainMounts(host),
    ...profileMounts(host, command.mounts),
    ["--remount-ro", "/"],
    ["--chdir", "/"],
    ["--seccomp", String(descriptors.seccomp)],
    ["--json-status-fd", String(descriptors.status)],
  ];
}

/**
 * The command as bwrap executes it. A shell changes directory and then *becomes* the command, so that a missing program
 * is its exit code 127 and not a failure of bwrap; the command itself is never read as shell text. With egress the forwarder
 * starts it, and is the only one that gets the pair's descriptor.
 */
export function commandArguments(cwd: string, argv: readonly string[], egress: boolean): string[] {
  const enter = 'cd -- "$1" || exit 125; unset OLDPWD; shift; exec "$@"';
  // A Node that compiles in other threads can wait for them for ever when it ends (nodejs/node#54918), and the command's end with it.
  const node = [`${toolchainInside}/bin/node`, "--single-threaded"];
  const forward = egress ? [...node, forwarderInside, String(descriptors.egress)] : [];
  return [...forward, "/bin/sh", "-c", enter, "sh", cwd, ...argv];
}

/**
 * The command with its stdin handed on through a pipe of the sandbox's own, so that `/dev/stdin` can be opened again whenever the
 * caller's stream has ended. `cat` outlives its shell and ends with the sandbox: a command that reads nothing does not wait for it.
 */
export function withStreamedInput(argv: readonly string[]): string[] {
  // The shell's own stderr is closed, or it would say "Killed" beside the command's words; the command gets the true one back.
  const feed = "exec 4>&2 2>/dev/null; { cat <&3 3<&- 4>&- & } 3<&0";
  return ["/bin/sh", "-c", `${feed} | { exec 2>&4 4>&-; exec "$@"; }`, "sh", ...argv];
}

/** Words that bwrap takes in all, its own name and the command's included (its `MAX_ARGS`). */
const wordsMax = 9000;

/**
 * Whether bwrap takes so many words. In: the words for its `--args` descriptor and its command line. `too-long`: the command alone
 * is the reason.
 * @throws SandboxError that names what there is too much of; of kind `workspace` when it is what a command can make.
 */
export function checkWordCount(counts: { hidden: number; visible: number }, mounts: Mounts): "fits" | "too-long" {
  const { hidden, visible } = counts;
  if (hidden + visible <= wordsMax) return "fits";
  // A short command must always fit: then only a long one is too long.
  if (hidden <= wordsMax - 100) return "too-long";
  const guards = mounts.protectedBinds.length + mounts.masked.length;
  const what = `The sandbox would need more than ${wordsMax} words for bwrap: ${mounts.binds.length} mounts, ${mounts.scratch.length} private directories, ${guards} protected entries (.git, .agents, .codex, sockets)`;
  if (hidden - guards * 3 <= wordsMax - 100) throw unmountable(what);
  throw new SandboxError(
    `${what}.`,
    "Mount fewer directories: a repository with fewer nested node_modules needs fewer.",
  );
}

export function defaultDirectory(mounts: Mounts): string {
  return mounts.binds.some((bind) => bind.inside === workspaceInside) ? workspaceInside : "/tmp";
}

function isolation({ bwrap, user }: HostFacts): Option[] {
  return [
    // No controlling terminal; nothing outlives the command or us.
    ["--new-session"],
    ["--die-with-parent"],
    ["--unshare-user"],
    ["--unshare-all"],
    ...(bwrap.disableUserns ? [["--disable-userns"]] : []),
    ["--uid", String(user.uid)],
    ["--gid", String(user.gid)],
    ["--hostname", "airlock"],
    ["--cap-drop", "ALL"],
    ["--clearenv"],
  ];
}

function systemMounts({ system, files }: HostFacts): Option[] {
  return [
    ...system.map((entry) =>
      entry.kind === "bind" ? ["--ro-bind", entry.host, entry.inside] : ["--symlink", entry.target, entry.inside],
    ),
    ["--ro-bind", files.passwd, "/etc/passwd"],
    ["--ro-bind", files.group, "/etc/group"],
    ["--ro-bind", files.hosts, "/etc/hosts"],
    ["--ro-bind", files.nsswitch, "/etc/nsswitch.conf"],
  ];
}

function privateMounts(bwrap: Bubblewrap): Option[] {
  return [
    ["--dev", "/dev"],
    ...tmpfs(bwrap, "/dev/shm", defaultLimits.shmBytes),
    ["--remount-ro", "/dev"],
    // As mapped root, files below /proc/sys are guarded by their owner alone: read-only closes that.
    ["--proc", "/proc"],
    ["--remount-ro", "/proc"],
    ...tmpfs(bwrap, "/tmp", defaultLimits.tmpBytes),
    ["--dir", homeInside],
    ["--dir", "/run"],
    ["--symlink", "/tmp", "/var/tmp"],
  ];
}

function toolchainMounts({ toolchain, files }: HostFacts): Option[] {
  if (toolchain === null) return [];
  const npm = `${toolchainInside}/lib/node_modules/npm`;
  const link = (name: string) => [
    "--symlink",
    `../lib/node_modules/npm/bin/${name}-cli.js`,
    `${toolchainInside}/bin/${name}`,
  ];
  return [
    ["--ro-bind", toolchain.node, `${toolchainInside}/bin/node`],
    ["--ro-bind", files.forwarder, forwarderInside],
    ...(toolchain.npm === null ? [] : [["--ro-bind", toolchain.npm, npm], link("npm"), link("npx")]),
  ];
}

function profileMounts(host: HostFacts, mounts: Mounts): Option[] {
  const guards = [
    ...mounts.protectedBinds.map((bind) => ["--ro-bind", bind.host, bind.inside]),
    ...mounts.masked.map((inside) => ["--ro-bind", host.files.empty, inside]),
  ];
  return [
    ...mounts.binds.flatMap((bind) => [...bindOptions(bind), ...(bind.inside === workspaceInside ? guards : [])]),
    ...mounts.scratch.flatMap((inside) => tmpfs(host.bwrap, inside, defaultLimits.scratchBytes)),
  ];
}

function bindOptions({ host, inside, writable, overlay }: Bind): Option[] {
  if (overlay === undefined) return [[writable ? "--bind" : "--ro-bind", host, inside]];
  return [
    ["--overlay-src", overlay.lower],
    ["--overlay", overlay.upper, overlay.work, inside],
  ];
}

/** `--perms` and `--size` hold for the next mount only. */
function tmpfs(bwrap: Bubblewrap, inside: string, bytes: number): Option[] {
  return [["--perms", "1777"], ...(bwrap.size ? [["--size", String(bytes)]] : []), ["--tmpfs", inside]];
}
