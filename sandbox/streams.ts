import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Fifos } from "./fifos.ts";

/** One output stream of a command: the descriptor the command writes to, and our reading end. */
export interface OutputPipe {
  write: number;
  read: Socket;
}

/**
 * Two FIFOs of the sandbox's user, opened and ready. A FIFO and not Node's own "pipe", which is a socket pair: opening
 * `/dev/stdout` inside would fail with ENXIO on a socket.
 */
export async function openOutputPipes(fifos: Fifos): Promise<[OutputPipe, OutputPipe]> {
  const paths = [await fifos.take(), await fifos.take()] as const;
  return [openPipe(paths[0]), openPipe(paths[1])];
}

/** The stdin of a command that a stream feeds: the descriptor the command reads, and the way to begin and end the feeding. */
export interface InputPipe {
  read: number;
  /** Lets go of the source; afterwards it is paused and the command sees the end. */
  release(): void;
}

/** A FIFO of the sandbox's user that passes `source` on from now on. A command that stops reading stops only the feeding. */
export async function openInputPipe(fifos: Fifos, source: Readable): Promise<InputPipe> {
  const path = await fifos.take();
  // Neither end can be opened alone without waiting; the command's own must be one that waits.
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = new Socket({ fd: openSync(path, constants.O_WRONLY), readable: false, writable: true });
  const read = openSync(path, constants.O_RDONLY);
  closeSync(first);
  unlinkSync(path);
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
  unlinkSync(path);
  return { write, read: new Socket({ fd: read, readable: true, writable: false }) };
}

export function closeWriters(pipes: readonly OutputPipe[]): void {
  for (const pipe of pipes) closeSync(pipe.write);
}
