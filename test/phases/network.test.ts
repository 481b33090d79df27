import { expect, test } from "vitest";
import { openAudit } from "../../src/audit/log.ts";
import { NetworkRows } from "../../src/handoff/network.ts";
import { sayableNetwork, watchNetwork } from "../../src/phases/network.ts";

const asked = { host: "evil.example", port: 443, method: "CONNECT", allowed: false, reason: "blocked-by-allowlist" };
const audit = () => openAudit("solve", () => 0);

test("nothing is opened: there is no way out that could be asked", () => {
  expect(watchNetwork({ allow: [], deny: ["a.example"] }, audit())).toEqual({ rows: expect.any(Function) });
});

test("equal requests are one row with a count, and one entry of the log", () => {
  const log = audit();
  const network = watchNetwork({ allow: ["a.example"], deny: [] }, log);
  for (const host of ["evil.example", "other.example", "evil.example"])
    network.egress?.onDecision?.({ ...asked, host });
  expect(network.rows()).toEqual([
    { ...asked, count: 2 },
    { ...asked, host: "other.example", count: 1 },
  ]);
  expect(log.entries.map(({ event, data }) => [event, data["host"]])).toEqual([
    ["network.asked", "evil.example"],
    ["network.asked", "other.example"],
  ]);
  expect(network.egress?.rule("a.example", 443)).toEqual({ kind: "allow" });
});

test("a command that asks for everything fills neither paper nor log", () => {
  const log = audit();
  const network = watchNetwork({ allow: ["a.example"], deny: [] }, log);
  for (let count = 0; count < 5_000; count += 1)
    network.egress?.onDecision?.({ ...asked, host: `${"x".repeat(300)}${count}`, reason: "r".repeat(999) });
  for (let count = 0; count < 5_000; count += 1) network.egress?.onDecision?.({ ...asked, host: `h${count}.example` });
  expect(NetworkRows.safeParse(network.rows()).success).toBe(true);
  expect(network.rows()).toHaveLength(50);
  expect(log.entries).toHaveLength(51);
  expect(log.entries.at(-1)).toMatchObject({ event: "network.more", data: { kept: 50 } });
});

test("a name that carries a secret is a row without the name; its twin is said", async () => {
  const row = { ...asked, count: 1 };
  const hosts = ["Plum-Cake-7.evil.example".toLowerCase(), `akiaiosfodnn7examplf.evil.example`, "plain.example"];
  const said = await sayableNetwork(
    hosts.map((host) => ({ ...row, host })),
    ["Plum-Cake-7"],
  );
  expect(said[0]).toEqual({ ...row, host: "a name that holds a secret" });
  expect(said[2]).toEqual({ ...row, host: "plain.example" });
});
