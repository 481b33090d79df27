import { expect, test } from "vitest";
import { attempts } from "../../sandbox/attempts.ts";
import { judgeProbes } from "../../sandbox/probe.ts";
import type { Expectation } from "../../sandbox/probe.ts";

const calls = Object.values(attempts)
  .flat()
  .map(({ label, errno }) => `call:${label}\t${errno}`);
const good = [
  "ns:user\tuser:[2]",
  "ns:net\tnet:[2]",
  "interfaces\tlo ",
  "CapInh\t0000000000000000",
  "CapPrm\t0000000000000000",
  "CapEff\t0000000000000000",
  "CapBnd\t0000000000000000",
  "CapAmb\t0000000000000000",
  "NoNewPrivs\t1",
  "Seccomp\t2",
  "setuid-mounts\t0",
  "init\t/usr/bin/bwrap",
  "processes\t2",
  "pid1\tPATH ",
  "env\tHOME PATH ",
  "fds\t0 1 2 3 ",
  "uid\t61000",
  "hostname\tairlock",
  "outside:/\trefused",
  "inside:workspace\tdone",
  "proc:comm\trefused",
  "kernel:core_pattern\trefused",
  "protected:write\trefused",
  "nested:hooks\trefused",
  "terminal:tty\trefused",
  "setid:chmod\trefused",
  "sudo\tabsent",
  "socket-file\tcovered",
  "call:tcp\t111",
  "call:dns\t101",
  "call:ipv6\t101",
  "call:abstract\t111",
  "call:file\t111",
  ...calls,
  "tool\tperl",
  "end\tend",
];
const expected: Expectation = {
  hostNamespaces: { user: "user:[1]", net: "net:[1]" },
  uid: 61_000,
  environment: ["HOME", "PATH"],
  disableUserns: true,
  init: "/usr/bin/bwrap",
  reached: [],
};
const broken = (lines: string[], changes: Partial<Expectation> = {}) =>
  judgeProbes(lines.join("\n"), { ...expected, ...changes })
    .filter(({ held }) => !held)
    .map(({ name }) => name);
const change = (name: string, value: string) =>
  good.map((line) => (line.startsWith(`${name}\t`) ? `${name}\t${value}` : line));

test("good lines hold, and none of the probes that hold carries a remedy", () => {
  const probes = judgeProbes(good.join("\n"), expected);
  expect(probes.filter(({ held, fix }) => !held || fix !== undefined)).toEqual([]);
  expect(probes.length).toBeGreaterThanOrEqual(24);
  expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
});

test("every probe that does not hold says what to change", () => {
  const probes = judgeProbes("", expected);
  expect(probes.filter(({ fix }) => (fix ?? "").length < 20)).toEqual([]);
});

test.each([
  ["ns:net", "net:[1]", "namespaces are its own"],
  ["ns:net", "", "namespaces are its own"],
  ["interfaces", "eth0 lo", "there is no network"],
  ["call:tcp", "ok", "TCP to the host is refused"],
  ["call:dns", "ok", "UDP and name servers are out of reach"],
  ["call:ipv6", "ok", "IPv6 leads nowhere"],
  ["call:abstract", "ok", "abstract sockets of the host do not exist"],
  ["call:file", "ok", "a listening socket file is covered"],
  ["socket-file", "visible", "a listening socket file is covered"],
  ["init", "/sbin/init", "processes of the host are invisible"],
  ["processes", "180", "processes of the host are invisible"],
  ["CapBnd", "0000000000000001", "no capabilities, and none to gain (sudo, set-uid)"],
  ["NoNewPrivs", "0", "no capabilities, and none to gain (sudo, set-uid)"],
  ["sudo", "done", "no capabilities, and none to gain (sudo, set-uid)"],
  ["setuid-mounts", "1", "set-uid programs run without their bit"],
  ["Seccomp", "0", "the seccomp filter is on"],
  ["pid1", "PATH GITHUB_TOKEN", "the launch environment is empty (/proc/1/environ)"],
  ["env", "HOME PATH SECRET", "the environment is the allow-list"],
  ["fds", "0 1 2 251 3", "no foreign descriptors"],
  ["uid", "0", "its own user and host name"],
  ["outside:/", "done", "writes outside the workspace are refused"],
  ["inside:workspace", "refused", "the workspace and /tmp can be written"],
  ["proc:comm", "done", "/proc is read-only"],
  ["kernel:core_pattern", "done", "core_pattern, modprobe and sysrq cannot be opened"],
  ["protected:write", "done", "protected paths are read-only"],
  ["nested:hooks", "done", "nested repositories, their hooks and git data are read-only"],
  ["terminal:tty", "done", "nothing can be typed into a terminal"],
  ["setid:chmod", "done", "no set-id file, device or undeletable file can be left"],
  ["call:unshare", "ok", "no nested user namespace"],
  ["call:open_tree", "9", "the mount calls are refused, old and new (open_tree)"],
  ["call:keyctl", "ok", "keyrings are closed"],
  ["call:io_uring_setup", "22", "io_uring does not exist"],
  ["call:ptrace", "5", "other processes cannot be traced"],
  ["call:bpf", "7", "bpf, perf, userfaultfd and fanotify are refused"],
  ["call:AF_VSOCK", "ok", "sockets of the hypervisor, the kernel's crypto and raw packets"],
  ["call:TIOCSTI", "25", "nothing can be typed into a terminal"],
  ["call:FS_IOC_SETFLAGS", "25", "no set-id file, device or undeletable file can be left"],
])("%s = %j breaks: %s", (name, value, probe) => {
  expect(broken(change(name, value))).toEqual([probe]);
});

test.each([
  ["tcp", "TCP to the host is refused"],
  ["udp", "UDP and name servers are out of reach"],
  ["tcp6", "IPv6 leads nowhere"],
  ["abstract", "abstract sockets of the host do not exist"],
  ["file", "a listening socket file is covered"],
])("what the host's %s listener saw counts, whatever the lines say: %s", (listener, probe) => {
  expect(broken(good, { reached: [listener] })).toEqual([probe]);
});

test("a bwrap that was found as a wrapper is PID 1 by its name", () => {
  expect(broken(good, { init: "/usr/local/bin/bwrap" })).toEqual([]);
});

test("a host path that is visible breaks", () => {
  expect(broken([...good, "visible\t/root"])).toEqual(["the host's files are hidden"]);
});

test("missing lines count against the sandbox: no output breaks every probe", () => {
  expect(judgeProbes("", expected).filter(({ held }) => held)).toEqual([]);
});

test("each single line that is missing breaks something", () => {
  // Which tool was used is told, not judged: its lines are.
  const judged = good.filter((line) => !line.startsWith("tool"));
  const silent = judged.filter((line) => broken(good.filter((other) => other !== line)).length === 0);
  expect(silent).toEqual([]);
});

test("without perl and python3 the filter and the network namespace decide, and the detail says so", () => {
  const untried = good
    .filter((line) => !line.startsWith("call:"))
    .map((line) => line.replace("tool\tperl", "tool\tnone"));
  const probes = judgeProbes(untried.join("\n"), expected);
  expect(probes.filter(({ held }) => !held)).toEqual([]);
  expect(probes.filter(({ detail }) => detail.includes("not tried")).length).toBeGreaterThanOrEqual(10);
  expect(broken(untried.map((line) => line.replace("Seccomp\t2", "Seccomp\t0")))).toContain("keyrings are closed");
  expect(broken(untried.map((line) => line.replace("net:[2]", "net:[1]")))).toContain("TCP to the host is refused");
});
