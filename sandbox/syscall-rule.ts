export type Architecture = "x64" | "arm64";

/** A test on one syscall argument. Only the low 32 bits are read: 64-bit comparison is how `TIOCSTI` slips through filters. */
export type Condition =
  | { arg: number; kind: "any-bit"; mask: number }
  | { arg: number; kind: "masked-equals"; mask: number; value: number }
  | { arg: number; kind: "not-one-of"; values: readonly number[] };

/** One refused call: what it answers, and under which conditions (all must hold; none means always). */
export interface SyscallRule {
  name: string;
  /** Syscall number; null where the architecture does not have the call. */
  x64: number | null;
  arm64: number | null;
  errno: number;
  when: readonly Condition[];
  /** What the call would be used for. For whoever changes the table; nothing reads it while a command runs. */
  reason: string;
}

type Numbers = readonly [name: string, x64: number | null, arm64: number | null];

/** What a group of calls has in common. */
export interface Refusal {
  errno: number;
  reason: string;
  when?: readonly Condition[];
}

/** Rules for calls that are refused alike, by name and number on x86_64 and aarch64. */
export function refused({ errno, reason, when = [] }: Refusal, calls: readonly Numbers[]): SyscallRule[] {
  return calls.map(([name, x64, arm64]) => ({ name, x64, arm64, errno, when, reason }));
}
