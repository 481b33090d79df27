import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { establish } from "../../sandbox/open.ts";
import { hostPath, openDirectory } from "./room.ts";

test("when Airlock itself is killed, nothing of the sandbox stays behind", async () => {
  const dir = await openDirectory();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
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
  expect(sleepers(/98766[12]/)).toBeGreaterThan(0);
  airlock.kill("SIGKILL");
  await once(airlock, "exit");
  while (sleepers(/98766[12]/) > 0) await sleep(20);
  expect(sleepers(/98766[12]/)).toBe(0);
});

test("killed in the first moments of many starts, whatever stays is gone when the next sandbox is opened", async () => {
  const dir = await openDirectory();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const script = `
    import { establish } from ${url("open.ts")};
    import { runCommand } from ${url("run.ts")};
    const host = await establish({ path: process.argv[1], stateDir: process.argv[2] });
    const limits = { timeoutMs: 60000, output: { headBytes: 100, tailBytes: 100 } };
    console.log("established");
    for (let start = 0; start < 12; start += 1) {
      runCommand(host, { limits }, ["sleep", "987663"]);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }`;
  for (const delayMs of [2, 7, 12, 17, 22, 27]) {
    const airlock = spawn(process.execPath, ["--input-type=module", "-e", script, hostPath, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(airlock.stdout, "data");
    await sleep(delayMs);
    airlock.kill("SIGKILL");
    await once(airlock, "exit");
  }
  await establish({ path: hostPath, stateDir: dir });
  while (sleepers(/987663/) > 0) await sleep(20);
  expect(readdirSync(dir).filter((name) => name.startsWith("run-"))).toEqual([]);
});

test("opening a sandbox leaves the commands of another Airlock alone", async () => {
  const dir = await openDirectory();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const script = `
    import { establish } from ${url("open.ts")};
    import { runCommand } from ${url("run.ts")};
    const host = await establish({ path: process.argv[1], stateDir: process.argv[2] });
    const limits = { timeoutMs: 60000, output: { headBytes: 100, tailBytes: 100 } };
    const profile = { limits };
    const ran = await runCommand(host, profile, ["sh", "-c", "echo begun; read line; echo $line"], { stdin: process.stdin, onOutput: (chunk) => process.stdout.write(chunk) });
    console.log(ran.kind, ran.exitCode);`;
  const other = spawn(process.execPath, ["--input-type=module", "-e", script, hostPath, dir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  other.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes("begun")) await sleep(5);
  // In the very same directory too.
  await establish({ path: hostPath, stateDir: dir });
  other.stdin.end("still here\n");
  await once(other, "close");
  expect(said).toBe("begun\nstill here\nexited 0\n");
});

const url = (name: string) => JSON.stringify(new URL(`../../sandbox/${name}`, import.meta.url).href);

function sleepers(which: RegExp): number {
  return readdirSync("/proc").filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return /^\d+$/.test(name) && which.test(words) && !words.includes("establish");
    } catch {
      return false;
    }
  }).length;
}
