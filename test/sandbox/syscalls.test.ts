import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { seccompProgram } from "../../sandbox/seccomp.ts";
import { newestCall, syscallRules } from "../../sandbox/syscalls.ts";
import { auditArchitecture, decide } from "./bpf.ts";
import type { Architecture, Condition, SyscallRule } from "../../sandbox/syscall-rule.ts";

test("every rule says what the call would be used for", () => {
  expect(syscallRules.filter(({ reason }) => reason.trim().split(" ").length < 3)).toEqual([]);
});

/** Calls younger than the headers of Debian 12 and Ubuntu 24.04, as scripts/syscall.tbl of the kernel numbers them. */
const young: Record<string, number> = {
  cachestat: 451,
  fchmodat2: 452,
  statmount: 457,
  listmount: 458,
  lsm_set_self_attr: 460,
  open_tree_attr: 467,
  file_setattr: 469,
  listns: 470,
};
/** x86_64 calls that the kernel dropped the entry of, so that some headers leave them out. */
const gone = ["create_module", "get_kernel_syms", "query_module", "nfsservctl", "_sysctl", "uselib"];

const headers: Record<Architecture, string[]> = {
  x64: ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"],
  arm64: ["/usr/include/asm-generic/unistd.h"],
};

describe.each(["x64", "arm64"] as const)("the numbers for %s", (architecture) => {
  const file = headers[architecture].find((path) => existsSync(path));

  test("are those of the kernel's headers on this machine", () => {
    // Absence is a failure: a table that was compared with nothing has not been compared.
    expect(file, `none of ${headers[architecture].join(", ")} is there: install linux-libc-dev`).toBeDefined();
    const known = numbersOf(readFileSync(file ?? "", "utf8"));
    const all = syscallRules.filter((rule) => rule[architecture] !== null);
    const compared = all.filter(({ name }) => known.has(name));
    expect(compared.map((rule) => [rule.name, rule[architecture]])).toEqual(
      compared.map(({ name }) => [name, known.get(name)]),
    );
    const rest = [...new Set(all.filter(({ name }) => !known.has(name)).map(({ name }) => name))];
    expect(rest.filter((name) => !gone.includes(name) && !(name in young))).toEqual([]);
  });

  test("of the youngest calls are the same on both architectures", () => {
    const wrong = syscallRules.filter(({ name, ...rule }) => name in young && rule[architecture] !== young[name]);
    expect(wrong).toEqual([]);
    expect(Object.keys(young).filter((name) => !syscallRules.some((rule) => rule.name === name))).toEqual([]);
    expect(Math.max(...Object.values(young))).toBeLessThanOrEqual(newestCall);
  });

  test("every rule answers as written, at the edges of each condition and whatever the upper halves hold", () => {
    const program = seccompProgram(architecture);
    const numbers = new Set(syscallRules.map((rule) => rule[architecture]).filter((number) => number !== null));
    const wrong: unknown[] = [];
    let asked = 0;
    for (const nr of numbers) {
      const rules = syscallRules.filter((rule) => rule[architecture] === nr);
      for (const args of boundaryCalls(rules)) {
        const wanted = answerOf(rules, args);
        for (const upper of [0n, 0xffff_ffffn]) {
          const wide = args.map((arg) => (upper << 32n) | BigInt(arg));
          const answer = decide(program, { arch: auditArchitecture[architecture], nr, args: wide });
          if (answer !== wanted) wrong.push({ nr, wide, answer, wanted });
          asked += 1;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(5_000);
  });
});

function numbersOf(header: string): Map<string, number> {
  const found = header.matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm);
  return new Map([...found].map(([, name = "", number]) => [name, Number(number)]));
}

/** What the rules say, read as a person reads them: the first one whose conditions all hold. */
function answerOf(rules: readonly SyscallRule[], args: readonly number[]): number | "allow" {
  const holds = (condition: Condition) => {
    const value = args[condition.arg] ?? 0;
    if (condition.kind === "any-bit") return (BigInt(value) & BigInt(condition.mask)) !== 0n;
    if (condition.kind === "masked-equals") return (BigInt(value) & BigInt(condition.mask)) === BigInt(condition.value);
    return !condition.values.includes(value);
  };
  return rules.find(({ when }) => when.every(holds))?.errno ?? "allow";
}

/** Argument lists around every value that a condition names. */
function boundaryCalls(rules: readonly SyscallRule[]): number[][] {
  const edges = (arg: number) => {
    const named = rules
      .flatMap(({ when }) => when)
      .filter((condition) => condition.arg === arg)
      .flatMap((condition) => {
        if (condition.kind === "not-one-of") return [...condition.values];
        if (condition.kind === "masked-equals") return [condition.value, condition.mask];
        return [condition.mask];
      });
    const bits = Array.from({ length: 32 }, (_, bit) => 2 ** bit);
    if (named.length === 0) return [0, 0xffffffff];
    const around = named
      .flatMap((value) => [value - 1, value, value + 1])
      .map((value) => Number(BigInt.asUintN(32, BigInt(value))));
    return [...new Set([0, 0x7fffffff, 0xffffffff, ...bits, ...around])];
  };
  return [0, 1, 2, 3].reduce<number[][]>(
    (lists, arg) => lists.flatMap((list) => edges(arg).map((value) => [...list, value])),
    [[]],
  );
}
