import { StringDecoder } from "node:string_decoder";
import type { Captured, OutputLimit } from "./sandbox.ts";

/** Collects one output stream within a limit: the first bytes and the last bytes, never more memory than both. */
export interface Capture {
  write(chunk: Buffer): void;
  result(): Captured;
}

/** In: how many bytes of head and tail to keep. The stream is always drained; what does not fit in the middle is dropped. */
export function createCapture(limit: OutputLimit): Capture {
  const head: Buffer[] = [];
  let tail: Buffer[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let bytes = 0;

  const keepTail = (chunk: Buffer) => {
    tail.push(chunk);
    tailBytes += chunk.byteLength;
    // Joining at twice the limit keeps the cost linear in the output.
    if (tailBytes > 2 * limit.tailBytes || tail.length > 256) {
      const joined = Buffer.concat(tail);
      tail = [Buffer.from(lastBytes(joined, limit.tailBytes))];
      tailBytes = tail[0]?.byteLength ?? 0;
    }
  };

  return {
    write(chunk) {
      bytes += chunk.byteLength;
      const fits = Math.min(chunk.byteLength, limit.headBytes - headBytes);
      if (fits > 0) {
        head.push(chunk.subarray(0, fits));
        headBytes += fits;
      }
      if (fits < chunk.byteLength) keepTail(chunk.subarray(Math.max(fits, 0)));
    },
    result() {
      const start = Buffer.concat(head);
      const end = lastBytes(Buffer.concat(tail), limit.tailBytes);
      const left = bytes - start.byteLength - end.byteLength;
      if (left === 0) return { text: Buffer.concat([start, end]).toString("utf8"), bytes, truncated: false };
      const note = `\n[... ${left} bytes left out ...]\n`;
      return { text: `${wholeCharacters(start)}${note}${fromCharacterStart(end)}`, bytes, truncated: true };
    },
  };
}

function lastBytes(bytes: Buffer, count: number): Buffer {
  return bytes.subarray(Math.max(0, bytes.byteLength - count));
}

/** Drops a UTF-8 sequence that the cut left incomplete. */
function wholeCharacters(bytes: Buffer): string {
  return new StringDecoder("utf8").write(bytes);
}

function fromCharacterStart(bytes: Buffer): string {
  let start = 0;
  while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString("utf8");
}
