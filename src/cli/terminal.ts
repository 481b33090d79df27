import { fstatSync, statSync } from "node:fs";
import { isatty } from "node:tty";
import type { Terminal } from "./verb.ts";

/**
 * The real terminal. When whoever reads the output goes away (`| head`), the work is cancelled as by Ctrl-C, so that everything it
 * opened is closed; `readerGone` waits until all that was written is out, and tells whether that happened.
 */
export function openTerminal(
  environment: Terminal["environment"],
  plantCanary: Terminal["plantCanary"],
): {
  terminal: Terminal;
  readerGone: () => Promise<boolean>;
} {
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
  let gone = false;
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      gone = true;
      abort.abort();
    });
  const terminal: Terminal = {
    stdin: async () => Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)),
    ...(nothingToRead() ? {} : { input: process.stdin }),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    async ask(question) {
      if (!isatty(0)) return null;
      const { createInterface } = await import("node:readline/promises");
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await prompt.question(`${question} `, { signal: abort.signal });
      } finally {
        prompt.close();
      }
    },
    environment,
    plantCanary,
    cwd: process.cwd(),
    now: () => Date.now(),
    signal: abort.signal,
  };
  return {
    terminal,
    readerGone: async () => {
      for (const stream of [process.stdout, process.stderr])
        await new Promise<void>((resolve) => void stream.write("", () => resolve()));
      return gone;
    },
  };
}

/** A terminal, which a sandboxed command never gets, and what is as good as closed. */
function nothingToRead(): boolean {
  if (isatty(0)) return true;
  try {
    const [input, empty] = [fstatSync(0), statSync("/dev/null")];
    return input.isCharacterDevice() && input.rdev === empty.rdev;
  } catch {
    return false;
  }
}
