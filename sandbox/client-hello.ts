/** What the first bytes of a client say. */
export type ClientHello =
  /** More bytes are needed to tell. */
  | { kind: "incomplete" }
  /** A TLS ClientHello; `serverName` is null when it names none. Lower case. */
  | { kind: "hello"; serverName: string | null }
  | { kind: "not-tls" }
  /** It begins as TLS and breaks its own rules, or is larger than any real one. */
  | { kind: "broken" };

/** Bytes of one ClientHello. Real ones have a few hundred, with post-quantum keys a few thousand. */
const helloBytesMax = 32_768;

/** Records that one ClientHello may be cut into. */
const recordsMax = 64;

const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;
const hostNameType = 0;

/**
 * Reads the server name of a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3) from the start of a connection, over as many records as
 * it takes. Bounds are checked at every step; nothing is believed that does not add up. With Encrypted Client Hello this is the
 * outer name, the only one that can be seen. Never throws.
 */
export function readClientHello(bytes: Uint8Array): ClientHello {
  const message = handshakeBytes(bytes);
  if (!(message instanceof Uint8Array)) return message;
  const hello = cursor(message);
  hello.take(2 + 32);
  hello.vector(1);
  hello.vector(2);
  hello.vector(1);
  if (hello.broken()) return { kind: "broken" };
  // Before TLS 1.3 a hello could end here.
  if (hello.left() === 0) return { kind: "hello", serverName: null };
  const extensions = cursor(hello.vector(2));
  if (hello.broken() || hello.left() > 0) return { kind: "broken" };
  let serverName: string | null = null;
  const seen = new Set<number>();
  while (extensions.left() > 0) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (extensions.broken() || seen.has(type)) return { kind: "broken" };
    seen.add(type);
    if (type !== serverNameExtension) continue;
    serverName = readServerName(content);
    if (serverName === null) return { kind: "broken" };
  }
  return { kind: "hello", serverName };
}

/** The ClientHello's body, put together from its records. It must end where a record ends (RFC 8446 §5.1). */
function handshakeBytes(bytes: Uint8Array): Uint8Array | ClientHello {
  const fragments: Uint8Array[] = [];
  for (let at = 0; fragments.length < recordsMax;) {
    const [type, major] = [bytes[at], bytes[at + 1]];
    if (type === undefined) break;
    if (type !== handshakeRecord || (major ?? 3) !== 3) return { kind: at === 0 ? "not-tls" : "broken" };
    if (bytes.length < at + 5) break;
    const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
    // A record holds at most 2^14 bytes (RFC 8446 §5.1), and an empty one would go on for ever.
    if (length === 0 || length > 16_384) return { kind: "broken" };
    if (bytes.length < at + 5 + length) break;
    fragments.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
    const joined = Buffer.concat(fragments);
    if (joined[0] !== clientHello) return { kind: "broken" };
    if (joined.length < 4) continue;
    const end = 4 + joined.readUIntBE(1, 3);
    if (end > helloBytesMax || joined.length > end) return { kind: "broken" };
    if (joined.length === end) return joined.subarray(4);
  }
  return { kind: fragments.length === recordsMax || bytes.length > helloBytesMax ? "broken" : "incomplete" };
}

/** Exactly one name of type host_name, as a client must send it; null for anything else. */
function readServerName(content: Uint8Array): string | null {
  const extension = cursor(content);
  const list = cursor(extension.vector(2));
  const type = list.number(1);
  const name = Buffer.from(list.vector(2)).toString("latin1").toLowerCase();
  const broken = extension.broken() || extension.left() > 0 || list.broken() || list.left() > 0;
  return broken || type !== hostNameType || !/^[a-z0-9._-]{1,253}$/.test(name) ? null : name;
}

/** Reads on through bytes. Past the end it gives zeros and nothing, and stays `broken`. */
function cursor(bytes: Uint8Array) {
  let at = 0;
  let isBroken = false;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) isBroken = true;
    if (isBroken) return new Uint8Array();
    at += count;
    return bytes.subarray(at - count, at);
  };
  const number = (count: number) => take(count).reduce((sum, byte) => sum * 256 + byte, 0);
  return {
    take,
    number,
    /** Bytes with their length, of `count` bytes, before them. */
    vector: (count: number) => take(number(count)),
    left: () => bytes.length - at,
    broken: () => isBroken,
  };
}
