import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { canBeFoundLater, findCgroups, openCgroup } from "../../sandbox/cgroup.ts";
import { ownMark } from "../../sandbox/owner.ts";

const MiB = 2 ** 20;
const caps = { memoryBytes: 64 * MiB, processes: 5 };

test("a group holds what it is given, what is born there too, and counts what it refuses", async ({ skip }) => {
  const cgroups = findCgroups();
  if (cgroups === null) return skip("this machine gives us no control groups");
  await using group = openCgroup(cgroups, caps);
  const child = spawn("sh", ["-c", "read x; i=0; while [ $i -lt 9 ]; do sleep 5 & i=$((i+1)); done; wait"], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  await group.join([Number(child.pid), 2 ** 22 + 1]);
  expect([...group.members()]).toEqual([child.pid]);
  expect(group.counters()).toEqual({ oomKills: 0, refused: 0 });
  child.stdin.write("go\n");
  await once(child, "exit");
  expect(group.counters().refused).toBeGreaterThan(0);
  // Two for bwrap itself.
  expect(group.members().size).toBeLessThanOrEqual(caps.processes + 2);
  process.kill(-Number(child.pid), "SIGKILL");
});

test("an abandoned group is removed at the next start, a living Airlock's is not", async ({ skip }) => {
  const cgroups = findCgroups();
  if (cgroups === null) return skip("this machine gives us no control groups");
  const abandoned = join(cgroups.pids, `${ownMark().replace(/-\d+-\d+$/, "-4194304-1")}-1`);
  mkdirSync(abandoned);
  await using living = openCgroup(cgroups, caps);
  findCgroups();
  expect(existsSync(abandoned)).toBe(false);
  expect(living.members().size).toBe(0);
});

/** Plain files in the place of a v2 tree: what is written where can be seen, nothing is enforced. */
function plainTree(controllers: string, content: Partial<Record<"procs" | "control", string>> = {}) {
  const root = mkdtempSync(join(tmpdir(), "airlock-cgroup-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const own = join(root, "fs/scope");
  mkdirSync(join(root, "proc"), { recursive: true });
  mkdirSync(own, { recursive: true });
  writeFileSync(join(root, "proc/cgroup"), "1:name=systemd:/\n0::/scope\n");
  writeFileSync(
    join(root, "proc/mountinfo"),
    `22 1 8:1 / / rw - ext4 /dev/root rw\n30 22 0:26 / ${root}/fs rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n`,
  );
  writeFileSync(join(own, "cgroup.controllers"), controllers);
  writeFileSync(join(own, "cgroup.subtree_control"), content.control ?? "");
  writeFileSync(join(own, "cgroup.procs"), content.procs ?? `${process.pid}\n`);
  return { own, proc: join(root, "proc") };
}

test("v2: this process moves into a leaf, then the controllers are handed on", async () => {
  const { own, proc } = plainTree("cpu memory pids");
  expect(findCgroups(proc)).toEqual({ version: "cgroup v2", memory: own, pids: own });
  expect(readFileSync(join(own, "airlock-self/cgroup.procs"), "utf8")).toBe(String(process.pid));
  expect(readFileSync(join(own, "cgroup.subtree_control"), "utf8")).toBe("+memory +pids");
});

test("with v2 they must be found before anything is started, with v1 later as well", () => {
  const { proc } = plainTree("cpu memory pids");
  expect(canBeFoundLater(proc)).toBe(false);
  writeFileSync(join(proc, "cgroup"), "9:memory:/a\n8:pids:/b\n0::/scope\n");
  expect(canBeFoundLater(proc)).toBe(true);
});

test("v2: the limits of a command, without swap and with one end for all", async () => {
  const { own } = plainTree("memory pids");
  const place = { version: "cgroup v2" as const, memory: own, pids: own };
  openCgroup(place, caps);
  const [name = ""] = readdirSync(own).filter((entry) => entry.startsWith(ownMark()));
  const written = readdirSync(join(own, name)).map((file) => [file, readFileSync(join(own, name, file), "utf8")]);
  expect(Object.fromEntries(written)).toEqual({
    "memory.max": String(64 * MiB),
    "memory.oom.group": "1",
    "pids.max": "7",
  });
});

test("v2: counters of a command", () => {
  const { own } = plainTree("memory pids");
  const group = openCgroup({ version: "cgroup v2", memory: own, pids: own }, caps);
  const [name = ""] = readdirSync(own).filter((entry) => entry.startsWith(ownMark()));
  writeFileSync(join(own, name, "memory.events"), "low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\noom_group_kill 1\n");
  writeFileSync(join(own, name, "pids.events"), "max 4\n");
  expect(group.counters()).toEqual({ oomKills: 3, refused: 4 });
});

test.each([
  ["without the controller for memory", "cpu pids", {}],
  ["where it is not in the group that is named", "memory pids", { procs: "1\n" }],
])("v2: %s only looking is left", async (_title, controllers, content) => {
  const { own, proc } = plainTree(controllers, content);
  expect(findCgroups(proc)).toBeNull();
  expect(readdirSync(own).sort()).toEqual(["cgroup.controllers", "cgroup.procs", "cgroup.subtree_control"]);
});

test("without any control groups only looking is left", async () => {
  expect(findCgroups("/nowhere")).toBeNull();
});
