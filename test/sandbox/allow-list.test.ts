import { describe, expect, test } from "vitest";
import { eitherRule, readAccess } from "../../sandbox/allow-list.ts";
import type { Access } from "../../sandbox/allow-list.ts";
import type { EgressRule } from "../../sandbox/sandbox.ts";

function ruleOf(access: Partial<Access>): EgressRule {
  const read = readAccess({ allow: [], deny: [], ...access });
  if (read.kind === "invalid") throw new Error(JSON.stringify(read.problems));
  return read.rule;
}
const ruled = (access: Partial<Access>, host: string, port: number) => {
  const said = ruleOf(access)(host, port);
  return said.kind === "allow" ? "allow" : said.reason;
};

describe("what an allow list opens", () => {
  test.each([
    ["a.example", "a.example", 443, "allow"],
    ["a.example", "a.example", 80, "allow"],
    ["a.example", "a.example", 22, "blocked-by-allowlist"],
    ["a.example", "a.example", 8443, "blocked-by-allowlist"],
    ["a.example", "b.a.example", 443, "blocked-by-allowlist"],
    ["a.example", "xa.example", 443, "blocked-by-allowlist"],
    ["A.Example.", "a.example", 443, "allow"],
    ["bücher.example", "xn--bcher-kva.example", 443, "allow"],
    ["a.example:8443", "a.example", 8443, "allow"],
    ["a.example:8443", "a.example", 443, "blocked-by-allowlist"],
    ["*.a.example", "b.a.example", 443, "allow"],
    ["*.a.example", "c.b.a.example", 443, "allow"],
    ["*.a.example", "a.example", 443, "blocked-by-allowlist"],
    ["*.a.example", "evila.example", 443, "blocked-by-allowlist"],
    ["*.a.example:22", "b.a.example", 22, "allow"],
    ["*.a.example:22", "b.a.example", 443, "blocked-by-allowlist"],
    ["**.a.example", "a.example", 443, "allow"],
    ["**.a.example", "b.a.example", 443, "allow"],
    ["**.a.example", "evila.example", 443, "blocked-by-allowlist"],
    ["127.0.0.1:3000", "127.0.0.1", 3000, "allow"],
    ["127.0.0.1", "127.0.0.2", 80, "blocked-by-allowlist"],
    ["[::1]:3000", "::1", 3000, "allow"],
    ["localhost:3000", "localhost", 3000, "allow"],
    ["localhost", "127.0.0.1", 80, "blocked-by-allowlist"],
  ])("%s says of %s:%i %s", (entry, host, port, expected) =>
    expect(ruled({ allow: [entry] }, host, port)).toBe(expected),
  );

  test("an empty list opens nothing", () => expect(ruled({}, "a.example", 443)).toBe("blocked-by-allowlist"));
});

test.each<[string, Access, string, string]>([
  [
    "an entry under an allowed domain",
    { allow: ["**.a.example"], deny: ["bad.a.example"] },
    "bad.a.example:443",
    "blocked-by-denylist",
  ],
  ["its twin without the entry", { allow: ["**.a.example"], deny: [] }, "bad.a.example:443", "allow"],
  [
    "the very entry that is allowed",
    { allow: ["a.example"], deny: ["a.example"] },
    "a.example:443",
    "blocked-by-denylist",
  ],
  ["a denied port", { allow: ["a.example"], deny: ["a.example:80"] }, "a.example:80", "blocked-by-denylist"],
  ["another port than the denied one", { allow: ["a.example"], deny: ["a.example:80"] }, "a.example:443", "allow"],
  [
    "a denied domain, on a port nobody opened",
    { allow: [], deny: ["**.evil.example"] },
    "x.evil.example:22",
    "blocked-by-denylist",
  ],
  ["a whole denied top level", { allow: ["a.example"], deny: ["**.example"] }, "a.example:443", "blocked-by-denylist"],
])("the deny list goes first: %s", (_title, access, asked, expected) => {
  const [host = "", port] = asked.split(":");
  expect(ruled(access, host, Number(port))).toBe(expected);
});

test.each([
  ["*", "a bare star would mean every host"],
  ["**", "a bare star would mean every host"],
  ["[*]", "a bare star would mean every host"],
  ["*:443", "a bare star would mean every host"],
  ["*.", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["*.com", "a whole top-level domain cannot be opened"],
  ["**.com", "a whole top-level domain cannot be opened"],
  ["a.*.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["*a.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["***.a.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["*.*.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["https://a.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["a.example/path", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["user@a.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  [" a.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["a.example\n", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["a\0.example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["a..example", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["a.example:0", "ports go from 1 to 65535"],
  ["a.example:65536", "ports go from 1 to 65535"],
  ["::1", "it is no host name; write a host, *.domain, **.domain or host:port"],
  ["0x7f.1", "write the address as 127.0.0.1"],
  ["2130706433", "write the address as 127.0.0.1"],
  ["[0:0::1]", "write the address as [::1]"],
  ["*.127.0.0.1", "an address has no subdomains"],
  ["*.localhost", "an address has no subdomains"],
  ["/run/docker.sock", "it is no host name; write a host, *.domain, **.domain or host:port"],
])("%j is refused in an allow list", (entry, why) =>
  expect(readAccess({ allow: ["a.example", entry], deny: [] })).toEqual({
    kind: "invalid",
    problems: [{ list: "allow", index: 1, entry, why }],
  }),
);

test("two rules together open what either opens, and close what either denies", () => {
  const registry: EgressRule = (host) =>
    host === "registry.example" ? { kind: "allow", mayBePrivate: true } : { kind: "deny", reason: "only the registry" };
  const both = eitherRule(registry, ruleOf({ allow: ["a.example"], deny: ["denied.example"] }));
  expect(["registry.example", "a.example", "denied.example", "other.example"].map((host) => both(host, 443))).toEqual([
    { kind: "allow", mayBePrivate: true },
    { kind: "allow" },
    { kind: "deny", reason: "blocked-by-denylist" },
    { kind: "deny", reason: "only the registry" },
  ]);
  expect(eitherRule(registry, ruleOf({ deny: ["registry.example"] }))("registry.example", 443)).toEqual({
    kind: "deny",
    reason: "blocked-by-denylist",
  });
});
