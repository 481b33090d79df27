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
    ["there is no network", "namespaces are its own"],
  ],
  ["a writable root", without("--remount-ro /"), ["writes outside the workspace are refused"]],
  ["a writable /dev", without("--remount-ro /dev"), ["writes outside the workspace are refused"]],
  ["a writable /proc", without("--remount-ro /proc"), ["/proc is read-only"]],
  ["no seccomp filter", without("--seccomp"), ["the seccomp filter is on"]],
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
    ["protected paths are read-only"],
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
