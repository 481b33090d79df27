import { randomBytes } from "node:crypto";
import { explain } from "../errors.ts";
import { canaryFrom, canaryVariable } from "../text/canary.ts";
import { redact } from "../text/redact.ts";
import { type Inputs, phaseOf, readInputs, readRunner } from "./inputs.ts";
import { inertLog } from "./log.ts";
import { leaveFailure, type Shell } from "./shell.ts";

await main();

/** The action's only entry: reads the inputs of one phase and loads that phase alone. */
async function main(): Promise<void> {
  const core = await import("@actions/core");
  const known: string[] = [];
  const log = inertLog((line) => core.info(redact(line, known)));
  try {
    const runner = readRunner(process.env);
    const abort = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
    const canary = canaryFrom(randomBytes(30));
    // Before anything is started. A child of this phase gets a list of allowed names, so this comes out only when a wall fell.
    if (phaseOf(process.env) === "solve") process.env[canaryVariable] = canary.value;
    const shell: Shell = {
      runner,
      canary,
      hosted: process.env["RUNNER_ENVIRONMENT"] === "github-hosted",
      user: process.env["USER"] ?? "runner",
      log,
      now: () => Date.now(),
      signal: abort.signal,
      output: (name, value) => core.setOutput(name, value),
      known,
      ...(import.meta.filename.endsWith(".mjs") ? { bundle: import.meta.dirname } : {}),
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
    const inputs = await inputsOrPaper(shell);
    core.startGroup(`Airlock: ${inputs.phase}`);
    await run(inputs, shell);
  } catch (thrown) {
    const { message, fix } = explain(thrown);
    log(`fix: ${fix}`);
    core.setFailed(redact(message, known));
  } finally {
    core.endGroup();
  }
}

/** Wrong inputs are mostly a setting that was forgotten: the person who asked is told, from a paper like any other end. */
async function inputsOrPaper(shell: Shell): Promise<Inputs> {
  try {
    return readInputs(process.env);
  } catch (thrown) {
    const phase = phaseOf(process.env);
    if (phase !== null) await leaveFailure(phase, shell, thrown);
    throw thrown;
  }
}

async function run(inputs: Inputs, shell: Shell): Promise<void> {
  switch (inputs.phase) {
    case "gate":
      return await (await import("./gate.ts")).runGate(inputs, shell);
    case "prepare":
      return await (await import("./prepare.ts")).runPrepare(inputs, shell);
    case "solve":
      return await (await import("./solve.ts")).runSolve(inputs, shell);
    case "verify":
      return await (await import("./verify.ts")).runVerify(inputs, shell);
    case "publish":
      return await (await import("./publish.ts")).runPublish(inputs, shell);
  }
}
