import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { StepFailure } from "./limit.ts";
import type { User } from "./step-process.ts";

const kinds = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"] as const;

/** Bytes one step's summary may have before GitHub refuses it. */
const summaryBytesMax = 1_048_576;

/** The file commands of one step: a fresh empty file per kind, named to the step by its environment. */
export interface StepFiles {
  env: Record<string, string>;
  /** What the step wrote. Throws StepFailure for a file that GitHub would refuse. */
  read(): Promise<{ outputs: Record<string, string>; env: Record<string, string>; paths: string[]; summary: string }>;
}

/** Makes the files in `directory`, owned by whoever runs the step. `number` keeps the steps apart. */
export async function createStepFiles(directory: string, number: number, user: User | undefined): Promise<StepFiles> {
  await mkdir(directory, { recursive: true });
  const env: Record<string, string> = {};
  for (const kind of kinds) {
    const file = path.join(directory, `${kind.toLowerCase()}_${number}`);
    await writeFile(file, "");
    if (user) await chown(file, user.uid, user.gid);
    env[kind] = file;
  }
  const text = (kind: (typeof kinds)[number]) => readFile(env[kind] ?? "", "utf8");
  return {
    env,
    read: async () => {
      const summary = await text("GITHUB_STEP_SUMMARY");
      if (Buffer.byteLength(summary) > summaryBytesMax) throw new StepFailure("$GITHUB_STEP_SUMMARY is over 1024k");
      return {
        outputs: parsePairs(await text("GITHUB_OUTPUT"), "output"),
        env: allowed(parsePairs(await text("GITHUB_ENV"), "env")),
        paths: (await text("GITHUB_PATH")).split(/\r?\n/).filter((line) => line !== ""),
        summary,
      };
    },
  };
}

/** `name=value` lines and `name<<DELIMITER` blocks. Exported for its own test. */
export function parsePairs(text: string, kind: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, at + 1);
      if (delimiter === "" || end < 0)
        throw new StepFailure(`file command '${kind}': no closing delimiter for ${line}`);
      pairs[line.slice(0, heredoc)] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else if (equals > 0) pairs[line.slice(0, equals)] = line.slice(equals + 1);
    else throw new StepFailure(`file command '${kind}': invalid format '${line}'`);
  }
  return pairs;
}

/** GitHub refuses NODE_OPTIONS here, since it would run code in every later action, and ignores its own names. */
function allowed(env: Record<string, string>): Record<string, string> {
  if ("NODE_OPTIONS" in env)
    throw new StepFailure("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(GITHUB|RUNNER)_/.test(name)));
}
