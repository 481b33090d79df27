import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

function place() {
  const temporary = temporaryDirectory();
  const workspace = join(temporary.path, "workspace");
  writeFiles(workspace, { "a.txt": "a\n" });
  return { ...temporary, workspace };
}

/** What comes out of the command as it is, and the first piece of it. */
async function heard(cwd: string, command: string[]): Promise<{ first: unknown; out: Buffer; err: string }> {
  const child = spawn(process.execPath, [main, "sandbox", "--", ...command], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => void out.push(chunk));
  const err = text(child.stderr);
  await once(child, "close");
  return { first: out[0], out: Buffer.concat(out), err: await err };
}

test("a command is heard while it runs, byte for byte, however much it says", async () => {
  using at = place();
  const said = await heard(at.workspace, [
    "sh",
    "-c",
    "printf 'a\\377'; sleep 0.5; printf b >&2; head -c 20000000 /dev/zero",
  ]);
  expect({ first: said.first, bytes: said.out.byteLength, begin: said.out.subarray(0, 3), err: said.err }).toEqual({
    first: Buffer.from([0x61, 0xff]),
    bytes: 20_000_002,
    begin: Buffer.from([0x61, 0xff, 0]),
    err: "b",
  });
});

describe("whoever takes the output", () => {
  const through = (cwd: string, script: string) =>
    new Promise<{ code: number | null; err: string }>((resolve) => {
      const airlockWords = `"$NODE" "$MAIN" sandbox`;
      const child = spawn("bash", ["-c", `set -o pipefail; ${script.replaceAll("AIRLOCK", airlockWords)}`], {
        cwd,
        env: { ...process.env, NODE: process.execPath, MAIN: main },
        stdio: ["ignore", "ignore", "pipe"],
      });
      const err = text(child.stderr);
      child.once("close", (code) => void err.then((said) => resolve({ code, err: said })));
    });

  test("and goes away closes the command's pipe, as in a shell: what minds ends, what does not goes on", async () => {
    using at = place();
    expect((await through(at.workspace, "AIRLOCK -- yes | head -c 10")).code).toBe(141);
    const stubborn = `trap "" PIPE; echo x; sleep 1; echo y; echo z; echo done > done.txt`;
    await through(at.workspace, `AIRLOCK -s workspace-write -- sh -c '${stubborn}' | head -n 1`);
    expect(readFileSync(join(at.workspace, "done.txt"), "utf8")).toBe("done\n");
  });

  test("and cannot is told, with a code of the sandbox's own, and what the command wrote stays", async () => {
    using at = place();
    const script = "AIRLOCK -s workspace-write -- sh -c 'echo 1 > made.txt; echo out' > /dev/full";
    const { code, err } = await through(at.workspace, script);
    expect({ code, err }).toEqual({ code: 125, err: expect.stringContaining("could not be written whole: ENOSPC") });
    expect(readFileSync(join(at.workspace, "made.txt"), "utf8")).toBe("1\n");
  });

  test("and is slow slows the command down: it is not kept in our memory", async () => {
    using at = place();
    const child = spawn(process.execPath, [main, "sandbox", "--timeout", "4", "--", "yes"], {
      cwd: at.workspace,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.pause();
    let peak = 0;
    for (let looks = 0; looks < 25; looks += 1) {
      await sleep(200);
      peak = Math.max(peak, peakMiB(child.pid));
    }
    child.stdout.resume();
    await once(child, "close");
    // 16 MiB of output are kept, and Node itself is some 60 MiB.
    expect([peak > 20, peak < 250]).toEqual([true, true]);
  });

  function peakMiB(pid: number | undefined): number {
    const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, "utf8") : "";
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  }

  test("being a terminal that stands still: the time-out counts all the same", async () => {
    using at = place();
    const { code, err } = await through(at.workspace, `python3 -c '${stalled}' "$NODE" "$MAIN"`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  /** A terminal whose other end reads nothing for a while, and whether the command had ended by then. */
  const stalled = [
    "import os, pty, subprocess, sys, time",
    "ours, theirs = pty.openpty()",
    'child = subprocess.Popen([sys.argv[1], sys.argv[2], "sandbox", "--timeout", "2", "--", "sh", "-c", "exec yes 987641"], stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.DEVNULL)',
    'running = lambda: subprocess.run(["pgrep", "-f", "^yes 987641$"], capture_output=True).returncode == 0',
    "deadline = time.time() + 30",
    "while not running() and time.time() < deadline: time.sleep(0.05)",
    "began = running()",
    "while running() and time.time() < deadline: time.sleep(0.2)",
    "ended = not running()",
    "child.kill()",
    "child.wait()",
    "sys.exit(0 if began and ended else 3)",
  ].join("\n");
});
