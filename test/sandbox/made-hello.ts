/** One extension of a ClientHello. */
export function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([sized(type, 2), sized(content.length, 2), content]);
}

export function serverName(name: string): Buffer {
  const entry = Buffer.concat([Buffer.from([0]), sized(name.length, 2), Buffer.from(name, "latin1")]);
  return extension(0, Buffer.concat([sized(entry.length, 2), entry]));
}

/** A ClientHello message with these extensions; null: without the list itself. `after` follows inside the message. */
export function helloOf(extensions: readonly Buffer[] | null, after: Buffer = Buffer.alloc(0)): Buffer {
  const list = Buffer.concat(extensions ?? []);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0, 0, 2, 0x13, 1, 1, 0]),
    ...(extensions === null ? [] : [sized(list.length, 2), list]),
    after,
  ]);
  return Buffer.concat([Buffer.from([1]), sized(body.length, 3), body]);
}

/** A message cut into TLS records of at most `size` bytes. */
export function recordsOf(message: Buffer, size = 16_384): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1]), sized(part.length, 2), part);
  }
  return Buffer.concat(records);
}

function sized(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
