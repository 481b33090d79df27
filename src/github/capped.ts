import { Buffer } from "node:buffer";
import { failure, unreadable } from "./failure.ts";

/**
 * Reads a response body up to a limit. In: a stream, or bytes that a client already read; the limit in bytes.
 * @throws AirlockError `github-unreadable` above the limit or for anything that is not bytes, `github-failed` when the
 *   connection breaks: half a body is never returned.
 */
export async function capped(route: string, body: unknown, bytesMax: number): Promise<Buffer> {
  if (body instanceof ArrayBuffer) return atMost(route, Buffer.from(body), bytesMax);
  if (!(body instanceof ReadableStream)) throw unreadable(route, "the body is not bytes");
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body as ReadableStream<Uint8Array>) {
      size += part.byteLength;
      if (size > bytesMax) break;
      parts.push(part);
    }
  } catch (thrown) {
    throw failure(route, thrown);
  }
  if (size > bytesMax) throw tooLong(route, bytesMax);
  return Buffer.concat(parts);
}

function atMost(route: string, bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.byteLength > bytesMax) throw tooLong(route, bytesMax);
  return bytes;
}

function tooLong(route: string, bytesMax: number) {
  return unreadable(route, `the body has more than the ${bytesMax} bytes allowed`);
}
