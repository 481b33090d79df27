import { Buffer } from "node:buffer";
import { failure, unreadable } from "./failure.ts";

/** Bytes of one body that are read at most to find its end: a log that goes on for longer is not waited for. */
const streamedBytesMax = 256 * 1024 * 1024;

/** The end of a text. */
export interface Tail {
  text: string;
  /** Whether something before it was left out. */
  cut: boolean;
}

/**
 * Reads a response body to its end and keeps its last bytes, from a whole line on. In: a stream, or bytes that a client already read; the
 * bytes that are kept.
 * @throws AirlockError `github-unreadable` for anything that is not bytes, or above `streamedBytesMax`; `github-failed` when the
 *   connection breaks: an end that may not be the end is never returned.
 */
export async function tailOf(route: string, body: unknown, bytesMax: number): Promise<Tail> {
  if (body instanceof ArrayBuffer) return ended(Buffer.from(body), bytesMax, body.byteLength);
  if (!(body instanceof ReadableStream)) throw unreadable(route, "the body is not bytes");
  let kept: Uint8Array[] = [];
  let held = 0;
  let size = 0;
  try {
    for await (const part of body as ReadableStream<Uint8Array>) {
      size += part.byteLength;
      if (size > streamedBytesMax) break;
      kept.push(part);
      held += part.byteLength;
      if (held > 2 * bytesMax) {
        kept = [Buffer.concat(kept).subarray(-bytesMax)];
        held = kept[0]?.byteLength ?? 0;
      }
    }
  } catch (thrown) {
    throw failure(route, thrown);
  }
  if (size > streamedBytesMax) throw unreadable(route, `the body has more than ${streamedBytesMax} bytes`);
  return ended(Buffer.concat(kept), bytesMax, size);
}

function ended(bytes: Buffer, bytesMax: number, size: number): Tail {
  if (size <= bytesMax) return { text: bytes.toString("utf8"), cut: false };
  const end = bytes.subarray(-bytesMax);
  const line = end.indexOf(0x0a);
  return { text: end.subarray(line + 1).toString("utf8"), cut: true };
}
