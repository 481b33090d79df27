import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { verifyAudit } from "../audit/log.ts";
import { AirlockError } from "../errors.ts";
import { exitCode, UsageError, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage: "audit verify FILE [--expect HEAD] [--json]",
  summary: "Checks every link of an audit log; with --expect also that nothing was cut off its end.",
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args,
      options: { json: { type: "boolean" }, expect: { type: "string" } },
      allowPositionals: true,
    });
    const [action, file, ...more] = positionals;
    if (action !== "verify" || file === undefined || more.length > 0) throw new UsageError("name one audit log");
    if (values.expect !== undefined && !/^[0-9a-f]{64}$/.test(values.expect))
      throw new UsageError("--expect takes 64 hexadecimal digits");
    const verdict = verifyAudit(await text(resolve(terminal.cwd, file)), values.expect);
    if (verdict.kind === "intact") {
      const summary = { kind: "intact", entries: verdict.entries.length, head: verdict.head };
      terminal.out(
        values.json === true ? JSON.stringify(summary) : `intact: ${summary.entries} entries, head ${summary.head}`,
      );
      return exitCode.done;
    }
    terminal.out(values.json === true ? JSON.stringify(verdict) : `broken at line ${verdict.line}: ${verdict.why}`);
    return exitCode.no;
  },
};

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new AirlockError({
      code: "bad-input",
      message: `${file} cannot be read.`,
      fix: "Name the audit.jsonl of a run's artifact.",
      cause,
    });
  }
}
