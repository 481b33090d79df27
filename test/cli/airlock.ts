import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sleepers } from "../sandbox/processes.ts";
import { temporaryDirectory } from "../workspace/repository.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");

export interface Ended {
  code: number | null;
  /** Lines of standard output, and of standard error. */
  out: string[];
  err: string[];
}

interface Start {
  cwd?: string;
  stdin?: string | Uint8Array;
  /** Beside PATH and HOME there is nothing in the environment but this. */
  env?: Record<string, string>;
  /** Sends SIGINT as soon as a `sleep` with such words runs. */
  interruptAt?: RegExp;
}

/** Runs the real command as its own process, without a terminal, with a directory of its own for temporary files. */
export async function airlock(args: string[], { cwd, stdin = "", env = {}, interruptAt }: Start = {}): Promise<Ended> {
  using temporary = temporaryDirectory();
  const child = spawn(process.execPath, [main, ...args], {
    cwd: cwd ?? temporary.path,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      TMPDIR: temporary.path,
      ...cacheIn(temporary.path),
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A verb that reads no input may be gone before all of it is written.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (interruptAt !== undefined) {
    while (child.exitCode === null && sleepers(interruptAt) < 2) await sleep(20);
    child.kill("SIGINT");
  }
  const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  return { code: await ended, out: lines(out), err: lines(err) };
}

/** No run finds what another one installed, unless a test names the place. */
const cacheIn = (directory: string) => ({ XDG_CACHE_HOME: join(directory, "cache") });

/** The one line of JSON that an inspecting verb prints. */
export function json({ out }: Ended): unknown {
  return JSON.parse(out.join("\n"));
}

function lines(bytes: Buffer): string[] {
  const text = bytes.toString("utf8").replace(/\n$/, "");
  return text === "" ? [] : text.split("\n");
}
