import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openReady } from "../../sandbox/ready.ts";
import { runCommand } from "../../sandbox/run.ts";
import type { Ready } from "../../sandbox/ready.ts";
import type { Profile, RunOptions, RunResult } from "../../sandbox/sandbox.ts";
import { sleepers } from "./processes.ts";
import { limits, openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";

let room: Room;
let ready: Ready;
beforeAll(async () => {
  room = await openRoom();
  ready = openReady(room.host);
});
afterAll(async () => {
  await ready[Symbol.asyncDispose]();
  await room[Symbol.asyncDispose]();
});

const sh = (script: string, ...words: string[]) => ["/bin/sh", "-c", script, "sh", ...words];
/** Tells which of the two a command found itself in: PID 1 shows the words its sandbox was started with. */
const which = sh("grep -q map[f]ile /proc/1/cmdline && echo ready || echo fresh");

/** A profile with a workspace of its own that holds a `.git`. */
async function workspace(name: string, more: Partial<Profile> = {}): Promise<Profile> {
  await room.put(`${name}/.git/config`, "old\n");
  return { limits, ...room.writable(name), ...more };
}

/** The hint, until building has begun. */
async function prepared(profile: Profile): Promise<void> {
  ready.prepare(profile);
  await setImmediate();
}

const run = (profile: Profile, argv: string[], options: RunOptions = {}) =>
  runCommand(room.host, profile, argv, { ...options, ready });

describe("a command cannot tell the difference", () => {
  test.each<[string, string[], RunOptions?]>([
    ["its environment, byte for byte", ["env", "-0"]],
    ["words as they are", ["printf", "%s|", "a b", "'\"", "\n", "$(id)`id`", "-x", "--", "*", "", "\\", "é\ud800", ""]],
    ["no words at all", sh('echo "$#"')],
    ["an empty program name", ["", "x"]],
    ["a program that begins with a dash", ["-c", "id"]],
    ["a program named like a variable", ["A=B", "id"]],
    ["a missing program", ["no-such-program"]],
    ["a file that is no program", ["/etc/passwd"]],
    ["an exit code of its own", sh("exit 125")],
    ["a death by signal", sh("kill -9 $$")],
    ["its place among the processes", sh("echo $$ $PPID /proc/[0-9]*")],
    ["its open files", ["ls", "/proc/self/fd"]],
    [
      "its signals, rights and filter",
      sh("grep -E '^(Sig[BICP]|Cap|Seccomp|NoNew|Groups|Uid)' /proc/self/status; umask"),
    ],
    ["its own standard input", sh("cat; readlink /proc/self/fd/0")],
    ["/dev/stdout opened again", sh("echo a > /dev/stdout; echo b > /dev/stderr")],
    ["another directory", ["pwd"], { cwd: "sub" }],
    ["a directory that is not there", ["pwd"], { cwd: "/nowhere" }],
    ["no directory change left behind", sh('echo "$PWD ${OLDPWD-none} ${SHLVL-none} ${_-none}"')],
  ])("%s", async (_title, argv, options = {}) => {
    const profile = await workspace("same", {
      env: { EXTRA: "1 '2'\n$(3)", BASH_ENV: "/workspace/repo/x", SHLVL: "7" },
    });
    mkdirSync(join(room.dir, "same/sub"), { recursive: true });
    const fresh = await runCommand(room.host, profile, argv, options);
    await prepared(profile);
    expect(await taken(profile, argv, options)).toEqual({
      took: true,
      result: { ...fresh, ms: expect.any(Number) },
    });
  });

  test("the limits and the tellings are those of the command, not those of the hint", async () => {
    const profile = await workspace("limits");
    await prepared(profile);
    const small = { ...limits, output: { headBytes: 2, tailBytes: 2 } };
    const chunks: string[] = [];
    const onOutput = (chunk: Buffer) => void chunks.push(String(chunk));
    const result = await run({ ...profile, limits: small }, sh("grep -ao map[f]ile /proc/1/cmdline | head -n 1"), {
      onOutput,
    });
    expect([result.stdout.text, chunks.join("")]).toEqual(["ma\n[... 4 bytes left out ...]\ne\n", "mapfile\n"]);
  });

  test("a time-out and an abort end it with everything it started", async () => {
    const profile = await workspace("ended");
    const endless = sh("grep -ao map[f]ile /proc/1/cmdline | head -n 1; setsid sleep 987671 & sleep 987672");
    await prepared(profile);
    const late = await run({ ...profile, limits: { ...limits, timeoutMs: 300 } }, endless);
    expect([late.kind, late.stdout.text]).toEqual(["timed-out", "mapfile\n"]);
    await prepared(profile);
    const abort = new AbortController();
    const stopped = await run(profile, endless, { signal: abort.signal, onOutput: () => abort.abort() });
    expect([stopped.kind, stopped.stdout.text]).toEqual(["cancelled", "mapfile\n"]);
    expect(sleepers(/98767[12]/)).toBe(0);
  });
});

describe("it is used once", () => {
  test("and what one command leaves in its private places the next does not find", async () => {
    const profile = await workspace("once");
    const visit = sh(
      "ls /tmp /dev/shm; echo x > /tmp/left; echo x > /dev/shm/left; grep -ao map[f]ile /proc/1/cmdline | head -n 1",
    );
    for (const _time of [1, 2]) {
      await prepared(profile);
      expect(printed(await run(profile, visit))).toBe("/dev/shm:\n\n/tmp:\nhome\nmapfile\n");
    }
    expect(printed(await run(profile, which))).toBe("fresh\n");
  });

  test("a hint that comes twice builds one", async () => {
    const profile = await workspace("twice");
    for (const _time of [1, 2, 3]) await prepared(profile);
    expect(printed(await run(profile, which))).toBe("ready\n");
    expect(printed(await run(profile, which))).toBe("fresh\n");
  });

  test("files that changed on the host meanwhile are seen as they are", async () => {
    const profile = await workspace("live");
    await prepared(profile);
    await room.put("live/new", "new\n");
    expect(printed(await run(profile, sh("cat new; grep -ao map[f]ile /proc/1/cmdline | head -n 1")))).toBe(
      "new\nmapfile\n",
    );
  });
});

describe("it is discarded when anything it would see is not what it was built for", () => {
  /** What happens on the host between the hint and the command. */
  const changes: [string, (at: string) => unknown][] = [
    ["a protected name that came", (at) => mkdirSync(join(at, "deep/.codex"), { recursive: true })],
    [
      "a protected name that was renamed and made again",
      (at) => {
        renameSync(join(at, ".git"), join(at, "moved"));
        remake(join(at, ".git"));
      },
    ],
    [
      "a protected name that was removed and made again",
      (at) => {
        rmSync(join(at, ".git"), { recursive: true });
        remake(join(at, ".git"));
      },
    ],
    [
      "a workspace that was moved away and made again",
      (at) => {
        renameSync(at, `${at}-old`);
        remake(join(at, ".git"));
      },
    ],
  ];

  test.each(changes)("%s", async (title, change) => {
    const name = `gone-${title.length}-${title.split(" ").at(-1)}`;
    const profile = await workspace(name);
    await prepared(profile);
    await settled();
    change(join(room.dir, name));
    if (process.getuid?.() === 0) await own(join(room.dir, name));
    const attack = sh(
      "grep -q map[f]ile /proc/1/cmdline && echo ready || echo fresh; echo new > .git/config && echo wrote; true",
    );
    expect((await run(profile, attack)).stdout.text).toBe("fresh\n");
    expect(readFileSync(join(room.dir, name, ".git/config"), "utf8")).toBe("old\n");
    // The twin: with nothing changed, it is the ready one that is used, and it protects as well.
    await prepared(profile);
    expect((await run(profile, attack)).stdout.text).toBe("ready\n");
  });

  test("a socket that somebody listens on", async () => {
    const profile = await workspace("socket");
    await prepared(profile);
    const listener = createServer();
    listener.listen(join(room.dir, "socket/s"));
    await once(listener, "listening");
    try {
      expect(printed(await run(profile, which))).toBe("fresh\n");
    } finally {
      listener.close();
    }
  });

  test("another profile on the same workspace; one on another workspace leaves it", async () => {
    const [profile, other] = [await workspace("mine"), await workspace("theirs")];
    await prepared(profile);
    expect(printed(await run({ ...profile, env: { A: "1" } }, which))).toBe("fresh\n");
    expect(printed(await run(profile, which))).toBe("fresh\n");
    await prepared(profile);
    expect(printed(await run(other, which))).toBe("fresh\n");
    expect(printed(await run(profile, which))).toBe("ready\n");
  });

  test.each<[string, Partial<Profile>]>([
    ["resources", { limits: { ...limits, processes: 99 } }],
    ["mode", { scratch: ["/workspace/repo/.git"] }],
  ])("a profile with other %s", async (title, more) => {
    const profile = await workspace(`other-${title}`);
    await prepared(profile);
    expect(printed(await run({ ...profile, ...more }, which))).toBe("fresh\n");
  });
});

describe("what it is not for is built afresh", () => {
  test("a command with input, and the ready one waits for the next", async () => {
    const profile = await workspace("input");
    await prepared(profile);
    expect(
      printed(await run(profile, sh("cat; grep -ao map[f]ile /proc/1/cmdline | head -n 1"), { stdin: "in\n" })),
    ).toBe("in\n");
    expect(printed(await run(profile, which))).toBe("ready\n");
  });

  test("a command of many words", async () => {
    const profile = await workspace("long");
    await prepared(profile);
    expect(printed(await run(profile, [...which, "x".repeat(8_192)]))).toBe("fresh\n");
  });

  test("a profile with egress, or one that cannot be mounted: a hint never throws, and the command tells", async () => {
    const profile = await workspace("egress", { egress: { rule: () => ({ kind: "deny", reason: "test" }) } });
    await prepared(profile);
    expect(printed(await run(profile, which))).toBe("fresh\n");
    const missing: Profile = { limits, workspace: { host: join(room.dir, "none"), mode: "read-only" } };
    await prepared(missing);
    await expect(run(missing, which)).rejects.toThrow(/does not exist/);
  });
});

/** Runs, and tells whether the ready sandbox was used. */
async function taken(
  profile: Profile,
  argv: string[],
  options: RunOptions,
): Promise<{ took: boolean; result: RunResult }> {
  let took = false;
  const spied: Ready = {
    ...ready,
    async take(order) {
      const started = await ready.take(order);
      took = started !== null;
      return started;
    },
  };
  return { result: await runCommand(room.host, profile, argv, { ...options, ready: spied }), took };
}

/** Long enough for a sandbox to be up; a shorter time would only make the test weaker, never fail. */
const settled = () => sleep(300);

function remake(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config"), "old\n");
}

async function own(directory: string): Promise<void> {
  const { chown, readdir } = await import("node:fs/promises");
  const { uid, gid } = room.host.user;
  for (const path of ["", ...(await readdir(directory, { recursive: true }))])
    await chown(join(directory, path), uid, gid);
}
