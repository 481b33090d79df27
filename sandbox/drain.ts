import type { OutputPipe } from "./streams.ts";

/** Milliseconds to wait for the last output after the process is gone. */
export const drainMs = 2_000;

/**
 * Reads one output stream. What `take` promises holds it; a rejected promise closes it. Out: its end, and `held`: whether the taker keeps
 * us waiting now.
 */
export function drain(
  { read }: OutputPipe,
  take: (chunk: Buffer) => void | Promise<void>,
): { ended: Promise<void>; held(): boolean } {
  let holding = false;
  read.on("data", (chunk: Buffer) => {
    const taken = take(chunk);
    if (taken === undefined) return;
    holding = true;
    read.pause();
    void settled(taken).then((well) => {
      holding = false;
      return well ? read.resume() : read.destroy();
    });
  });
  const ended = new Promise<void>((resolve) => {
    read.once("close", () => resolve());
    read.once("error", () => resolve());
  });
  return { ended, held: () => holding };
}

async function settled(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}

/** A process that was lost and keeps a descriptor open is not waited for; whoever takes our output slowly is. */
export async function withDeadline(work: Promise<unknown>, held: () => boolean = () => false): Promise<void> {
  const over = work.then(() => "over" as const);
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, drainMs, "late");
    });
    const ended = await Promise.race([over, deadline]);
    clearTimeout(timer);
    if (ended === "over" || !held()) return;
  }
}
