import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { separateUser } from "../../sandbox/open.ts";
import { type AccountFacts, decideAccount } from "../../src/action/account.ts";

const hosted: AccountFacts = { wish: "auto", root: false, hosted: true, sudo: true };

test.each<[string, Partial<AccountFacts>, "cross" | RegExp]>([
  ["a hosted machine with sudo", {}, "cross"],
  ["a hosted machine whose sudo is gone", { sudo: false }, /^sudo does not work without a password/],
  ["a machine of somebody's own is left alone", { hosted: false }, /^self-hosted runner/],
  ["unless it is asked for there", { hosted: false, wish: "require" }, "cross"],
  ["off", { wish: "off" }, /^separate-user is off/],
  ["off, wherever", { wish: "off", hosted: false, sudo: false }, /^separate-user is off/],
  ["root has another user already", { root: true }, /^this job runs as root/],
  ["root, also when it is required", { root: true, wish: "require", sudo: false }, /^this job runs as root/],
  ["root, also when it is off", { root: true, wish: "off" }, /^this job runs as root/],
])("%s", (_title, facts, expected) => {
  const decision = decideAccount({ ...hosted, ...facts });
  const saying: unknown = expect.stringMatching(expected);
  expect(decision).toEqual(expected === "cross" ? { kind: "cross" } : { kind: "stay", why: saying });
});

test.each([true, false])("required and impossible is a refusal with the mending (hosted: %s)", (hostedToo) => {
  expect(decideAccount({ wish: "require", root: false, hosted: hostedToo, sudo: false })).toEqual({
    kind: "refuse",
    message: "`separate-user: require` needs sudo without a password, and `sudo -n true` fails.",
    fix: expect.stringContaining("separate-user: auto"),
  });
});

const root = process.getuid?.() === 0;
if (!root)
  process.stderr.write("who can read whose environment: NOT RUN: only root can start processes of two users\n");

test.runIf(root).each([
  ["another user reads nothing of the process that holds the key", { uid: 0, gid: 0 }, separateUser, ""],
  ["the twin: the same user reads all of it", separateUser, separateUser, "KEY=sk-0123456789"],
])("%s", async (...[, holder, reader, seen]) => {
  const env = { KEY: "sk-0123456789" };
  const holding = spawn("/bin/sh", ["-c", "echo up; read -r line"], { env, cwd: "/", ...holder });
  try {
    await once(holding.stdout, "data");
    const cat = spawnSync("cat", [`/proc/${holding.pid}/environ`], { cwd: "/", encoding: "utf8", ...reader });
    expect(
      cat.stdout
        .replaceAll("\0", "\n")
        .split("\n")
        .find((line) => line.startsWith("KEY=")) ?? "",
    ).toBe(seen);
    expect(cat.stderr.includes("Permission denied")).toBe(seen === "");
  } finally {
    holding.stdin.end();
    await once(holding, "exit");
  }
});
