import { spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { userInfo } from "node:os";
import { AirlockError } from "../errors.ts";
import type { Exec } from "../phases/prepare-host.ts";
import { decideAccount } from "./account.ts";
import { type Account, endLine, handedOver, type Handover } from "./handover.ts";
import { type Inputs, jobsOfRoot } from "./inputs.ts";
import { programEnvironment } from "./program-environment.ts";
import { artifactDirectory, jobDirectory, leaveFailure, type Shell } from "./shell.ts";
import { silent } from "./silent.ts";

export interface Crossing {
  inputs: Extract<Inputs, { "separate-user": string }>;
  shell: Shell;
  /** The environment that the runner prepared, inputs included. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Whether this process is the one that sudo started. */
  behind: boolean;
}

/** A control group of its own, below which the sandbox may make one for each command. */
const scope = ["systemd-run", "--scope", "--quiet", "--collect", "-p", "Delegate=yes", "--"];
/** What Node reads before any line of ours: these are no secrets, and go by the command line. */
const startUp = ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"];

/**
 * Starts this very program again as root, when the job is to run so, and waits for it. Root drops every sandboxed process to a user
 * of its own, so that the process with the model's key is another user's for whatever escapes.
 * Out: the exit code of the program behind sudo, or null: go on here.
 * @throws AirlockError when another user is required and impossible. That is on paper by then.
 */
export async function crossOver(crossing: Crossing): Promise<number | null> {
  const { inputs, shell, behind } = crossing;
  try {
    return await (behind ? arrive(crossing) : attempt(crossing));
  } catch (thrown) {
    await leaveFailure(inputs.phase, shell, thrown);
    throw thrown;
  }
}

async function attempt(crossing: Crossing): Promise<number | null> {
  const { inputs, shell, environment } = crossing;
  const { hosted, log } = shell;
  const wish = inputs["separate-user"];
  const root = process.getuid?.() === 0;
  const worthAsking = !root && wish !== "off" && (hosted || wish === "require");
  const sudo = worthAsking && (await probe(environment)("sudo", ["-n", "true"])).code === 0;
  const decision = decideAccount({ wish, root, hosted, sudo });
  switch (decision.kind) {
    case "stay":
      if (!root && (await exists(jobDirectory({ jobs: jobsOfRoot(environment) })))) throw lost();
      log(decision.why);
      return null;
    case "refuse":
      throw new AirlockError({ code: "sandbox-unavailable", message: decision.message, fix: decision.fix });
    case "cross":
      return behindSudo(crossing);
  }
}

/** Nothing was taken out of the step's environment yet, so the programs that are tried are not given it. */
function probe(environment: Crossing["environment"]): Exec {
  return silent(programEnvironment(environment));
}

/** Behind sudo: whether it made us root is seen, not believed. */
async function arrive({ inputs, shell }: Crossing): Promise<null> {
  if (process.getuid?.() === 0) return null;
  if (inputs["separate-user"] === "require") {
    throw new AirlockError({
      code: "sandbox-unavailable",
      message: "`separate-user: require`: sudo works, but does not make this process root.",
      fix: "Let the runner's account run any command as root, or set `separate-user: auto`.",
    });
  }
  shell.log("sudo does not make this process root: sandboxed processes are its own account's");
  return null;
}

function lost(): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: "The prepare step of this job ran behind sudo, and this step cannot.",
    fix: "Give prepare, solve and verify the same `separate-user`, and let no step between them take sudo away.",
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function behindSudo({ inputs, shell, environment }: Crossing): Promise<number> {
  const { log, signal } = shell;
  const scoped = (await probe(environment)("sudo", ["-n", "--", ...scope, "true"])).code === 0;
  log(
    `going on behind sudo, so that sandboxed processes are a user's that nobody else is (${scoped ? "in a control group of its own" : "no control group: systemd-run does not work here"})`,
  );
  const handover: Handover = { environment: defined(environment), account: ownAccount(shell) };
  const given = startUp.flatMap((key) => (environment[key] === undefined ? [] : [`${key}=${environment[key]}`]));
  const self = [process.execPath, ...process.execArgv, process.argv[1] ?? "", handedOver];
  const child = spawn("sudo", ["-n", "--", ...(scoped ? scope : []), "env", ...given, ...self], {
    // The key is in neither of these: sudo and whatever lies between are given nothing but the way to programs.
    env: { PATH: environment["PATH"] ?? "/usr/bin:/bin" },
    stdio: ["pipe", "inherit", "inherit"],
  });
  // A program that ends early closes its stdin; its exit code tells.
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify(handover)}\n`);
  const stop = () => child.stdin.write(`${endLine}\n`);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  signal.removeEventListener("abort", stop);
  child.stdin.destroy();
  if (code !== 0 && !(await exists(artifactDirectory(shell)))) await leaveFailure(inputs.phase, shell, silentEnd(code));
  return code;
}

/** An account may be a number alone, as containers have them; the runner's own word for it is as good. */
function ownAccount({ user }: Shell): Account {
  const { getuid, getgid } = process;
  try {
    const { username: name, uid, gid } = userInfo();
    return { name, uid, gid };
  } catch {
    return { name: user, uid: getuid?.() ?? 0, gid: getgid?.() ?? 0 };
  }
}

function silentEnd(code: number): AirlockError {
  return new AirlockError({
    code: "sandbox-unavailable",
    message: `The phase behind sudo ended with exit code ${code} before it could leave a paper.`,
    fix: "Look at the job's log. `separate-user: off` runs the phase in the runner's own account.",
  });
}

function defined(environment: Crossing["environment"]): Record<string, string> {
  const pairs = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(pairs);
}
