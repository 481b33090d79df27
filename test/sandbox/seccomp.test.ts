import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../sandbox/run.ts";
import { architectureOf, seccompProgram } from "../../sandbox/seccomp.ts";
import { newestCall, syscallRules } from "../../sandbox/syscalls.ts";
import { auditArchitecture, decide } from "./bpf.ts";
import { limits, openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";
import type { Architecture } from "../../sandbox/syscall-rule.ts";

describe.each(["x64", "arm64"] as const)("the filter for %s", (architecture: Architecture) => {
  const program = seccompProgram(architecture);
  const other = architecture === "x64" ? "arm64" : "x64";
  const call = (name: string, ...args: (number | bigint)[]) => {
    const nr = syscallRules.find((rule) => rule.name === name)?.[architecture];
    if (typeof nr !== "number") return "no such call";
    return decide(program, { arch: auditArchitecture[architecture], nr, args });
  };

  const present = syscallRules.filter((rule) => rule[architecture] !== null);
  const numberOf = (rule: { x64: number | null; arm64: number | null }) => rule[architecture] ?? -1;

  test("every unconditional rule answers its errno", () => {
    const always = present.filter((rule) => rule.when.length === 0);
    expect(always.length).toBeGreaterThan(50);
    expect(always.map((rule) => [rule.name, call(rule.name)])).toEqual(always.map((rule) => [rule.name, rule.errno]));
  });

  test("a number stands for one name, and other numbers are allowed", () => {
    const names = new Set(present.map((rule) => `${numberOf(rule)} ${rule.name}`));
    const numbers = new Set(present.map(numberOf));
    expect(names.size).toBe(numbers.size);
    const others = Array.from({ length: newestCall + 1 }, (_, nr) => nr).filter((nr) => !numbers.has(nr));
    expect(others.filter((nr) => decide(program, { arch: auditArchitecture[architecture], nr }) !== "allow")).toEqual(
      [],
    );
  });

  test("a call that is newer than the table does not exist", () => {
    const newer = [newestCall + 1, newestCall + 100, 0x7fffffff, 0xffffffff];
    expect(newer.map((nr) => decide(program, { arch: auditArchitecture[architecture], nr }))).toEqual([38, 38, 38, 38]);
  });

  test("what was looked at and left is allowed: landlock, pidfd, memfd, extended attributes", () => {
    const left = [
      444,
      445,
      446,
      424,
      434,
      463,
      466,
      468,
      471,
      ...(architecture === "x64" ? [319, 322, 188] : [279, 281, 5]),
    ];
    expect(left.filter((nr) => decide(program, { arch: auditArchitecture[architecture], nr }) !== "allow")).toEqual([]);
  });

  test("another architecture is killed", () => {
    expect(decide(program, { arch: auditArchitecture[other], nr: 1 })).toBe("kill");
    expect(decide(program, { arch: 0x40000003, nr: 1 })).toBe("kill");
  });

  test("it is short enough for the kernel and its jumps for a byte", () => {
    expect(program.length % 8).toBe(0);
    expect(program.length / 8).toBeLessThan(400);
  });

  test.each<[string, (number | bigint)[], string | number]>([
    ["clone", [0x1200011], "allow"],
    ["clone", [0x10000000 | 17], 1],
    ["clone", [0x00020000], 1],
    ["clone", [0x1_0000_0000n | 0x40000000n], 1],
    ["personality", [0], "allow"],
    ["personality", [0xffffffff], "allow"],
    ["personality", [0x0040000], 1],
    ["ioctl", [0, 0x5413], "allow"],
    ["ioctl", [0, 0x5412], 1],
    ["ioctl", [0, 0x541c], 1],
    ["ioctl", [0, 0xffff_ffff_0000_5412n], 1],
    ["ioctl", [0, 0x5423], 1],
    ["ioctl", [0, 0x541d], 1],
    ["ioctl", [0, 0x541b], "allow"],
    ["ioctl", [0, 0x80086601], "allow"],
    ["ioctl", [0, 0x40086602], 1],
    ["ioctl", [0, 0x401c5820], 1],
    ["ioctl", [0, 0x800c6613], 1],
    ["ioctl", [0, 0x40806685], 1],
    ["ioctl", [0, 0x5000940e], 1],
    ["ioctl", [0, 0x4008941a], 1],
    ["ioctl", [0, 0x40049409], "allow"],
    ["ioctl", [0, 0x4020940d], "allow"],
    ["ioctl", [0, 0xc0189436], "allow"],
    ["seccomp", [1, 1], "allow"],
    ["seccomp", [1, 8], 1],
    ["sched_setscheduler", [0, 3], "allow"],
    ["sched_setscheduler", [0, 1], 1],
    ["setsockopt", [0, 6, 1], "allow"],
    ["setsockopt", [0, 1, 31], "allow"],
    ["setsockopt", [0, 6, 31], 92],
    ["mknodat", [0, 0, 0o010644], "allow"],
    ["mknodat", [0, 0, 0o020644], 1],
    ["mknodat", [0, 0, 0o060644], 1],
    ["mknodat", [0, 0, 0o104755], 1],
    ["fchmod", [0, 0o755], "allow"],
    ["fchmod", [0, 0o4755], 1],
    ["fchmodat", [0, 0, 0o2755], 1],
    ["fchmodat2", [0, 0, 0o4755], 1],
    ["openat", [0, 0, 0o100, 0o644], "allow"],
    ["openat", [0, 0, 0o100, 0o4755], 1],
    ["openat", [0, 0, 0o20200000, 0o4755], 1],
    ["openat", [0, 0, 0, 0o4755], "allow"],
    ["openat", [0, 0, 0o200000, 0o6000], "allow"],
    ["socket", [1, 1, 0], "allow"],
    ["socket", [2, 1, 6], "allow"],
    ["socket", [2, 2, 1], "allow"],
    ["socket", [10, 2, 58], "allow"],
    ["socket", [2, 1, 132], 93],
    ["socket", [2, 6, 33], 93],
    ["socket", [10, 1, 262], 93],
    ["socket", [2, 3, 255], 93],
    ["socket", [10, 2, 0], "allow"],
    ["socket", [16, 3, 0], "allow"],
    ["socket", [16, 3, 12], 93],
    ["socket", [17, 3, 0], 97],
    ["socket", [38, 5, 0], 97],
    ["socket", [40, 1, 0], 97],
    ["socket", [0x1_0000_0028n, 1, 0], 97],
    ["socketpair", [1, 1, 0], "allow"],
    ["socketpair", [16, 1, 0], 97],
  ])("%s with %o is answered %s", (name, args, expected) => {
    expect(call(name, ...args)).toBe(expected);
  });
});

test("x32 numbers do not exist, and the calls only x86 has are judged", () => {
  const program = seccompProgram("x64");
  const ask = (nr: number, ...args: number[]) => decide(program, { arch: auditArchitecture.x64, nr, args });
  expect([ask(0x40000000 | 41, 2), ask(0xffffffff)]).toEqual([38, 38]);
  expect([
    ask(133, 0, 0o020644),
    ask(90, 0, 0o4755),
    ask(85, 0, 0o2755),
    ask(2, 0, 0o100, 0o4755),
    ask(2, 0, 0, 0o4755),
  ]).toEqual([1, 1, 1, 1, "allow"]);
});

describe("in the kernel", () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room[Symbol.asyncDispose]());

  const architecture = architectureOf(process.arch) ?? "x64";
  const number = (name: string) => syscallRules.find((rule) => rule.name === name)?.[architecture] ?? -1;
  // Harmless with these arguments even where nothing refuses them.
  const calls: [string, number[], number][] = [
    ["io_uring_setup", [0, 0], 38],
    ["unshare", [0], 1],
    ["open_tree", [-1, 0, 0], 1],
    ["keyctl", [0, -3, 0], 1],
    ["ptrace", [99, 0, 0, 0], 1],
    ["openat2", [-1, 0, 0, 0], 38],
    ["socket", [40, 1, 0], 97],
    ["socket", [16, 3, 12], 93],
    ["socketpair", [16, 1, 0, 0], 97],
    ["ioctl", [0, 0x5412, 0], 1],
    ["personality", [0x0040000], 1],
    ["bpf", [0, 0, 0], 1],
    ["fanotify_mark", [-1, 0, 0, 0, 0], 1],
    ["process_mrelease", [-1, 0], 1],
    ["cachestat", [-1, 0, 0, 0], 38],
    ["statmount", [0, 0, 0, 0], 38],
    ["listmount", [0, 0, 0, 0], 38],
    ["memfd_secret", [-1], 38],
    ["lsm_set_self_attr", [0, 0, 0, 0], 1],
    ["open_tree_attr", [-1, 0, 0, 0, 0], 1],
    ["file_setattr", [-1, 0, 0, 0, 0], 1],
    ["sched_setattr", [0, 0, 0], 1],
    ["seccomp", [1, 8, 0], 1],
    ["ioctl", [0, 0x5423, 0], 1],
    ["ioctl", [0, 0x5000940e, 0], 1],
    ["setsockopt", [0, 6, 31, 0, 0], 92],
  ];
  const script = `for (@ARGV) { my @w = map { $_ + 0 } split /,/; $! = 0; my $r = syscall($w[0], @w[1..$#w]); print $r < 0 ? $! + 0 : "ok", "\\n" }`;
  const words = ["perl", "-e", script, ...calls.map(([name, args]) => [number(name), ...args].join(","))];

  test("the same calls are refused with the filter and answered otherwise without it", async () => {
    const held = String(printed(await room.run({}, words)))
      .trim()
      .split("\n")
      .map(Number);
    expect(held).toEqual(calls.map(([, , errno]) => errno));
    const open = { ...room.host, weaken: (options: string[][]) => options.filter(([name]) => name !== "--seccomp") };
    const naked = String(printed(await runCommand(open, { limits }, words)))
      .trim()
      .split("\n");
    // `bpf` asks for a capability that is gone as well; an older kernel does not know the young calls either.
    const either = ["bpf", "cachestat", "statmount", "listmount", "memfd_secret"];
    const differ = calls
      .map(([name], index) => (naked[index] === String(held[index]) ? name : null))
      .filter((name) => name !== null);
    expect(differ.filter((name) => !either.includes(name))).toEqual([]);
  });

  test("a set-id file cannot be made, and can be without the filter", async () => {
    const attack = ["/bin/sh", "-c", "cp /bin/true /tmp/t; chmod 4755 /tmp/t && stat -c %a /tmp/t"];
    expect((await room.run({}, attack)).stderr.text).toMatch(/not permitted/);
    const open = { ...room.host, weaken: (options: string[][]) => options.filter(([name]) => name !== "--seccomp") };
    expect(printed(await runCommand(open, { limits }, attack))).toBe("4755\n");
  });
});
