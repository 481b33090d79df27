import { fstatSync, write } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

type StreamName = "stdout" | "stderr";

/** Milliseconds until a descriptor that was full, and does not wait itself, is tried again. */
const fullMs = 10;

/**
 * Passes bytes on to standard output or standard error without ever standing still: Node writes to terminals and files in its only
 * thread, where a terminal that takes nothing (Ctrl-S) would stop time-outs and signals as well. So these are written to by a thread of
 * their own, and pipes through Node's stream. In: that stream, made when it is needed. Out: a function that resolves when the bytes are
 * out and rejects with the error of the system.
 */
export function openPass(
  streamOf: (name: StreamName) => NodeJS.WriteStream,
): (chunk: Uint8Array, name: StreamName) => Promise<void> {
  return (chunk, name) => {
    const descriptor = name === "stdout" ? 1 : 2;
    const kind = fstatSync(descriptor);
    return kind.isFIFO() || kind.isSocket() ? throughStream(streamOf(name), chunk) : throughThread(descriptor, chunk);
  };
}

function throughStream(stream: NodeJS.WriteStream, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error == null ? resolve() : reject(error)));
  });
}

async function throughThread(descriptor: number, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength;) {
    const written = await writeSome(descriptor, chunk.subarray(at));
    if (written === "full") await sleep(fullMs);
    else at += written;
  }
}

function writeSome(descriptor: number, bytes: Uint8Array): Promise<number | "full"> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === "EAGAIN") resolve("full");
      else reject(error);
    });
  });
}
