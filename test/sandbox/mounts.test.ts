import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareMounts } from "../../sandbox/mounts.ts";
import { codeOf, limits, openRoom, printed } from "./room.ts";
import type { Profile } from "../../sandbox/sandbox.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
  for (const path of ["ws/node_modules", "ws/a/b", "deps/.cache", "extra"]) await room.put(path, null);
  await room.put("ws/file");
  symlinkSync("a", join(room.dir, "ws/link"));
  symlinkSync("deps", join(room.dir, "deps-link"));
});
afterAll(() => room[Symbol.asyncDispose]());

const at = (path: string) => join(room.dir, path);
const prepare = (profile: Partial<Profile>) =>
  prepareMounts(
    { limits, ...room.writable("ws"), ...profile },
    { user: room.host.user, trusted: [at("ws-tools/bwrap")] },
  );

test("parents come before children, and a mount point inside another mount is looked up there", () => {
  const mounts = prepare({
    readOnly: [
      { host: at("deps"), inside: "/workspace/repo/node_modules" },
      { host: at("extra"), inside: "/opt/extra" },
    ],
    scratch: ["/workspace/repo/node_modules/.cache"],
  });
  expect(mounts).toEqual({
    binds: [
      { host: at("extra"), inside: "/opt/extra", writable: false },
      { host: at("ws"), inside: "/workspace/repo", writable: true },
      { host: at("deps"), inside: "/workspace/repo/node_modules", writable: false },
    ],
    scratch: ["/workspace/repo/node_modules/.cache"],
    protectedBinds: [],
    masked: [],
  });
});

test.each([
  ["a missing mount point", { scratch: ["/workspace/repo/none"] }, /none must exist/],
  ["a symlinked mount point", { scratch: ["/workspace/repo/link"] }, /link is a symlink/],
  ["a mount point below a symlink", { scratch: ["/workspace/repo/link/b"] }, /link is a symlink/],
  ["a file where a directory is needed", { scratch: ["/workspace/repo/file"] }, /file is not a directory/],
  ["a path that climbs", { scratch: ["/workspace/repo/a/../b"] }, /not a place/],
  ["a relative path", { scratch: ["a"] }, /not a place/],
  ["a path of the sandbox itself", { scratch: ["/proc/x"] }, /not a place/],
  ["a path above the workspace", { scratch: ["/workspace"] }, /not a place/],
  ["the root", { scratch: ["/"] }, /not a place/],
])("%s is refused", (_title, profile, message) => {
  expect(() => prepare(profile)).toThrow(message);
});

test.each([
  ["a host path that is a symlink", () => ({ readOnly: [{ host: at("deps-link"), inside: "/opt/x" }] }), /a symlink\?/],
  ["a host path that does not exist", () => ({ readOnly: [{ host: at("none"), inside: "/opt/x" }] }), /does not exist/],
  ["a relative host path", () => ({ readOnly: [{ host: "deps", inside: "/opt/x" }] }), /absolute/],
  [
    "the same place twice",
    () => ({ readOnly: ["deps", "extra"].map((name) => ({ host: at(name), inside: "/opt/x" })) }),
    /twice/,
  ],
  [
    "our own programs in a writable place",
    () => ({ writable: [{ host: at("ws-tools"), inside: "/opt/x" }] }),
    /ws-tools\/bwrap lies in/,
  ],
])("%s is refused", async (_title, profile, message) => {
  await room.put("ws-tools/bwrap");
  expect(() => prepare(profile())).toThrow(message);
});

test("a place the sandbox's user cannot enter is refused with the reason", async () => {
  await room.put("closed/ws", null);
  const { chmodSync } = await import("node:fs");
  chmodSync(at("closed"), 0o700);
  const stranger = { uid: 12_345, gid: 12_345 };
  const profile: Profile = { limits, workspace: { host: at("closed/ws"), mode: "read-only" } };
  expect(() => prepareMounts(profile, { user: stranger, trusted: [] })).toThrow(/uid 12345\) cannot reach/);
});

test("an optional mount without its place is left out with everything below it; a required one is refused", async () => {
  const mount = { host: at("deps"), inside: "/workspace/repo/gone/node_modules" };
  const scratch = ["/workspace/repo/gone/node_modules/.cache"];
  const left = prepare({ readOnly: [{ ...mount, optional: true }], scratch });
  expect([left.binds.map(({ inside }) => inside), left.scratch]).toEqual([["/workspace/repo"], []]);
  expect(() => prepare({ readOnly: [mount], scratch })).toThrow(/must exist/);
});

test("a committed link into the host's root is never followed (CVE-2026-87766)", async () => {
  await room.put("cve/out", null);
  await room.put("cve/ws", null);
  symlinkSync(join("/oldroot", at("cve/out")), at("cve/ws/link"));
  const attack = room.run({ ...room.writable("cve/ws"), scratch: ["/workspace/repo/link/probe"] }, ["true"]);
  await expect(attack).rejects.toThrow(/link is a symlink/);
  expect(readdirSync(at("cve/out"))).toEqual([]);
});

test("bwrap creates nothing in the workspace", async () => {
  await room.put("bare", null);
  mkdirSync(at("bare/node_modules"));
  writeFileSync(at("bare/file"), "");
  const profile = {
    ...room.writable("bare"),
    readOnly: [{ host: at("deps"), inside: "/workspace/repo/node_modules" }],
  };
  expect(printed(await room.run(profile, ["true"]))).toBe("");
  expect(readdirSync(at("bare")).sort()).toEqual(["file", "node_modules"]);
});

describe("a fault that a command can cause is told from a broken sandbox", () => {
  const caught = (profile: Partial<Profile>): unknown => {
    try {
      return prepare(profile);
    } catch (error) {
      return error;
    }
  };

  test.each([
    ["a mount point that was moved away", { readOnly: () => [mount("deps", "gone/x")] }, /gone must exist/],
    ["a mount point that became a link", { readOnly: () => [mount("deps", "link")] }, /link is a symlink/],
    [
      "a mounted file of the workspace that vanished",
      { readOnly: () => [mount("ws/none", "a")] },
      /ws\/none does not exist/,
    ],
    ["a directory above it that vanished", { readOnly: () => [mount("ws/none/x", "a")] }, /ws\/none\/x is gone/],
  ])("%s", (_title, { readOnly }, message) => {
    expect(caught({ readOnly: readOnly() })).toMatchObject({
      name: "SandboxError",
      kind: "workspace",
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ["a host path that no command could touch", () => ({ readOnly: [mount("none", "a")] })],
    [
      "a mount point in a read-only tree of ours",
      () => ({ readOnly: [mount("deps", "node_modules")], scratch: ["/workspace/repo/node_modules/.none"] }),
    ],
    ["a place that is none", () => ({ scratch: ["/proc/x"] })],
  ])("%s is the caller's mistake", (_title, profile) => {
    expect(caught(profile())).toMatchObject({ name: "SandboxError", kind: "broken" });
  });

  test("a protected entry whose path is too long to be mounted", () => {
    const deep = ["long", ...Array.from({ length: 16 }, () => "d".repeat(240))].join("/");
    mkdirSync(at(deep), { recursive: true });
    mkdirSync(at(`${deep}/${"e".repeat(195)}/.codex`), { recursive: true });
    expect(caught(room.writable("long"))).toMatchObject({
      kind: "workspace",
      message: expect.stringContaining("too long"),
    });
  });

  test("permissions that a command took from its own workspace are given back", async () => {
    await room.put("shut/inner/.git/config");
    expect(codeOf(await room.run(room.writable("shut"), ["sh", "-c", "chmod 0 inner ."]))).toBe(0);
    expect(printed(await room.run(room.writable("shut"), ["ls", "-A", "inner"]))).toBe(".git\n");
  });
});

const mount = (host: string, inside: string) => ({ host: at(host), inside: `/workspace/repo/${inside}` });

describe("what bwrap can read in words", () => {
  const nested = (count: number, caches: number) => {
    const mounts = Array.from({ length: count }, (_, index) => `p${index}`);
    for (const name of mounts) mkdirSync(at(`wide/${name}`), { recursive: true });
    for (let cache = 0; cache < caches; cache += 1) mkdirSync(at(`filled/c${cache}`), { recursive: true });
    return {
      ...room.writable("wide"),
      readOnly: mounts.map((name) => mount("filled", name)),
      scratch: mounts.flatMap((name) =>
        Array.from({ length: caches }, (_, cache) => `/workspace/repo/${name}/c${cache}`),
      ),
    };
  };

  test("too many mounts are named, and are no fault of the workspace", async () => {
    await room.put("wide", null);
    await room.put("filled", null);
    await expect(room.run(nested(240, 6), ["true"])).rejects.toMatchObject({
      kind: "broken",
      message:
        "The sandbox would need more than 9000 words for bwrap: 241 mounts, 1440 private directories, 0 protected entries (.git, .agents, .codex, sockets).",
      fix: expect.stringContaining("nested node_modules"),
    });
    // The twin: with fewer of them the same command runs.
    expect(codeOf(await room.run(nested(40, 1), ["true"]))).toBe(0);
  });

  test("a command of too many words is its own mistake, exactly where bwrap would stop", async () => {
    const words = (count: number) => room.run({}, ["true", ...Array.from({ length: count }, () => "x")]);
    expect(await words(9000)).toMatchObject({
      kind: "exited",
      exitCode: 126,
      stderr: { text: expect.stringContaining("too many words") },
    });
    expect(codeOf(await words(8500))).toBe(0);
  });
});
