import { randomBytes } from "node:crypto";
import { explain } from "../errors.ts";
import { canaryFrom, canaryVariable } from "../text/canary.ts";
import { redact } from "../text/redact.ts";
import type { Crossing } from "./cross.ts";
import { handedOver, takeOver } from "./handover.ts";
import { type Inputs, jobsOfRoot, phaseOf, readInputs, readRunner } from "./inputs.ts";
import { inertLog } from "./log.ts";
import { programEnvironment } from "./program-environment.ts";
import { leaveFailure, type Shell } from "./shell.ts";

await main();

/** The action's only entry: reads the inputs of one phase and loads that phase alone. */
async function main(): Promise<void> {
  const abort = new AbortController();
  const end = () => abort.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const behind = process.argv.includes(handedOver);
  const root = behind && process.getuid?.() === 0;
  const taken = behind ? await takeOver(process.stdin, { onEnd: end, onGone: () => process.exit(1) }) : null;
  const environment = taken?.environment ?? { ...process.env };
  passOn(environment);
  const core = await import("@actions/core");
  const known: string[] = [];
  const log = inertLog((line) => core.info(redact(line, known)));
  try {
    const runner = readRunner(environment);
    const canary = canaryFrom(randomBytes(30));
    // Before anything is started. A child of this phase gets a list of allowed names, so this comes out only when a wall fell.
    if (phaseOf(environment) === "solve") process.env[canaryVariable] = canary.value;
    const shell: Shell = {
      runner,
      canary,
      hosted: environment["RUNNER_ENVIRONMENT"] === "github-hosted",
      user: environment["USER"] ?? "runner",
      // A sudo that makes nobody root changes nothing: this process is the account's own, and its sudo goes as it would have gone.
      account: root ? (taken?.account ?? null) : null,
      jobs: root ? jobsOfRoot(environment) : runner.temp,
      log,
      now: () => Date.now(),
      signal: abort.signal,
      output: (name, value) => core.setOutput(name, value),
      known,
      ...(import.meta.filename.endsWith(".mjs") ? { bundle: import.meta.dirname } : {}),
      programs: programEnvironment(environment),
      takeVariable: (name) => {
        const value = process.env[name];
        delete process.env[name];
        return value;
      },
      mask: (value) => {
        known.push(value);
        core.setSecret(value);
      },
      summary: async (markdown) => {
        // Only shown, never read: a summary that cannot be written must not hide how the phase ended.
        await core.summary
          .addRaw(markdown, true)
          .write()
          .catch((thrown: unknown) => log(`The job's summary was not written: ${explain(thrown).message}`));
      },
    };
    const inputs = await inputsOrPaper(shell, environment);
    const code = await elsewhere(inputs, { shell, environment, behind });
    if (code !== null) {
      process.exitCode = code;
      return;
    }
    core.startGroup(`Airlock: ${inputs.phase}`);
    await leaving(inputs.phase, shell, (within) => run(inputs, within));
  } catch (thrown) {
    const { message, fix } = explain(thrown);
    log(`fix: ${fix}`);
    core.setFailed(redact(message, known));
  } finally {
    core.endGroup();
    taken?.release();
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What programs that we start are given: neither our inputs nor the runner's own tokens. */
function passOn(environment: Environment): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && !/^(INPUT|ACTIONS)_/.test(name)) process.env[name] = value;
}

/** Wrong inputs are mostly a setting that was forgotten: the person who asked is told, from a paper like any other end. */
async function inputsOrPaper(shell: Shell, environment: Environment): Promise<Inputs> {
  try {
    return readInputs(environment);
  } catch (thrown) {
    const phase = phaseOf(environment);
    // Behind sudo, the one that started this process does it.
    if (phase !== null && shell.account === null) await leaveFailure(phase, shell, thrown);
    throw thrown;
  }
}

/** The phases that run anything may go on in another account; null: here. */
async function elsewhere(inputs: Inputs, around: Omit<Crossing, "inputs">): Promise<number | null> {
  if (!("separate-user" in inputs)) return null;
  const { crossOver } = await import("./cross.ts");
  return crossOver({ inputs, ...around });
}

/** Behind sudo, what is left must be the account's own, or gone. */
async function leaving(phase: Inputs["phase"], shell: Shell, work: (shell: Shell) => Promise<void>): Promise<void> {
  if (shell.account === null) return work(shell);
  const { leaveAccount } = await import("./give-back.ts");
  const files = { output: process.env["GITHUB_OUTPUT"], summary: process.env["GITHUB_STEP_SUMMARY"] };
  return leaveAccount(phase, { shell: { ...shell, account: shell.account }, files }, work);
}

async function run(inputs: Inputs, shell: Shell): Promise<void> {
  switch (inputs.phase) {
    case "gate":
      return await (await import("./gate.ts")).runGate(inputs, shell);
    case "prepare":
      return await (await import("./prepare.ts")).runPrepare(inputs, shell);
    case "solve":
      return await (await import("./solve.ts")).runSolve(inputs, shell);
    case "baseline":
      return await (await import("./baseline.ts")).runBaselineJob(inputs, shell);
    case "verify":
      return await (await import("./verify.ts")).runVerify(inputs, shell);
    case "publish":
      return await (await import("./publish.ts")).runPublish(inputs, shell);
  }
}
