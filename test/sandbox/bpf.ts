import type { Architecture } from "../../sandbox/syscall-rule.ts";

/** `AUDIT_ARCH_…` of linux/audit.h. */
export const auditArchitecture: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Executes classic BPF over `struct seccomp_data`. Out: "allow", "kill" or an errno. */
export function decide(
  program: Buffer,
  call: { arch: number; nr: number; args?: (number | bigint)[] },
): string | number {
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
