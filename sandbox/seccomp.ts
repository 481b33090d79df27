import { newestCall, syscallRules } from "./syscalls.ts";
import type { Architecture, Condition, SyscallRule } from "./syscall-rule.ts";

/** One classic BPF instruction: opcode, jump when true, jump when false, operand. */
interface Instruction {
  code: number;
  jt: number;
  jf: number;
  k: number;
}

// linux/filter.h and linux/seccomp.h
const LD_W_ABS = 0x20;
const ALU_AND_K = 0x54;
const JMP_JEQ_K = 0x15;
const JMP_JGE_K = 0x35;
const JMP_JSET_K = 0x45;
const RET_K = 0x06;
const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;
const ALLOW = 0x7fff0000;

// struct seccomp_data: nr, arch, instruction_pointer, args[6]
const offsetOfNumber = 0;
const offsetOfArchitecture = 4;
const offsetOfArguments = 16;

const auditArchitecture: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const ENOSYS = 38;

/**
 * The seccomp filter as bwrap reads it from a descriptor: 8-byte little-endian instructions. Order: foreign architecture
 * (kills the process, so no 32-bit calls), numbers above `newestCall` (ENOSYS; on x86_64 the x32 calls are among them), then the
 * rules of `syscalls.ts`; all else is allowed. In: the rules, which only tests choose, to show what one of them stops.
 */
export function seccompProgram(architecture: Architecture, rules: readonly SyscallRule[] = syscallRules): Buffer {
  const program = [
    load(offsetOfArchitecture),
    jump(JMP_JEQ_K, auditArchitecture[architecture], 1, 0),
    answer(KILL_PROCESS),
    load(offsetOfNumber),
    jump(JMP_JGE_K, newestCall + 1, 0, 1),
    answer(ERRNO | ENOSYS),
    ...[...rulesByNumber(architecture, rules)].flatMap(([number, those]) => block(number, those)),
    answer(ALLOW),
  ];
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, jt, jf, k }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}

/** The architecture of `process.arch`, or null where no table exists. */
export function architectureOf(arch: string): Architecture | null {
  return arch === "x64" || arch === "arm64" ? arch : null;
}

function rulesByNumber(architecture: Architecture, rules: readonly SyscallRule[]): Map<number, SyscallRule[]> {
  const byNumber = new Map<number, SyscallRule[]>();
  for (const rule of rules) {
    const number = rule[architecture];
    if (number !== null) byNumber.set(number, [...(byNumber.get(number) ?? []), rule]);
  }
  return byNumber;
}

/** `if (nr == number) { each rule; allow }`. Conditions overwrite the accumulator, so a block never falls through. */
function block(number: number, rules: readonly SyscallRule[]): Instruction[] {
  const body = rules.flatMap(ruleBody);
  if (!rules.some((rule) => rule.when.length === 0)) body.push(answer(ALLOW));
  return [jump(JMP_JEQ_K, number, 0, body.length), ...body];
}

function ruleBody(rule: SyscallRule): Instruction[] {
  const tests = rule.when.flatMap(conditionTests);
  const end = tests.length + 1;
  return [...tests.map((make, index) => make(end - index - 1)), answer(ERRNO | rule.errno)];
}

/** Each test is made once its distance to the next rule is known. */
function conditionTests(condition: Condition): ((toNextRule: number) => Instruction)[] {
  const argument = () => load(offsetOfArguments + condition.arg * 8);
  if (condition.kind === "any-bit") return [argument, (next) => jump(JMP_JSET_K, condition.mask, 0, next)];
  if (condition.kind === "masked-equals") {
    const mask = { code: ALU_AND_K, jt: 0, jf: 0, k: condition.mask };
    return [argument, () => mask, (next) => jump(JMP_JEQ_K, condition.value, 0, next)];
  }
  return [argument, ...condition.values.map((value) => (next: number) => jump(JMP_JEQ_K, value, next, 0))];
}

function load(offset: number): Instruction {
  return { code: LD_W_ABS, jt: 0, jf: 0, k: offset };
}

function jump(code: number, k: number, jt: number, jf: number): Instruction {
  return { code, jt, jf, k };
}

function answer(k: number): Instruction {
  return { code: RET_K, jt: 0, jf: 0, k: k >>> 0 };
}
