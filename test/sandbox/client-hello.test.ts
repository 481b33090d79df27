import { connect as connectTls } from "node:tls";
import { duplexPair } from "node:stream";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { readClientHello } from "../../sandbox/client-hello.ts";
import { extension, helloOf, recordsOf, serverName } from "./made-hello.ts";

/** What Node's own TLS says first. */
async function realHello(servername?: string): Promise<Buffer> {
  const [client, wire] = duplexPair();
  const tls = connectTls({ socket: client, ...(servername === undefined ? {} : { servername }) });
  tls.on("error", () => undefined);
  await once(wire, "readable");
  const bytes: unknown = wire.read();
  tls.destroy();
  if (!Buffer.isBuffer(bytes)) throw new Error("nothing was said");
  return bytes;
}

describe("a real client", () => {
  test("names the host it was told, and none when it was told none", async () => {
    expect(readClientHello(await realHello("allowed.example"))).toEqual({
      kind: "hello",
      serverName: "allowed.example",
    });
    expect(readClientHello(await realHello())).toEqual({ kind: "hello", serverName: null });
  });

  test("is understood at its last byte and at none before, in one record or in many", async () => {
    const whole = await realHello("allowed.example");
    const cut = recordsOf(whole.subarray(5), 40);
    for (const bytes of [whole, cut]) {
      for (let end = 0; end < bytes.length; end += 1)
        expect(readClientHello(bytes.subarray(0, end))).toEqual({ kind: "incomplete" });
      expect(readClientHello(bytes)).toEqual({ kind: "hello", serverName: "allowed.example" });
      // What follows the hello (early data) is another matter.
      expect(readClientHello(Buffer.concat([bytes, Buffer.from("more")])).kind).toBe("hello");
    }
  });

  test("with any bit changed is read as another hello or refused, and never breaks the reader", async () => {
    const whole = await realHello("allowed.example");
    const kinds = new Set<string>();
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const changed = Buffer.from(whole);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      kinds.add(readClientHello(changed).kind);
    }
    expect([...kinds].sort()).toEqual(["broken", "hello", "incomplete", "not-tls"]);
  });
});

test.each<[string, Buffer, ReturnType<typeof readClientHello>]>([
  ["nothing yet", Buffer.alloc(0), { kind: "incomplete" }],
  ["plain HTTP", Buffer.from("GET / HTTP/1.1\r\n"), { kind: "not-tls" }],
  ["SSH", Buffer.from("SSH-2.0-x\r\n"), { kind: "not-tls" }],
  ["SSL 2", Buffer.from([0x80, 0x2e, 1, 0, 2]), { kind: "not-tls" }],
  ["a record of another version", Buffer.from([22, 2, 0]), { kind: "not-tls" }],
  ["an alert record", Buffer.from([21, 3, 1, 0, 2, 1, 0]), { kind: "not-tls" }],
  ["an empty record", Buffer.from([22, 3, 1, 0, 0]), { kind: "broken" }],
  ["an over-long record", Buffer.from([22, 3, 1, 0x40, 1]), { kind: "broken" }],
  ["a ServerHello", recordsOf(Buffer.from([2, 0, 0, 1, 0])), { kind: "broken" }],
  ["a hello of a gigabyte", recordsOf(Buffer.from([1, 0xff, 0xff, 0xff, 0])), { kind: "broken" }],
  ["a hello in too many records", recordsOf(helloOf([serverName("a.example")]), 1), { kind: "broken" }],
  ["a hello and more in its record", recordsOf(Buffer.concat([helloOf([]), Buffer.from([1])])), { kind: "broken" }],
  [
    "another record inside it",
    Buffer.concat([recordsOf(helloOf([]).subarray(0, 9)), Buffer.from([23, 3, 3, 0, 1, 0])]),
    { kind: "broken" },
  ],
  ["no extensions at all", recordsOf(helloOf(null)), { kind: "hello", serverName: null }],
  [
    "extensions without a name",
    recordsOf(helloOf([extension(43, Buffer.from([2, 3, 4]))])),
    { kind: "hello", serverName: null },
  ],
  ["capitals", recordsOf(helloOf([serverName("ALLOWED.example")])), { kind: "hello", serverName: "allowed.example" }],
  [
    "the outer name of Encrypted Client Hello",
    recordsOf(helloOf([extension(0xfe0d, Buffer.alloc(40)), serverName("outer.example")])),
    { kind: "hello", serverName: "outer.example" },
  ],
  ["two name extensions", recordsOf(helloOf([serverName("a.example"), serverName("b.example")])), { kind: "broken" }],
  [
    "two names in one",
    recordsOf(helloOf([extension(0, list(entry(0, "a.example"), entry(0, "b.example")))])),
    { kind: "broken" },
  ],
  ["a name of another type", recordsOf(helloOf([extension(0, list(entry(1, "a.example")))])), { kind: "broken" }],
  ["an empty name", recordsOf(helloOf([serverName("")])), { kind: "broken" }],
  ["an empty list", recordsOf(helloOf([extension(0, list())])), { kind: "broken" }],
  ["a name with NUL", recordsOf(helloOf([serverName("a.example\0.evil")])), { kind: "broken" }],
  ["a name of 254 letters", recordsOf(helloOf([serverName("a".repeat(254))])), { kind: "broken" }],
  [
    "a name longer than its list",
    recordsOf(helloOf([extension(0, Buffer.from([0, 4, 0, 0, 9, 97]))])),
    { kind: "broken" },
  ],
  [
    "bytes after the list",
    recordsOf(helloOf([extension(0, Buffer.concat([list(entry(0, "a.example")), Buffer.from([0])]))])),
    { kind: "broken" },
  ],
  ["bytes after the extensions", recordsOf(helloOf([], Buffer.from([0]))), { kind: "broken" }],
])("%s", (_title, bytes, expected) => expect(readClientHello(bytes)).toEqual(expected));

function entry(type: number, name: string): Buffer {
  return Buffer.concat([Buffer.from([type, name.length >> 8, name.length & 255]), Buffer.from(name)]);
}

function list(...entries: Buffer[]): Buffer {
  const joined = Buffer.concat(entries);
  return Buffer.concat([Buffer.from([joined.length >> 8, joined.length & 255]), joined]);
}
