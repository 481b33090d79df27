import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { join } from "node:path";
import { promisify } from "node:util";
import type { User } from "./reach.ts";

const run = promisify(execFile);

/** One output stream of a command: the descriptor the command writes to, and our reading end. */
export interface OutputPipe {
  write: number;
  read: Socket;
}

/**
 * Two FIFOs of the sandbox's user, opened and ready. A FIFO and not Node's own "pipe", which is a socket pair: opening
 * `/dev/stdout` inside would fail with ENXIO on a socket.
 */
export async function openOutputPipes(
  directory: string,
  mkfifo: string,
  user: User,
): Promise<[OutputPipe, OutputPipe]> {
  const names = [join(directory, "out"), join(directory, "err")] as const;
  await run(mkfifo, ["-m", "600", "--", ...names], { env: {}, ...(process.getuid?.() === 0 ? user : {}) });
  return [openPipe(names[0]), openPipe(names[1])];
}

/** The stdin of a command that a stream feeds: the descriptor the command reads, and the way to begin and end the feeding. */
export interface InputPipe {
  read: number;
  /** Lets go of the source; afterwards it is paused and the command sees the end. */
  release(): void;
}

/** A FIFO of the sandbox's user that passes `source` on from now on. A command that stops reading stops only the feeding. */
export async function openInputPipe(
  directory: string,
  { mkfifo, user, source }: { mkfifo: string; user: User; source: Readable },
): Promise<InputPipe> {
  const path = join(directory, "in");
  await run(mkfifo, ["-m", "600", "--", path], { env: {}, ...(process.getuid?.() === 0 ? user : {}) });
  // Neither end can be opened alone without waiting; the command's own must be one that waits.
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = new Socket({ fd: openSync(path, constants.O_WRONLY), readable: false, writable: true });
  const read = openSync(path, constants.O_RDONLY);
  closeSync(first);
  const release = () => {
    source.unpipe(write);
    source.pause();
    write.destroy();
  };
  // The command may end before it has read everything, and a source that breaks has no more to give.
  write.on("error", release);
  source.once("error", release);
  source.pipe(write);
  return { read, release };
}

function openPipe(path: string): OutputPipe {
  // The reader must come first and without waiting, or opening the writer would block for ever.
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  return { write, read: new Socket({ fd: read, readable: true, writable: false }) };
}

export function closeWriters(pipes: readonly OutputPipe[]): void {
  for (const pipe of pipes) closeSync(pipe.write);
}
