import { z } from "zod";
import { canonical } from "../handoff/canonical.ts";
import { Digest } from "../handoff/identity.ts";
import { sha256 } from "../handoff/seal.ts";

const Phase = z.enum(["gate", "prepare", "solve", "baseline", "verify", "publish", "local"]);

const Data = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]));

const Entry = z.strictObject({
  seq: z.int().min(0),
  at: z.iso.datetime(),
  phase: Phase,
  event: z.string().regex(/^[a-z][a-z0-9_.-]{0,63}$/),
  data: Data,
  /** Hash of the entry before; the first entry carries `genesis`. */
  prev: Digest,
  /** SHA-256 over the canonical JSON of all other fields, length first. */
  hash: Digest,
});
export type AuditEntry = z.infer<typeof Entry>;
export type AuditPhase = z.infer<typeof Phase>;
export type AuditData = z.infer<typeof Data>;

/** What the first entry of every log points to. */
export const genesis = "0".repeat(64);

/** An append-only log held in memory and written as JSON lines. `head` is the hash of its last entry. */
export interface AuditLog {
  readonly head: string;
  readonly entries: readonly AuditEntry[];
  /** Appends one decision. Values must already be free of secrets: nothing here redacts. */
  append(event: string, data?: AuditData): void;
  /** The whole log, one JSON object per line. */
  text(): string;
}

/**
 * Continues a log (or starts one) for a phase.
 * In: the lines so far, already verified by `verifyAudit`; a clock that gives milliseconds since 1970.
 */
export function openAudit(phase: AuditPhase, now: () => number, soFar: readonly AuditEntry[] = []): AuditLog {
  const entries = [...soFar];
  return {
    get head() {
      return entries.at(-1)?.hash ?? genesis;
    },
    entries,
    append(event, data = {}) {
      const at = new Date(now()).toISOString();
      const open = { seq: entries.length, at, phase, event, data, prev: entries.at(-1)?.hash ?? genesis };
      entries.push(Entry.parse({ ...open, hash: hashOf(open) }));
    },
    text: () => entries.map((entry) => `${canonical(entry)}\n`).join(""),
  };
}

export type AuditVerdict =
  | { kind: "intact"; entries: AuditEntry[]; head: string }
  /** Every link holds, but the log does not end where it should: entries were cut off its end, or it is another log. */
  | { kind: "ends-elsewhere"; entries: number; head: string; expected: string }
  | { kind: "broken"; line: number; why: string };

/**
 * Checks every link of a log. In: its text; optionally the head that was published (hexadecimal digits in either case), which also
 * finds a cut-off end. Out: `intact` with the entries, `ends-elsewhere`, or the first line (1-based) that does not hold. A log without
 * entries proves nothing: it is broken. Never throws.
 */
export function verifyAudit(text: string, expectedHead?: string): AuditVerdict {
  const entries: AuditEntry[] = [];
  if (text === "") return { kind: "broken", line: 1, why: "the log is empty" };
  if (!text.endsWith("\n")) return { kind: "broken", line: text.split("\n").length, why: "the last line is cut off" };
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const broken = (why: string): AuditVerdict => ({ kind: "broken", line: index + 1, why });
    const entry = parseLine(line);
    if (typeof entry === "string") return broken(entry);
    if (canonical(entry) !== line) return broken("the line is not in canonical form");
    if (entry.seq !== index) return broken(`sequence number ${entry.seq}, expected ${index}`);
    if (entry.prev !== (entries.at(-1)?.hash ?? genesis)) return broken("it does not follow the entry before it");
    const { hash, ...open } = entry;
    if (hashOf(open) !== hash) return broken("its content does not match its hash");
    entries.push(entry);
  }
  const head = entries.at(-1)?.hash ?? genesis;
  const expected = expectedHead?.toLowerCase();
  if (expected !== undefined && head !== expected)
    return { kind: "ends-elsewhere", entries: entries.length, head, expected };
  return { kind: "intact", entries, head };
}

function parseLine(line: string): AuditEntry | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "it is not JSON";
  }
  const parsed = Entry.safeParse(json);
  return parsed.success ? parsed.data : "it is not an audit entry";
}

function hashOf(open: Omit<AuditEntry, "hash">): string {
  const bytes = canonical(open);
  return sha256(`${Buffer.byteLength(bytes)}:${bytes}`);
}
