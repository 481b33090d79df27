import { explain } from "../errors.ts";
import { openTerminal } from "./terminal.ts";
import { Cancelled, exitCode, type Terminal, UsageError, type Verb } from "./verb.ts";
import { version } from "./version.ts";

/** Each verb is loaded when it is used: `airlock parse` needs no sandbox. */
const verbs: Record<string, () => Promise<{ verb: Verb }>> = {
  fix: () => import("./fix.ts"),
  ask: () => import("./ask.ts"),
  plan: () => import("./plan.ts"),
  bump: () => import("./bump.ts"),
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

/** As a shell reports a program that wrote into a closed pipe: 128 + SIGPIPE. */
const pipeClosed = 141;
/** As in sandbox.ts, which is loaded only when it is used. */
const sandboxBroken = 125;

/**
 * Runs the command line. In: the arguments after the program, the environment, and how a variable is planted in it before anything is
 * started. Out: the exit code. Never throws.
 */
export async function main(
  args: string[],
  environment: Terminal["environment"],
  plant: (name: string, value: string) => void,
): Promise<number> {
  const { terminal, written } = openTerminal(environment, async () => {
    // Loaded only by the verbs that let an agent work: node:crypto takes longer than a short command.
    const [{ randomBytes }, { canaryFrom, canaryVariable }] = await Promise.all([
      import("node:crypto"),
      import("../text/canary.ts"),
    ]);
    const canary = canaryFrom(randomBytes(30));
    plant(canaryVariable, canary.value);
    return canary;
  });
  const code = await dispatch(args, terminal);
  const out = await written();
  switch (out.kind) {
    case "all":
      return code;
    case "gone":
      return pipeClosed;
    case "failed":
      terminal.err(`airlock: the output could not be written whole: ${out.message}`);
      // `sandbox` has codes of its own: the others are its command's.
      return args[0] === "sandbox" ? sandboxBroken : exitCode.broken;
  }
}

async function dispatch(args: string[], terminal: Terminal): Promise<number> {
  const [name = "help", ...rest] = args;
  if (["--version", "-V", "version"].includes(name)) {
    terminal.out(`airlock ${await version()}`);
    return exitCode.done;
  }
  const asked = ["help", "--help", "-h"].includes(name);
  const wanted = asked ? rest[0] : name;
  if (wanted === undefined) return help(terminal.out);
  const load = Object.hasOwn(verbs, wanted) ? verbs[wanted] : undefined;
  if (load === undefined) {
    terminal.err(`airlock: there is no verb "${wanted}"`);
    await help(terminal.err);
    return exitCode.usage;
  }
  const { verb } = await load();
  if (asked || (rest.includes("--help") && !rest.slice(0, rest.indexOf("--help")).includes("--"))) {
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
    if (terminal.signal.aborted && isCancelled(thrown)) {
      terminal.err(`airlock: ${thrown instanceof Cancelled ? thrown.message : "Stopped."}`);
      return exitCode.no;
    }
    const { code, message, fix } = explain(thrown);
    terminal.err(`airlock: ${message}\n  fix: ${fix}`);
    if (code === "internal" && thrown instanceof Error) terminal.err(thrown.stack ?? "");
    return code === "bad-input" || code === "bad-config" ? exitCode.usage : exitCode.broken;
  }
}

function isParseArgsError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("ERR_PARSE_ARGS");
}

/** What a wait throws when Ctrl-C ends it, ours and Node's own. */
function isCancelled(thrown: unknown): boolean {
  return thrown instanceof Cancelled || (thrown instanceof Error && thrown.name === "AbortError");
}

async function help(print: (line: string) => void): Promise<number> {
  print("airlock: turns a task into a change that has proved itself\n");
  for (const load of Object.values(verbs)) {
    const { verb } = await load();
    print(`  airlock ${verb.usage}\n      ${verb.summary}`);
  }
  print("\nMore: airlock help VERB, airlock --version");
  print("Exit codes: 0 done, 1 the answer is no, 2 wrong use or input, 3 broken environment.");
  return exitCode.done;
}
