/** Bytes kept of a text: the first `headBytes` and the last `tailBytes`. */
export interface Cap {
  headBytes: number;
  tailBytes: number;
}

/**
 * Cuts a text in the middle when it has more UTF-8 bytes than the cap, and says how much is gone. Never splits a character.
 */
export function capText(text: string, { headBytes, tailBytes }: Cap): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.byteLength <= headBytes + tailBytes) return text;
  const head = bytes.subarray(0, boundaryBefore(bytes, headBytes));
  const tail = bytes.subarray(boundaryAfter(bytes, bytes.byteLength - tailBytes));
  const cut = bytes.byteLength - head.byteLength - tail.byteLength;
  return `${head.toString("utf8")}\n[… ${cut} of ${bytes.byteLength} bytes left out …]\n${tail.toString("utf8")}`;
}

function boundaryBefore(bytes: Buffer, at: number): number {
  let index = at;
  while (index > 0 && isContinuation(bytes[index])) index--;
  return index;
}

function boundaryAfter(bytes: Buffer, at: number): number {
  let index = at;
  while (index < bytes.byteLength && isContinuation(bytes[index])) index++;
  return index;
}

/** UTF-8 continuation bytes are 10xxxxxx (RFC 3629 §3). */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
