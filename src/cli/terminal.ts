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
  const opened = new Map<"stdout" | "stderr", NodeJS.WriteStream>();
  // At first use: making one takes Node a while, and most commands write to one of them only.
  const stream = (name: "stdout" | "stderr") => {
    const found = opened.get(name);
    if (found !== undefined) return found;
    const made = process[name];
    opened.set(name, made);
    made.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      gone = true;
      abort.abort();
    });
    return made;
  };
  const terminal: Terminal = {
    stdin: async () => Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)),
    ...(nothingToRead() ? {} : { input: process.stdin }),
    out: (line) => void stream("stdout").write(`${line}\n`),
    err: (line) => void stream("stderr").write(`${line}\n`),
    pass: (chunk, name) => void stream(name).write(chunk),
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
      for (const one of opened.values()) await new Promise<void>((resolve) => void one.write("", () => resolve()));
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
