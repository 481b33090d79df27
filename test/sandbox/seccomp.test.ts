import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../sandbox/run.ts";
import { architectureOf, seccompProgram } from "../../sandbox/seccomp.ts";
import { syscallRules } from "../../sandbox/syscalls.ts";
import { limits, openRoom, printed } from "./room.ts";
import type { Room } from "./room.ts";
import type { Architecture } from "../../sandbox/syscalls.ts";

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Executes classic BPF over `struct seccomp_data`. Out: "allow", "kill" or an errno. */
function decide(program: Buffer, call: { arch: number; nr: number; args?: (number | bigint)[] }): string | number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.nr, 0);
  data.writeUInt32LE(call.arch, 4);
  (call.args ?? []).forEach((arg, index) => data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(arg)), 16 + index * 8));
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const [code, jt, jf, k] = [
      program.readUInt16LE(at * 8),
      program.readUInt8(at * 8 + 2),
      program.readUInt8(at * 8 + 3),
      program.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x15) at += accumulator === k ? jt : jf;
    else if (code === 0x35) at += accumulator >= k ? jt : jf;
    else if (code === 0x45) at += (accumulator & k) !== 0 ? jt : jf;
    else if (code === 0x06)
      return k === 0x7fff0000
        ? "allow"
        : k === 0x80000000
          ? "kill"
          : (k & 0xffff0000) === 0x50000
            ? k & 0xffff
            : `odd ${k}`;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error("fell off the end");
}

describe.each(["x64", "arm64"] as const)("the filter for %s", (architecture: Architecture) => {
  const program = seccompProgram(architecture);
  const other = architecture === "x64" ? "arm64" : "x64";
  const call = (name: string, ...args: (number | bigint)[]) => {
    const nr = syscallRules.find((rule) => rule.name === name)?.[architecture];
    if (typeof nr !== "number") return "no such call";
    return decide(program, { arch: AUDIT[architecture], nr, args });
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
    const others = Array.from({ length: 500 }, (_, nr) => nr).filter((nr) => !numbers.has(nr));
    expect(others.filter((nr) => decide(program, { arch: AUDIT[architecture], nr }) !== "allow")).toEqual([]);
  });

  test("another architecture is killed", () => {
    expect(decide(program, { arch: AUDIT[other], nr: 1 })).toBe("kill");
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
  const ask = (nr: number, ...args: number[]) => decide(program, { arch: AUDIT.x64, nr, args });
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
    // `bpf` asks for a capability that is gone as well.
    const differ = calls
      .map(([name], index) => (naked[index] === String(held[index]) ? name : null))
      .filter((name) => name !== null);
    expect(differ.filter((name) => name !== "bpf")).toEqual([]);
  });

  test("a set-id file cannot be made, and can be without the filter", async () => {
    const attack = ["/bin/sh", "-c", "cp /bin/true /tmp/t; chmod 4755 /tmp/t && stat -c %a /tmp/t"];
    expect((await room.run({}, attack)).stderr.text).toMatch(/not permitted/);
    const open = { ...room.host, weaken: (options: string[][]) => options.filter(([name]) => name !== "--seccomp") };
    expect(printed(await runCommand(open, { limits }, attack))).toBe("4755\n");
  });
});
