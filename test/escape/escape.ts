import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../sandbox/run.ts";
import { SandboxError } from "../../sandbox/sandbox.ts";
import { limits, openRoom } from "../sandbox/room.ts";
import type { Establishment } from "../../sandbox/run.ts";
import type { Profile, RunResult } from "../../sandbox/sandbox.ts";
import type { Room } from "../sandbox/room.ts";
import type { Weakening } from "./weaken.ts";

/** One attack, and the same attack without the control that stops it. */
export interface EscapeCase {
  /** `C…` of the catalogue, `E…` of our own. */
  id: string;
  /** What stops it, as `sandbox/README.md` calls it. */
  control: string;
  /** What is tried, in words. With the id it is the test's title. */
  attack: string;
  /** A shell script, or the words of a program. */
  run: (scene: Scene) => string | string[];
  /** Files of the workspace, made before the attack; null makes a directory. */
  files?: Record<string, string | null>;
  /** Programs that must be there inside. Without them the case is not run, which is said. */
  needs?: readonly string[];
  profile?: (scene: Scene) => Partial<Profile>;
  /** Controls that are off in both runs, where several guard the same thing and one is looked at. */
  already?: Weakening;
  /** Prepares the host. What it returns is called afterwards. */
  before?: (scene: Scene) => Promise<(() => unknown) | void>;
  /** What the host sees afterwards; it is added to what the command printed. */
  host?: (scene: Scene) => unknown;
  held: RegExp;
  twin:
    | {
        without: string;
        weaken: (scene: Scene) => Weakening;
        /** Where the control is a setting of the profile as well. */
        profile?: EscapeCase["profile"];
        escaped: RegExp;
      }
    | { none: string };
}

export interface Scene {
  room: Room;
  /** The workspace on the host. */
  workspace: string;
  /** Below the room: a directory of the host that no profile mounts. */
  host: string;
}

/** What the reporter reads from a test. */
declare module "vitest" {
  interface TaskMeta {
    escape?: { group: string; control: string; twin: string };
  }
}

/** Set to `expected` where the kernel allows no sandbox: the suite is then skipped, visibly, and not failed. */
const absence = process.env["AIRLOCK_ESCAPE_ABSENT"];

/** One group of the catalogue: each case is one test, which runs the attack and its twin. */
export function escapes(group: string, cases: readonly EscapeCase[]): void {
  describe(group, () => {
    let room: Room | null = null;
    let absent = "";
    beforeAll(async () => {
      try {
        room = await openRoom();
        await room.run({}, ["true"]);
      } catch (error) {
        if (!(error instanceof SandboxError) || absence !== "expected") throw error;
        absent = error.message;
        process.stderr.write(`NOT RUN: the escape suite's ${group}: ${error.message}\n`);
      }
    });
    afterAll(() => room?.[Symbol.asyncDispose]());

    for (const item of cases) {
      test(`${item.id} ${item.attack}`, async ({ task, skip }) => {
        const { control, twin } = item;
        task.meta.escape = { group, control, twin: "none" in twin ? `no twin: ${twin.none}` : `twin: ${twin.without}` };
        if (room === null) return skip(`not run: no sandbox here: ${absent}`);
        const missing = await missingPrograms(room, item.needs ?? []);
        if (missing.length > 0) return skip(`not run: no ${missing.join(", ")}`);
        const seen = await observe(item, room, (host) => host);
        expect(seen).toMatch(item.held);
        if ("none" in twin) return;
        const other = twin.profile === undefined ? item : { ...item, profile: twin.profile };
        const open = await observe(other, room, (host, scene) => twin.weaken(scene)(host, scene.room.dir));
        expect(open).toMatch(twin.escaped);
        // What both words fit would prove nothing.
        expect([item.held.test(open), twin.escaped.test(seen)]).toEqual([false, false]);
      });
    }
  });
}

let count = 0;

/** Runs an attack on a fresh workspace. Out: everything it printed, how it ended, what the host sees. */
async function observe(
  item: EscapeCase,
  room: Room,
  weaken: (host: Establishment, scene: Scene) => Promise<Establishment> | Establishment,
): Promise<string> {
  const name = `${item.id}-${(count += 1)}`;
  const scene = {
    room,
    workspace: await room.put(`${name}/workspace`, null),
    host: await room.put(`${name}/host`, null),
  };
  for (const [path, content] of Object.entries(item.files ?? {})) await room.put(`${name}/workspace/${path}`, content);
  const after = await item.before?.(scene);
  try {
    const run = item.run(scene);
    const profile = { limits, ...room.writable(`${name}/workspace`), ...item.profile?.(scene) };
    const start = (await item.already?.(room.host, room.dir)) ?? room.host;
    const host = await weaken(start, scene);
    const argv = typeof run === "string" ? ["/bin/sh", "-c", run] : run;
    const result = await runCommand(host, profile, argv).catch((error: unknown) => {
      if (error instanceof SandboxError && error.kind === "workspace") return error;
      throw error;
    });
    const witnessed = item.host === undefined ? "" : `host: ${String(await item.host(scene))}`;
    if (result instanceof SandboxError) return `refused: ${result.message}\n${witnessed}`;
    const end = endOf(result);
    return `${result.stdout.text}${result.stderr.text}${end}\n${witnessed}`;
  } finally {
    await after?.();
  }
}

function endOf(result: RunResult): string {
  if (result.kind === "exited") return `exited ${result.exitCode}`;
  return result.kind === "signalled" ? `signalled ${result.signal}` : result.kind;
}

const found = new Map<string, boolean>();

async function missingPrograms(room: Room, names: readonly string[]): Promise<string[]> {
  for (const name of names) {
    if (found.has(name)) continue;
    const result = await room.run({}, ["/bin/sh", "-c", 'command -v "$1"', "sh", name]);
    found.set(name, result.kind === "exited" && result.exitCode === 0);
  }
  return names.filter((name) => found.get(name) === false);
}

const perl = `for (@ARGV) { my @w = map { /^0x/ ? hex : $_ + 0 } split /,/; $! = 0; my $r = syscall($w[0], @w[1..$#w]); print "answer ", ($r == -1 ? $! + 0 : "ok"), "\n" }`;

/** The words of a program that makes one system call by its number and prints `answer` with the errno, or `ok`. */
export function call(numbers: { x64: number; arm64: number }, ...args: number[]): string[] {
  const number = process.arch === "arm64" ? numbers.arm64 : numbers.x64;
  return ["perl", "-e", perl, [number, ...args].join(",")];
}
