import { parseArgs } from "node:util";
import { explain } from "../errors.ts";
import { groundSandbox, temporaryDirectory } from "./ground.ts";
import { exitCode, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "doctor [--json]",
  summary: "Tries to establish the sandbox, prints every probe, and says what to change when one does not hold.",
  async run(args, terminal) {
    const { values } = parseArgs({ args, options: { json: { type: "boolean" } } });
    await using dir = await temporaryDirectory();
    try {
      const { certificate } = await groundSandbox(dir.path, terminal, terminal.cwd);
      if (values.json === true) {
        terminal.out(JSON.stringify({ kind: "ready", node: process.version, ...certificate }));
        return exitCode.done;
      }
      terminal.out(`node      ${process.version}`);
      terminal.out(`bwrap     ${certificate.bwrap}`);
      terminal.out(
        `runs as   ${certificate.uid === "separate" ? "another user than Airlock" : "the same user as Airlock"}`,
      );
      for (const { name, held, detail } of certificate.probes)
        terminal.out(`${held ? "held  " : "BROKEN"}    ${name}: ${detail}`);
      terminal.out(`The sandbox holds: ${certificate.probes.length} of ${certificate.probes.length} probes.`);
      return exitCode.done;
    } catch (thrown) {
      const { code, message, fix } = explain(thrown);
      if (values.json === true) terminal.out(JSON.stringify({ kind: "broken", code, message, fix }));
      else terminal.out(`BROKEN  ${message}\n  fix: ${fix}`);
      return exitCode.broken;
    }
  },
};
