import { expect, test } from "vitest";
import { judgeProbes } from "../../sandbox/probe.ts";

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
  "pid1\tPATH ",
  "env\tHOME PATH ",
  "fds\t0 1 2 3 ",
  "uid\t61000",
  "hostname\tairlock",
  "outside:/\trefused",
  "inside:workspace\tdone",
  "proc:comm\trefused",
  "protected:write\trefused",
  "mount\trefused",
  "userns\trefused",
  "connect\trefused",
  "end\tend",
];
const expected = {
  hostNamespaces: { user: "user:[1]", net: "net:[1]" },
  uid: 61_000,
  environment: ["HOME", "PATH"],
  disableUserns: true,
};
const broken = (lines: string[]) =>
  judgeProbes(lines.join("\n"), expected)
    .filter(({ held }) => !held)
    .map(({ name }) => name);
const change = (name: string, value: string) =>
  good.map((line) => (line.startsWith(`${name}\t`) ? `${name}\t${value}` : line));

test("good lines hold", () => {
  expect(broken(good)).toEqual([]);
});

test.each([
  ["ns:net", "net:[1]", "namespaces are its own"],
  ["ns:net", "", "namespaces are its own"],
  ["interfaces", "eth0 lo", "there is no network"],
  ["connect", "done", "there is no network"],
  ["CapBnd", "0000000000000001", "no capabilities, and none to gain (sudo, set-uid)"],
  ["NoNewPrivs", "0", "no capabilities, and none to gain (sudo, set-uid)"],
  ["Seccomp", "0", "the seccomp filter is on"],
  ["mount", "done", "the seccomp filter is on"],
  ["pid1", "PATH GITHUB_TOKEN", "the launch environment is empty (/proc/1/environ)"],
  ["env", "HOME PATH SECRET", "the environment is the allow-list"],
  ["fds", "0 1 2 251 3", "no foreign descriptors"],
  ["uid", "0", "its own user and host name"],
  ["outside:/", "done", "writes outside the workspace are refused"],
  ["inside:workspace", "refused", "the workspace and /tmp can be written"],
  ["proc:comm", "done", "/proc is read-only"],
  ["protected:write", "done", "protected paths are read-only"],
  ["userns", "done", "no nested user namespace"],
])("%s = %j breaks: %s", (name, value, probe) => {
  expect(broken(change(name, value))).toEqual([probe]);
});

test("a host path that is visible breaks", () => {
  expect(broken([...good, "visible\t/root"])).toEqual(["the host's files are hidden"]);
});

test("missing lines count against the sandbox: no output breaks every probe", () => {
  expect(judgeProbes("", expected).filter(({ held }) => held)).toEqual([]);
});

test("a missing program is said, and the other half of the probe decides", () => {
  expect(broken(change("userns", "absent"))).toEqual([]);
  expect(
    broken(change("userns", "absent").map((line) => (line.startsWith("Seccomp") ? "Seccomp\t0" : line))),
  ).toContain("no nested user namespace");
});
