import { execFileSync } from "node:child_process";
import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sandboxOptions } from "../../sandbox/argv.ts";
import { prepareMounts } from "../../sandbox/mounts.ts";
import { prepareOverlays, withOverlays } from "../../sandbox/overlay.ts";
import { probeOverlay } from "../../sandbox/overlay-probe.ts";
import { proveSandbox } from "../../sandbox/selftest.ts";
import { runCommand } from "../../sandbox/run.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { codeOf, limits, openRoom, printed } from "./room.ts";
import type { Overlay, OverlaySupport, Profile } from "../../sandbox/sandbox.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
  room.host.overlay = await probeOverlay(room.host);
  await room.put("deps/node_modules/tool/index.js", "original\n");
  await room.put("deps/packages/a/node_modules/inner/index.js", "inner\n");
  await room.put("ws/node_modules", null);
  await room.put("ws/packages/a/node_modules", null);
});
afterAll(() => room[Symbol.asyncDispose]());

const at = (path: string) => join(room.dir, path);
const setMark = 'import os, sys; os.setxattr(sys.argv[1], "user.overlay.opaque", b"y")';
const modules = `${workspaceInside}/node_modules`;

/** The dependencies as one command sees them, with a fresh place for what it writes. */
async function view(name: string, more: Partial<Overlay> = {}): Promise<Overlay> {
  const [upper, work] = [await room.put(`${name}/upper`, null), await room.put(`${name}/work`, null)];
  return { inside: modules, lower: at("deps"), upper, work, path: "node_modules", ...more };
}
const seen = (overlays: Overlay[], command: string) =>
  room.run({ ...room.writable("ws"), overlays }, ["sh", "-c", command]);

test("this machine mounts overlays in a user namespace", () => {
  expect(room.host.overlay).toEqual({ kind: "user-namespace" });
});

describe("a writable view", () => {
  const change =
    "echo changed > node_modules/tool/index.js; mkdir node_modules/.cache; rm -r node_modules/tool/../tool";

  test("takes every change, and its lower directory stays as it was", async () => {
    const overlay = await view("one");
    expect(codeOf(await seen([overlay], `${change} && ! test -e node_modules/tool`))).toBe(0);
    expect(readFileSync(at("deps/node_modules/tool/index.js"), "utf8")).toBe("original\n");
    expect(readdirSync(at("deps/node_modules"))).toEqual(["tool"]);
    expect(readdirSync(at("ws/node_modules"))).toEqual([]);
    // The next command with the same upper directory goes on from there, one with another begins anew.
    expect(printed(await seen([overlay], "ls -A node_modules"))).toBe(".cache\n");
    expect(printed(await seen([await view("two")], "ls -A node_modules"))).toBe("tool\n");
  });

  test("the twins: bound read-only nothing can be written, bound writable the change reaches the host", async () => {
    const readOnly = [{ host: at("deps/node_modules"), inside: modules }];
    const refused = await room.run({ ...room.writable("ws"), readOnly }, ["mkdir", "node_modules/.cache"]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: { text: expect.stringContaining("Read-only file system") } });
    await room.put("shared/node_modules/tool/index.js", "original\n");
    const writable = [{ host: at("shared/node_modules"), inside: modules }];
    await room.run({ ...room.writable("ws"), writable }, ["sh", "-c", change]);
    expect(readdirSync(at("shared/node_modules"))).toEqual([".cache"]);
  });

  test("has one upper directory for all its parts; a part whose place is gone is left out", async () => {
    const top = await view("parts");
    const nested = { ...top, path: "packages/a/node_modules", inside: `${workspaceInside}/packages/a/node_modules` };
    const gone = { ...nested, inside: `${workspaceInside}/packages/b/node_modules`, optional: true };
    const both =
      "cat node_modules/tool/index.js packages/a/node_modules/inner/index.js; touch packages/a/node_modules/x";
    expect(printed(await seen([top, nested, gone], both))).toBe("original\ninner\n");
    expect(existsSync(at("parts/upper/packages/a/node_modules/x"))).toBe(true);
    await expect(seen([{ ...gone, optional: false }], "true")).rejects.toMatchObject({ kind: "workspace" });
  });

  test("whatever a command does to permissions, the next one can be mounted", async () => {
    const overlay = await view("shut");
    const whole = { inside: "/workspace/all", lower: overlay.lower, upper: overlay.upper, work: overlay.work };
    const run = (words: string) => room.run({ overlays: [whole] }, ["sh", "-c", words]);
    expect(codeOf(await run("cd /workspace/all && chmod 0 node_modules/tool node_modules ."))).toBe(0);
    expect(codeOf(await run("true"))).toBe(0);
  });

  test("files belong to the sandbox's user, inside and on the host", async () => {
    const overlay = await view("owned");
    expect(printed(await seen([overlay], "touch node_modules/x; stat -c %u node_modules node_modules/x"))).toBe(
      `${room.host.user.uid}\n${room.host.user.uid}\n`,
    );
    expect(lstatSync(at("owned/upper/node_modules/x")).uid).toBe(room.host.user.uid);
  });
});

test("every probe of the self-test holds behind the longer way to bwrap", async () => {
  const probes = await proveSandbox(room.host, [{ ...(await view("proven")), inside: "/workspace/all" }]);
  expect(probes.filter(({ held }) => !held)).toEqual([]);
});

test("what ends bwrap ends everything, wherever on the longer way it is", async () => {
  const marked = `${process.pid}7531`;
  const left = () =>
    readdirSync("/proc").filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marked);
      } catch {
        return false;
      }
    });
  const overlay = await view("ended");
  // Words of ours on bwrap's own command line mark every process of the chain, the ones before bwrap included.
  const command = ["sh", "-c", `sleep ${marked} & sleep ${marked}`];
  for (const timeoutMs of [1, 5, 10, 20, 400]) {
    const profile = { ...room.writable("ws"), overlays: [overlay], limits: { ...limits, timeoutMs } };
    expect((await room.run(profile, command)).kind).toBe("timed-out");
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  }
});

describe("nothing of the user namespace that mounts is left for a command", () => {
  const overlays = async () => [await view("inner")];

  test("the view can be neither unmounted nor mounted again", async () => {
    const undo = `umount ${modules} 2>/dev/null || mount -o remount,ro ${modules} 2>/dev/null || echo refused`;
    expect(printed(await seen(await overlays(), undo))).toBe("refused\n");
  });

  test.runIf(existsSync("/usr/bin/python3"))("overlayfs's own marks cannot be forged", async () => {
    const mark = (path: string) => ["python3", "-c", setMark, path];
    const overlay = await view("forged");
    expect(codeOf(await seen([overlay], "touch node_modules/tool/mine"))).toBe(0);
    await room.run({ ...room.writable("ws"), overlays: [overlay] }, mark("node_modules/tool"));
    expect(printed(await seen([overlay], "ls node_modules/tool"))).toBe("index.js\nmine\n");
    // The twin: the same mark set from the host hides what the lower directory holds.
    const [program = "", ...words] = mark(at("forged/upper/node_modules/tool"));
    execFileSync(program, words);
    expect(printed(await seen([overlay], "ls node_modules/tool"))).toBe("mine\n");
  });

  test("a whiteout cannot be made by hand", async () => {
    expect(codeOf(await seen(await overlays(), "mknod node_modules/tool/x c 0 0"))).toBe(1);
  });
});

describe("what is refused", () => {
  const facts = (overlay: OverlaySupport = { kind: "user-namespace" }) => ({
    user: room.host.user,
    trusted: [],
    overlay,
    directory: "/run-1",
  });
  const prepare = async (more: Partial<Overlay>, overlay?: OverlaySupport) => {
    const profile: Profile = { limits, overlays: [await view("refused", more)] };
    return prepareOverlays(profile, facts(overlay));
  };

  test.each<[string, () => Partial<Overlay>, RegExp]>([
    ["a name with a colon", () => ({ lower: make("a:b") }), /character that overlayfs cannot take/],
    ["a name with a comma", () => ({ upper: make("a,b") }), /character that overlayfs cannot take/],
    ["a name with a backslash", () => ({ work: make("a\\b") }), /character that overlayfs cannot take/],
    ["a name with a quote", () => ({ work: make('a"b') }), /character that overlayfs cannot take/],
    ["a relative path", () => ({ lower: "deps" }), /must be an absolute host path/],
    ["a lower directory that is a link", () => ({ lower: link("to-deps", at("deps")) }), /a symlink\?/],
    ["a part that is a link", () => ({ lower: linked(), path: "node_modules" }), /a symlink\?/],
    ["a part that climbs", () => ({ path: "../deps" }), /is no path inside a view/],
    ["the workspace itself", () => ({ inside: workspaceInside }), /is the workspace/],
    ["a lower directory around the upper one", () => ({ lower: at("refused"), path: "" }), /lies in another directory/],
    ["one directory for two uses", () => ({ work: at("refused/upper") }), /lies in another directory/],
  ])("%s", async (_title, more, message) => {
    await expect(prepare(more())).rejects.toThrow(message);
  });

  test("one upper directory for two views", async () => {
    const overlay = await view("double");
    const other = { ...overlay, inside: "/workspace/other", lower: await room.put("other", null) };
    const both = { limits, overlays: [overlay, other] };
    expect(() => prepareOverlays(both, facts())).toThrow(/receives the changes of two views/);
    const apart = { ...other, upper: await room.put("double/second", null) };
    expect(() => prepareOverlays({ limits, overlays: [overlay, apart] }, facts())).toThrow(/serves two views/);
  });

  test.runIf(process.getuid?.() === 0)("a lower directory of another owner", async () => {
    mkdirSync(at("roots"));
    const attempt = () => prepare({ lower: at("roots"), path: "" });
    await expect(attempt()).rejects.toThrow(/does not belong to the sandbox's user and group/);
    // The right user alone is not enough: the kernel could not copy a file whose group the namespace does not know.
    chownSync(at("roots"), room.host.user.uid, 0);
    await expect(attempt()).rejects.toThrow(/does not belong to the sandbox's user and group/);
    chownSync(at("roots"), room.host.user.uid, room.host.user.gid);
    expect(await attempt()).toMatchObject({ mounts: [{ lower: at("roots") }] });
  });

  test("any, where the machine has none, with the reason", async () => {
    await expect(prepare({}, { kind: "none", reason: "AppArmor" })).rejects.toThrow(/no writable views.*: AppArmor/);
  });

  test("a mount that fails at the last moment is named", async () => {
    const overlay = await view("late");
    const noMount = { ...room.host, overlayPrograms: { ...real(), mount: "/bin/false" } };
    await expect(runCommand(noMount, { limits, overlays: [overlay] }, ["true"])).rejects.toMatchObject({
      name: "SandboxError",
      message: expect.stringContaining("could not be mounted (overlayfs)"),
    });
  });
});

describe("the probe", () => {
  test("says why there is none: programs that are missing, a bwrap that cannot", async () => {
    const host = { ...room.host, overlayPrograms: null };
    expect(await probeOverlay(host)).toEqual({ kind: "none", reason: "unshare, mount or env is not on PATH" });
  });

  test("does not believe a view that lets a change through to the host", async () => {
    await room.put("tools/mount", "#!/bin/sh\nexit 0\n");
    execFileSync("chmod", ["755", at("tools/mount")]);
    const host = { ...room.host, overlayPrograms: { ...real(), mount: at("tools/mount") } };
    expect(await probeOverlay(host)).toMatchObject({
      kind: "none",
      reason: expect.stringMatching(/^user-namespace: /),
    });
  });

  test("takes bwrap's own overlays when unshare is refused", async () => {
    const refuses = { ...real(), unshare: "/bin/false" };
    const host = { ...room.host, overlayPrograms: refuses, bwrap: { ...room.host.bwrap, overlay: true } };
    const found = await probeOverlay(host);
    // bwrap before 0.11 does not know the option, and says so.
    expect(found.kind === "bwrap" || /bwrap: .*--overlay-src/.test(JSON.stringify(found))).toBe(true);
  });
});

test("bwrap's own overlays: one per part, in the order of the other mounts", async () => {
  const overlay = await view("own");
  const profile: Profile = { limits, ...room.writable("ws"), overlays: [overlay] };
  const { user } = room.host;
  const facts = { user, trusted: [], overlay: { kind: "bwrap" as const }, directory: "/run-1" };
  const { mounts, binds } = prepareOverlays(profile, facts);
  const options = sandboxOptions(room.host, {
    mounts: prepareMounts(profile, { ...facts, overlays: binds }),
    env: {},
    egress: false,
  });
  expect(mounts).toEqual([]);
  expect(options.filter(([name]) => name?.includes("overlay"))).toEqual([
    ["--overlay-src", at("deps/node_modules")],
    ["--overlay", at("own/upper/node_modules"), at("own/work/0"), modules],
  ]);
  expect(withOverlays(room.host, mounts, ["--", "true"])).toEqual([room.host.bwrap.path, "--", "true"]);
});

function real() {
  if (room.host.overlayPrograms === null) throw new Error("the programs are missing on this machine");
  return room.host.overlayPrograms;
}

function make(path: string): string {
  mkdirSync(at(path), { recursive: true });
  return at(path);
}

function link(path: string, target: string): string {
  if (!existsSync(at(path))) symlinkSync(target, at(path));
  return at(path);
}

/** A lower directory of the right owner in which the part is a link. */
function linked(): string {
  const lower = make("linked");
  if (process.getuid?.() === 0) execFileSync("chown", [`${room.host.user.uid}:${room.host.user.gid}`, lower]);
  link("linked/node_modules", at("deps/node_modules"));
  return lower;
}

test("a program that mounts overlays is not used where commands may write", async () => {
  const { overlayPrograms } = room.host;
  if (overlayPrograms === null) throw new Error("this machine mounts overlays");
  const profile = { limits, ...room.writable("ws"), overlays: [await view("planted")] };
  for (const name of ["unshare", "mount", "env"] as const) {
    const planted = await room.put(`ws/bin/${name}`, "#!/bin/sh\n");
    const host = { ...room.host, overlayPrograms: { ...overlayPrograms, [name]: planted } };
    await expect(runCommand(host, profile, ["true"])).rejects.toThrow(/which the sandbox may write/);
  }
  expect(codeOf(await runCommand(room.host, profile, ["true"]))).toBe(0);
});
