import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { machine, main, root, user } from "./sudo-machine.ts";

describe.skipIf(!root)("what sudo starts", () => {
  /** Root, called as sudo calls it for the account 61002. What it keeps is named for a run that nobody else has. */
  const start = (on: Awaited<ReturnType<typeof machine>>) => {
    const run = {
      INPUT_PHASE: "solve",
      "INPUT_OPENAI-API-KEY": "sk-0123456789abcdef",
      GITHUB_RUN_ID: `9${process.pid}`,
    };
    const input = JSON.stringify({ environment: { ...on.env, ...run }, account: { name: "none", ...user } });
    const env = { PATH: on.env.PATH };
    const { status } = spawnSync(process.execPath, [main, "--handed-over"], { input: `${input}\n`, env, cwd: on.path });
    return { status, left: existsSync(`/var/lib/airlock/${run.GITHUB_RUN_ID}-1-solve`) };
  };

  test("leaves the paper and the outputs where the account has them, and nothing else", async () => {
    using on = await machine();
    expect(start(on)).toEqual({ status: 1, left: false });
    expect(JSON.parse(on.read("airlock-paper/stop.json"))).toMatchObject({ phase: "solve", kind: "failed" });
    expect(lstatSync(join(on.path, "airlock-paper/stop.json")).uid).toBe(user.uid);
    expect(on.read("files/output")).toContain(`\n${on.path}/airlock-paper\n`);
    expect(on.read("files/summary")).toContain("### Airlock solve: failed");
  });

  test("follows no link of the account: what is root's is neither written nor given away", async () => {
    using on = await machine({ "victim/stop.json": "root's" });
    symlinkSync(join(on.path, "victim"), join(on.path, "airlock-paper"));
    rmSync(join(on.path, "files/output"));
    symlinkSync(join(on.path, "victim/stop.json"), join(on.path, "files/output"));
    expect(start(on)).toEqual({ status: 1, left: false });
    expect(readdirSync(join(on.path, "victim"))).toEqual(["stop.json"]);
    expect({ text: on.read("victim/stop.json"), uid: lstatSync(join(on.path, "victim/stop.json")).uid }).toEqual({
      text: "root's",
      uid: 0,
    });
  });
});
