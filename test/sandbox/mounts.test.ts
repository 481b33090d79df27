import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareMounts } from "../../sandbox/mounts.ts";
import { limits, openRoom, printed } from "./room.ts";
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
