import { createInterface } from "node:readline/promises";
import { explain } from "../errors.ts";
import { exitCode, type Terminal, UsageError, type Verb } from "./verb.ts";

/** Each verb is loaded when it is used: `airlock parse` needs no sandbox. */
const verbs: Record<string, () => Promise<{ verb: Verb }>> = {
  fix: () => import("./fix.ts"),
  exec: () => import("./exec.ts"),
  verify: () => import("./verify.ts"),
  risk: () => import("./risk.ts"),
  sandbox: () => import("./sandbox.ts"),
  doctor: () => import("./doctor.ts"),
  parse: () => import("./parse.ts"),
  sanitize: () => import("./sanitize.ts"),
  audit: () => import("./audit.ts"),
  app: () => import("./app.ts"),
};

process.exitCode = await main(process.argv.slice(2), terminal());

async function main(args: string[], terminal: Terminal): Promise<number> {
  const [name = "help", ...rest] = args;
  if (["help", "--help", "-h"].includes(name)) return help(terminal.out);
  const load = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (load === undefined) {
    terminal.err(`airlock: there is no verb "${name}"`);
    await help(terminal.err);
    return exitCode.usage;
  }
  const { verb } = await load();
  if (rest.includes("--help") && !rest.slice(0, rest.indexOf("--help")).includes("--")) {
    terminal.out(`airlock ${verb.usage}\n${verb.summary}`);
    return exitCode.done;
  }
  return runVerb(verb, rest, terminal);
}

async function runVerb(verb: Verb, args: string[], terminal: Terminal): Promise<number> {
  try {
    return await verb.run(args, terminal);
  } catch (thrown) {
    if (thrown instanceof UsageError || isParseArgsError(thrown)) {
      terminal.err(`airlock: ${thrown.message}\nusage: airlock ${verb.usage}`);
      return exitCode.usage;
    }
    const { code, message, fix } = explain(thrown);
    terminal.err(`airlock: ${message}\n  fix: ${fix}`);
    if (code === "internal" && thrown instanceof Error) terminal.err(thrown.stack ?? "");
    return code === "bad-input" ? exitCode.usage : exitCode.broken;
  }
}

function isParseArgsError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("ERR_PARSE_ARGS");
}

async function help(print: (line: string) => void): Promise<number> {
  print("airlock: turns a task into a change that has proved itself\n");
  for (const load of Object.values(verbs)) {
    const { verb } = await load();
    print(`  airlock ${verb.usage}\n      ${verb.summary}`);
  }
  print("\nExit codes: 0 done, 1 the answer is no, 2 wrong use, 3 broken environment.");
  return exitCode.done;
}

function terminal(): Terminal {
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
  return {
    stdin: async () => Buffer.concat(await Array.fromAsync(process.stdin as AsyncIterable<Buffer>)),
    ...(process.stdin.isTTY ? {} : { input: process.stdin }),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    async ask(question) {
      if (!process.stdin.isTTY) return null;
      const prompt = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await prompt.question(`${question} `);
      } finally {
        prompt.close();
      }
    },
    environment: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    signal: abort.signal,
  };
}
