import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { hostPath, openDirectory } from "./room.ts";

test("when Airlock itself is killed, nothing of the sandbox stays behind", async () => {
  const dir = await openDirectory();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const url = (name: string) => JSON.stringify(new URL(`../../sandbox/${name}`, import.meta.url).href);
  const script = `
    import { establish } from ${url("open.ts")};
    import { runCommand } from ${url("run.ts")};
    const host = await establish({ path: process.argv[1], stateDir: process.argv[2] });
    const limits = { timeoutMs: 60000, output: { headBytes: 100, tailBytes: 100 } };
    await runCommand(host, { limits }, ["sh", "-c", "setsid sleep 987661 & echo started; sleep 987662"], { onOutput: (chunk) => process.stdout.write(chunk) });`;
  const airlock = spawn(process.execPath, ["--input-type=module", "-e", script, hostPath, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(airlock.stdout, "data");
  expect(sleepers()).toBeGreaterThan(0);
  airlock.kill("SIGKILL");
  await once(airlock, "exit");
  while (sleepers() > 0) await sleep(20);
  expect(sleepers()).toBe(0);
});

function sleepers(): number {
  return readdirSync("/proc").filter((name) => {
    try {
      return (
        /^\d+$/.test(name) &&
        /98766[12]/.test(readFileSync(`/proc/${name}/cmdline`, "utf8")) &&
        !readFileSync(`/proc/${name}/cmdline`, "utf8").includes("establish")
      );
    } catch {
      return false;
    }
  }).length;
}
