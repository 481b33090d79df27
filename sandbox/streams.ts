import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
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

function openPipe(path: string): OutputPipe {
  // The reader must come first and without waiting, or opening the writer would block for ever.
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  return { write, read: new Socket({ fd: read, readable: true, writable: false }) };
}

export function closeWriters(pipes: readonly OutputPipe[]): void {
  for (const pipe of pipes) closeSync(pipe.write);
}
