import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type AuditVerdict, verifyAudit } from "../audit/log.ts";
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
    if (values.expect !== undefined && !/^[0-9a-f]{64}$/i.test(values.expect))
      throw new UsageError("--expect takes 64 hexadecimal digits");
    const verdict = verifyAudit(await text(resolve(terminal.cwd, file)), values.expect);
    const summary = verdict.kind === "intact" ? { ...verdict, entries: verdict.entries.length } : verdict;
    terminal.out(values.json === true ? JSON.stringify(summary) : inWords(summary));
    return verdict.kind === "intact" ? exitCode.done : exitCode.no;
  },
};

type Summary = Exclude<AuditVerdict, { kind: "intact" }> | { kind: "intact"; entries: number; head: string };

function inWords(summary: Summary): string {
  switch (summary.kind) {
    case "intact":
      return `intact: ${entriesText(summary.entries)}, head ${summary.head}`;
    case "ends-elsewhere":
      return `ends elsewhere: its ${entriesText(summary.entries)} hold together, but the head is ${summary.head}, not ${summary.expected}`;
    case "broken":
      return `broken at line ${summary.line}: ${summary.why}`;
  }
}

function entriesText(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`;
}

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
