import type { Readable } from "node:stream";
import type { Canary } from "../text/canary.ts";

/** Exit codes of the command line (design §6). `sandbox` passes the command's own code through instead. */
export const exitCode = { done: 0, no: 1, usage: 2, broken: 3 } as const;

/** The terminal, passed in so that a verb can be tested without one. */
export interface Terminal {
  /** All of standard input as bytes. */
  stdin(): Promise<Buffer>;
  /** Standard input as a stream, for a command to read; absent when it is a terminal. */
  input?: Readable;
  /** One line for standard output: results. */
  out: (line: string) => void;
  /** One line for standard error: progress and problems. */
  err: (line: string) => void;
  /** Bytes as they are, for one of the two: what a command wrote. Resolves when there is room for more; rejects when nobody takes them. */
  pass: (chunk: Uint8Array, stream: "stdout" | "stderr") => Promise<void>;
  /** Asks a person; null when nobody can answer (no terminal). */
  ask(question: string): Promise<string | null>;
  environment: Readonly<Record<string, string | undefined>>;
  /** Makes the credential that is planted for this run, in the environment of this process. To be called before anything is started. */
  plantCanary(): Promise<Canary>;
  cwd: string;
  now: () => number;
  /** Aborted by Ctrl-C and by SIGTERM. */
  signal: AbortSignal;
}

/** One verb of `airlock`. `run` gets the arguments after the verb and gives the exit code; it may throw AirlockError. */
export interface Verb {
  /** One line: arguments. */
  usage: string;
  /** One line: what it does. */
  summary: string;
  run(args: string[], terminal: Terminal): Promise<number>;
}

/** A wrong use of the command line: exit code 2, with the sentence and the usage line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Somebody ended a wait (Ctrl-C, SIGTERM), which is no defect: exit code 1, with the sentence. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}
