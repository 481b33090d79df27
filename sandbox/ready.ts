import { existsSync, openSync, readFileSync, statSync } from "node:fs";
import { Socket } from "node:net";
import { descriptors } from "./argv.ts";
import { endSandbox, startSandbox } from "./launch.ts";
import { optionsOf, startOf, whatIsShown } from "./run.ts";
import { readStatus } from "./status.ts";
import { openOutputPipes } from "./streams.ts";
import type { Option } from "./argv.ts";
import type { Started } from "./launch.ts";
import type { OverlayMount } from "./overlay.ts";
import type { Establishment, Shown } from "./run.ts";
import type { Profile } from "./sandbox.ts";

/**
 * At most one sandbox that is built ahead of need and used once. It is a sandbox like any other, in which a reader waits for the
 * command on a socket; nothing of one command is there for the next.
 */
export interface Ready extends AsyncDisposable {
  /** Builds one for this profile, after the caller's own work. Never throws. */
  prepare(profile: Profile): void;
  /**
   * The ready sandbox with the command handed over, or null: then a fresh one must be built. In: the profile, what it shows now,
   * and the program with its words.
   */
  take(order: { profile: Profile; shown: Shown; words: readonly string[] }): Promise<Started | null>;
  /** Ends what is kept. Returns when nothing of it lives. */
  clear(): Promise<void>;
}

/**
 * Reads NUL-separated words and becomes them; none is ever read as shell text. `go` at the end proves that all have arrived. `exec -c`
 * passes no environment on, so that the shell's own variables stay here; the first words put the right one in its place.
 */
const reader = `((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) || exit 125
printf . >&6
mapfile -d '' -t -u 6 words
exec 6>&-
[[ \${#words[@]} -gt 1 && \${words[-1]} == go ]] || exit 125
unset 'words[-1]'
exec -c -- "\${words[@]}"`;

const shell = "/bin/bash";
const withEnvironment = "/usr/bin/env";

/** Bytes of words: the reader takes them one by one, and beyond this a new sandbox is as fast. */
const wordBytesMax = 8_192;

/** Milliseconds after which a sandbox that is still not ready is given up. */
const buildMs = 2_000;

/** What a ready sandbox can stand for. A profile with anything else is always built afresh. */
const known = new Set(["workspace", "readOnly", "writable", "scratch", "overlays", "env", "limits"]);

interface Built {
  started: Started;
  words: Socket;
  pid: number;
  /** `/proc/PID/mountinfo` when it was built. */
  mountTable: string;
}

interface Slot {
  key: string;
  workspace: string | undefined;
  built: Promise<Built | null>;
}

/** Nothing is built before it is asked for. Disposing ends what is kept, and returns when nothing of it lives. */
export function openReady(host: Establishment): Ready {
  const able = existsSync(shell) && existsSync(withEnvironment);
  const endings = new Set<Promise<void>>();
  let slot: Slot | null = null;
  let planned: NodeJS.Immediate | null = null;
  let closed = false;

  const end = (built: Promise<Built | null>) => {
    const ending = built.then(endBuilt).finally(() => endings.delete(ending));
    endings.add(ending);
  };
  const cancel = () => {
    if (planned !== null) clearImmediate(planned);
    planned = null;
  };
  const discard = () => {
    if (slot !== null) end(slot.built);
    slot = null;
  };
  const fill = (profile: Profile) => {
    planned = null;
    try {
      const shown = whatIsShown(host, profile);
      const plan = planOf(host, profile, shown);
      if (slot?.key === plan.key) return;
      discard();
      // One overlay must never be mounted twice at a time.
      const built = Promise.all(endings)
        .then(() => build(host, profile, { plan, shown }))
        .catch(() => null);
      slot = { key: plan.key, workspace: profile.workspace?.host, built };
    } catch {
      // Whatever is wrong with the profile is told when a command is run with it.
      discard();
    }
  };

  return {
    prepare(profile) {
      if (closed || !able || !eligible(profile)) return;
      cancel();
      planned = setImmediate(fill, profile);
    },
    async take({ profile, shown, words }) {
      cancel();
      if (slot === null || !eligible(profile)) return null;
      const plan = planOf(host, profile, shown);
      const message = Buffer.from([withEnvironment, ...plan.environment, ...words, "go", ""].join("\0"));
      if (message.byteLength > wordBytesMax) return null;
      if (slot.key !== plan.key) {
        // What runs in another workspace says nothing about this one.
        if (slot.workspace === profile.workspace?.host) discard();
        return null;
      }
      const { built } = slot;
      slot = null;
      const one = await built;
      if (one === null || one.started.isOver() || mountTableOf(one.pid) !== one.mountTable) {
        end(built);
        return null;
      }
      return handOver(one, message);
    },
    async clear() {
      cancel();
      discard();
      await Promise.all(endings);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await this.clear();
    },
  };
}

async function endBuilt(one: Built | null): Promise<void> {
  if (one === null) return;
  // Its end is waited for, even when there is nothing else left to do.
  hold(one, true);
  // Whoever could be told is not waiting; what still lives dies with us.
  await endSandbox(one.started).catch(() => {});
}

function handOver(one: Built, message: Buffer): Started {
  hold(one, true);
  one.words.end(message);
  return one.started;
}

function eligible(profile: Profile): boolean {
  return Object.entries(profile).every(([name, value]) => known.has(name) || value === undefined);
}

interface Plan {
  /** Equal keys: bwrap would be started with the very same options and limits. */
  key: string;
  hiddenArgs: string[];
  /** `NAME=value`, in the order in which bwrap would set them. */
  environment: string[];
}

/** An overlay's directories by what they are: a name can lead to another directory by now. */
function layersOf(mount: OverlayMount): string[] {
  return [mount.lower, mount.upper, mount.work].map((path) => {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${path} ${dev} ${ino}`;
  });
}

/** The environment goes with the command and not to the reader, which is a shell and would obey some of it. */
function planOf(host: Establishment, profile: Profile, { mounts, overlays }: Shown): Plan {
  const options = optionsOf(host, { mounts, env: profile.env ?? {}, egress: false });
  const isVariable = ([name]: Option) => name === "--setenv";
  const variables = options.filter(isVariable).filter(([, name]) => name !== "PWD");
  const limits = Object.entries(profile.limits).filter(([name]) => name !== "timeoutMs" && name !== "output");
  return {
    key: JSON.stringify([options, overlays.map(layersOf), Object.fromEntries(limits)]),
    hiddenArgs: options.filter((option) => !isVariable(option)).flat(),
    // bwrap adds the last one by itself.
    environment: [...variables.map(([, name, value]) => `${name}=${value}`), "PWD=/"],
  };
}

async function build(
  host: Establishment,
  profile: Profile,
  { plan, shown }: { plan: Plan; shown: Shown },
): Promise<Built | null> {
  const { hiddenArgs } = plan;
  const program = [shell, "--norc", "--noprofile", "-p", "-c", reader];
  const pipes = await openOutputPipes(host.fifos);
  const started = startSandbox({
    ...startOf(host, profile, { hiddenArgs, program, overlays: shown.overlays }),
    pipes,
    stdin: openSync("/dev/null", "r"),
    words: true,
  });
  if (started instanceof Error || started.words === null) return null;
  const { words } = started;
  words.on("error", () => {});
  const isUp = await readerIsUp(started, words);
  const pid = readStatus(started.status.text()).childPid;
  const mountTable = pid === null ? null : mountTableOf(pid);
  if (!isUp || pid === null || mountTable === null) {
    await endSandbox(started);
    return null;
  }
  const built = { started, words, pid, mountTable };
  hold(built, false);
  return built;
}

function readerIsUp({ exit }: Started, words: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), buildMs);
    const answer = (isUp: boolean) => {
      clearTimeout(timer);
      resolve(isUp);
    };
    words.once("data", () => answer(true));
    void exit.then(() => answer(false));
  });
}

/** A sandbox that only waits does not keep our process alive. */
function hold({ started: { child, pipes }, words }: Built, wanted: boolean): void {
  const sockets = [words, ...pipes.map(({ read }) => read), child.stdio[descriptors.status]];
  for (const handle of [child, ...sockets.filter((one) => one instanceof Socket)]) {
    if (wanted) handle.ref();
    else handle.unref();
  }
}

/**
 * All mounts inside with the path of what is mounted. It changes when a mounted directory was moved or removed, or when a mount point
 * was, which silently takes the mount away. null: it cannot be read.
 */
function mountTableOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, "utf8");
  } catch {
    return null;
  }
}
