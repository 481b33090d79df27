import { fstatSync, statSync } from "node:fs";
import { isatty } from "node:tty";
import { openPass } from "./pass.ts";
import type { Terminal } from "./verb.ts";

/** How writing ended. `gone`: whoever read it went away (`| head`). `failed`: it cannot be written, a full disk for example. */
export type Written = { kind: "all" } | { kind: "gone" } | { kind: "failed"; message: string };

/**
 * The real terminal. When our own lines cannot be written any more, the work is cancelled as by Ctrl-C, so that everything it opened is
 * closed; what a command writes is its own matter: it meets a closed pipe, as in a shell. `written` waits until all lines are out.
 */
export function openTerminal(
  environment: Terminal["environment"],
  plantCanary: Terminal["plantCanary"],
): {
  terminal: Terminal;
  written: () => Promise<Written>;
} {
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
  let ended: Written = { kind: "all" };
  const note = (error: unknown) => {
    if (ended.kind === "failed" || !(error instanceof Error)) return;
    const gone = "code" in error && error.code === "EPIPE";
    ended = gone ? { kind: "gone" } : { kind: "failed", message: error.message };
  };
  const opened = new Map<"stdout" | "stderr", NodeJS.WriteStream>();
  // At first use: making one takes Node a while, and most commands write to one of them only.
  const stream = (name: "stdout" | "stderr") => {
    const found = opened.get(name);
    if (found !== undefined) return found;
    const made = process[name];
    opened.set(name, made);
    made.on("error", (error) => {
      note(error);
      if (!passing.has(name)) abort.abort();
    });
    return made;
  };
  const passing = new Set<"stdout" | "stderr">();
  const pass = openPass(stream);
  const terminal: Terminal = {
    stdin: async () => Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)),
    ...(nothingToRead() ? {} : { input: process.stdin }),
    out: (line) => void stream("stdout").write(`${line}\n`),
    err: (line) => void stream("stderr").write(`${line}\n`),
    async pass(chunk, name) {
      passing.add(name);
      try {
        await pass(chunk, name);
      } catch (error) {
        note(error);
        throw error;
      }
    },
    async ask(question) {
      if (!isatty(0)) return null;
      const { createInterface } = await import("node:readline/promises");
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        const closed = new Promise<null>((resolve) => void prompt.once("close", () => resolve(null)));
        return await Promise.race([prompt.question(`${question} `, { signal: abort.signal }), closed]);
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
    written: async () => {
      for (const one of opened.values()) await new Promise<void>((resolve) => void one.write("", () => resolve()));
      return ended;
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
