import { explain } from "../errors.ts";
import { readInputs, readRunner } from "./inputs.ts";
import { inertLog } from "./log.ts";
import type { Shell } from "./shell.ts";

await main();

/** The action's only entry: reads the inputs of one phase and loads that phase alone. */
async function main(): Promise<void> {
  const core = await import("@actions/core");
  const log = inertLog((line) => core.info(line));
  try {
    const inputs = readInputs(process.env);
    const runner = readRunner(process.env);
    const abort = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
    const shell: Shell = {
      runner,
      hosted: process.env["RUNNER_ENVIRONMENT"] === "github-hosted",
      user: process.env["USER"] ?? "runner",
      log,
      now: () => Date.now(),
      signal: abort.signal,
      output: (name, value) => core.setOutput(name, value),
      mask: (value) => core.setSecret(value),
      summary: async (markdown) => {
        await core.summary.addRaw(markdown, true).write();
      },
      fail: (message) => core.setFailed(message),
    };
    core.startGroup(`Airlock: ${inputs.phase}`);
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
  } catch (thrown) {
    const { message, fix } = explain(thrown);
    log(`fix: ${fix}`);
    core.setFailed(message);
  } finally {
    core.endGroup();
  }
}
