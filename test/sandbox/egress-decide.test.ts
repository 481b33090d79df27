import { beforeAll, describe, expect, test } from "vitest";
import { connectTo, get, only, openProxy, openSite, say } from "./proxy-room.ts";
import { portOf } from "./room.ts";
import type { Egress } from "../../sandbox/sandbox.ts";

const site = openSite();
let port: number;
beforeAll(() => {
  port = portOf(site);
});

describe("names and their answers", () => {
  test("a name is looked up once: what it leads to later does not count", async () => {
    const answers = [["192.0.2.0"], ["93.184.216.34"]];
    const { proxy, resolved } = openProxy({
      egress: { rule: only("a.example") },
      resolve: async () => answers.shift() ?? [],
    });
    for (const _try of [1, 2])
      expect(await say(proxy, connectTo("a.example", 443))).toMatch(/leads to a private address/);
    expect(resolved).toEqual(["a.example"]);
  });

  test.each([
    "127.0.0.1",
    "10.0.0.5",
    "169.254.169.254",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
    "fd00:ec2::254",
  ])("a name that leads to %s reaches nothing", async (address) => {
    const { proxy, decisions } = openProxy({ egress: { rule: only("a.example") }, resolve: async () => [address] });
    expect(await say(proxy, connectTo("a.example", port))).toMatch(/^HTTP\/1.1 403/);
    expect(decisions).toEqual([`CONNECT a.example:${port} blocked-by-policy: the name leads to a private address`]);
  });

  test("the twin: the machine's own registry may lie on a private address, and on a metadata service never", async () => {
    const rule: Egress["rule"] = () => ({ kind: "allow", mayBePrivate: true });
    const reached = openProxy({ egress: { rule }, resolve: async () => ["127.0.0.1"] });
    const url = `http://registry.example:${port}/a`;
    expect(await get(reached.proxy, url)).toMatchObject({ status: 200, body: "GET /a" });
    const metadata = openProxy({ egress: { rule }, resolve: async () => ["169.254.169.254"] });
    expect(await get(metadata.proxy, url)).toMatchObject({ status: 403, reason: "blocked-by-policy" });
  });

  test("names without end are not looked up", async () => {
    const { proxy, resolved, decisions } = openProxy({ egress: { rule: () => ({ kind: "allow" }) } });
    for (let count = 0; count < 1_100; count += 1) await say(proxy, connectTo(`n${count}.example`, 443));
    expect(resolved.length).toBe(1_000);
    expect(decisions.at(-1)).toBe("CONNECT n1099.example:443 blocked-by-policy: too many names");
  });

  test("names that do not exist count as well", async () => {
    const { proxy, resolved, decisions } = openProxy({
      egress: { rule: () => ({ kind: "allow" }) },
      resolve: () => Promise.reject(new Error("no such name")),
    });
    for (let count = 0; count < 1_100; count += 1) await say(proxy, connectTo(`n${count}.example`, 443));
    expect(resolved.length).toBe(1_000);
    expect(decisions.at(-1)).toBe("CONNECT n1099.example:443 blocked-by-policy: too many names");
  });

  test("DNS over HTTPS is a host like any other", async () => {
    const { proxy, decisions } = openProxy({ egress: { rule: only("a.example") } });
    await say(proxy, connectTo("dns.google", 443));
    expect(decisions).toEqual(["CONNECT dns.google:443 blocked-by-allowlist: not listed"]);
  });
});
