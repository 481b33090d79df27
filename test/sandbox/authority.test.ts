import { expect, test } from "vitest";
import { isLiteral, parseAuthority } from "../../sandbox/authority.ts";

test.each([
  ["example.com:443", { host: "example.com", port: 443 }],
  ["EXAMPLE.com.:443", { host: "example.com", port: 443 }],
  ["bücher.example:443", { host: "xn--bcher-kva.example", port: 443 }],
  ["127.1:80", { host: "127.0.0.1", port: 80 }],
  ["0x7f.0.0.1:80", { host: "127.0.0.1", port: 80 }],
  ["2130706433:80", { host: "127.0.0.1", port: 80 }],
  ["[::1]:80", { host: "::1", port: 80 }],
  ["[::FFFF:127.0.0.1]:80", { host: "::ffff:7f00:1", port: 80 }],
  ["example.com", null],
  ["example.com:", null],
  ["example.com:0", null],
  ["example.com:65536", null],
  ["user@example.com:443", null],
  [" example.com:443", null],
  ["example.com:443/x", null],
  ["exa\u0000mple.com:443", null],
  ["exa\r\nmple.com:443", null],
  ["ex%61mple.com:443", null],
  ["example.com..:443", null],
  [":443", null],
  [`${"a".repeat(300)}:443`, null],
])("%j is %j", (text, expected) => expect(parseAuthority(text)).toEqual(expected));

test("a default port is used where the protocol has one", () => {
  expect(parseAuthority("example.com", 80)).toEqual({ host: "example.com", port: 80 });
});

test("only an address and localhost are literal", () => {
  expect(["127.0.0.1", "::1", "localhost", "example.com", "localhost.example.com"].map(isLiteral)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
