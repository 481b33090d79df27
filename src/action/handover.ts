import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";

/** The word on the command line that tells this program that its environment comes over stdin. */
export const handedOver = "--handed-over";
/** What is sent after the first line when the runner asks the job to end. */
export const endLine = "end";
/** Milliseconds that are left to end in good order when whoever handed over is gone. */
const goneMs = 10_000;

/** The runner's account, which what is left must belong to. */
export const Account = z.strictObject({ name: z.string().min(1), uid: z.int().min(0), gid: z.int().min(0) });
export type Account = z.infer<typeof Account>;

/**
 * What goes from the runner's account to the same program behind sudo, as one line of JSON: sudo would drop most of the environment,
 * and a command line or an environment of its own could be read by others.
 */
export const Handover = z.strictObject({ environment: z.record(z.string(), z.string()), account: Account });
export type Handover = z.infer<typeof Handover>;

export interface Taken extends Handover {
  /** Stops listening, so that the process can end. */
  release(): void;
}

/**
 * Reads what was handed over. Afterwards the same stream carries the wish to end: a line, or its own end when the sender was killed.
 * No signal could: the runner's account may not send one to root.
 * In: `onEnd` asks to end in good order; `onGone` ends at once.
 * @throws when the first line is no handover.
 */
export async function takeOver(from: Readable, on: { onEnd: () => void; onGone: () => void }): Promise<Taken> {
  const reader = createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY });
  let [heard, released] = [false, false];
  // Both listen from the start: the wish to end can come in the same chunk as the handover, and so can the end.
  const first = await new Promise<string>((resolve, reject) => {
    reader.on("line", (line) => {
      if (heard && line === endLine) on.onEnd();
      heard = true;
      resolve(line);
    });
    reader.on("close", () => {
      if (released) return;
      if (!heard) return reject(new Error("Nothing was handed over on stdin."));
      on.onEnd();
      setTimeout(on.onGone, goneMs).unref();
    });
  });
  const taken = Handover.parse(JSON.parse(first));
  return {
    ...taken,
    release() {
      released = true;
      reader.close();
      from.destroy();
    },
  };
}
