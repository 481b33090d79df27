import { existsSync, realpathSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { proveSandbox } from "../../sandbox/selftest.ts";
import { openRoom } from "./room.ts";
import type { Option } from "../../sandbox/argv.ts";
import type { Room } from "./room.ts";

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

const without =
  (...options: string[]) =>
  (all: Option[]) =>
    all.filter((option) => !options.some((wanted) => option.join(" ").startsWith(wanted)));
const with_ = (option: Option) => (all: Option[]) => all.toSpliced(-4, 0, option);

test("everything holds in the sandbox as it is", async () => {
  expect((await proveSandbox(room.host)).filter(({ held }) => !held)).toEqual([]);
});

test.each<[string, (options: Option[]) => Option[], string[]]>([
  [
    "the host's network",
    (all) =>
      all.flatMap((option) =>
        option[0] === "--unshare-all" ? [["--unshare-pid"], ["--unshare-ipc"], ["--unshare-uts"]] : [option],
      ),
    [
      "there is no network",
      "namespaces are its own",
      "TCP to the host is refused",
      "UDP and name servers are out of reach",
      "abstract sockets of the host do not exist",
    ],
  ],
  ["a writable root", without("--remount-ro /"), ["writes outside the workspace are refused"]],
  ["a writable /dev", without("--remount-ro /dev"), ["writes outside the workspace are refused"]],
  ["a writable /proc", without("--remount-ro /proc"), ["/proc is read-only"]],
  [
    "processes of the host",
    (all) => all.map((option) => (option[0] === "--proc" ? ["--ro-bind", "/proc", "/proc"] : option)),
    ["processes of the host are invisible"],
  ],
  [
    "no seccomp filter",
    without("--seccomp"),
    [
      "the seccomp filter is on",
      "the mount calls are refused, old and new (open_tree)",
      "keyrings are closed",
      "io_uring does not exist",
      "other processes cannot be traced",
      "bpf, perf, userfaultfd and fanotify are refused",
      "sockets of the hypervisor, the kernel's crypto and raw packets",
      "nothing can be typed into a terminal",
      "no set-id file, device or undeletable file can be left",
    ],
  ],
  [
    "nested user namespaces",
    without("--seccomp", "--disable-userns"),
    ["the seccomp filter is on", "no nested user namespace"],
  ],
  ["capabilities", with_(["--cap-add", "ALL"]), ["no capabilities, and none to gain (sudo, set-uid)"]],
  ["a token in the environment", with_(["--setenv", "GITHUB_TOKEN", "x"]), ["the environment is the allow-list"]],
  ["a directory of the host", with_(["--ro-bind", "/var/lib", "/var/lib"]), ["the host's files are hidden"]],
  [
    "a writable .git",
    (all) => all.filter((option) => option[2] !== "/workspace/repo/.git"),
    ["protected paths are read-only"],
  ],
  [
    "a writable nested .git",
    (all) => all.filter((option) => !option[2]?.endsWith("f/.git")),
    ["nested repositories, their hooks and git data are read-only"],
  ],
  [
    "writable git data of a worktree",
    (all) => all.filter((option) => !option[2]?.endsWith("/data")),
    ["nested repositories, their hooks and git data are read-only"],
  ],
  [
    "a listening socket file",
    (all) => all.filter((option) => !option[2]?.endsWith("/host.sock")),
    ["a listening socket file is covered"],
  ],
  [
    "a read-only workspace",
    (all) => all.map((option) => (option[0] === "--bind" ? ["--ro-bind", ...option.slice(1)] : option)),
    ["the workspace and /tmp can be written"],
  ],
  ["the host's name", without("--hostname"), ["its own user and host name"]],
])("%s is noticed", async (_title, weaken, broken) => {
  const probes = await proveSandbox({ ...room.host, weaken });
  expect(probes.filter(({ held }) => !held).map(({ name }) => name)).toEqual(expect.arrayContaining(broken));
});

test("without perl and python3 everything holds all the same, and the probes say what was not tried", async () => {
  const tools = ["/usr/bin/perl", "/usr/bin/python3"]
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
  const hidden = tools.map((path): Option => ["--ro-bind", room.host.files.empty, path]);
  const bare = (options: Option[]) => options.toSpliced(-4, 0, ...hidden);
  const probes = await proveSandbox({ ...room.host, weaken: bare });
  expect(probes.filter(({ held }) => !held)).toEqual([]);
  expect(probes.find(({ name }) => name === "keyrings are closed")?.detail).toMatch(/not tried/);
  const open = await proveSandbox({ ...room.host, weaken: (options) => without("--seccomp")(bare(options)) });
  expect(open.find(({ name }) => name === "keyrings are closed")?.held).toBe(false);
});
