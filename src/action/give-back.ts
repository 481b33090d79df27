import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AirlockError, explain } from "../errors.ts";
import type { Account } from "./handover.ts";
import type { Inputs } from "./inputs.ts";
import { artifactDirectory, paperDirectory, type Shell } from "./shell.ts";

/** The runner's files that outputs and the summary are appended to. They lie where the account can put a link in their place. */
export interface StepFiles {
  output: string | undefined;
  summary: string | undefined;
}

/** Milliseconds one program may take to write as the account, which can make any of its files one that never takes a byte. */
const writeMs = 30_000;

/**
 * Runs a phase behind sudo. Root writes nothing where the runner's account could put a link: papers wait in root's own directory, outputs
 * and summary in memory, and programs that run as the account carry them out at the end. Then the rest is removed; only a prepare that
 * succeeded leaves its directory, for the phase after it.
 * @throws what `work` throws; when it went well, AirlockError `bad-paper` for what could not be carried out.
 */
export async function leaveAccount(
  phase: Inputs["phase"],
  { shell, files }: { shell: Shell & { account: Account }; files: StepFiles },
  work: (shell: Shell) => Promise<void>,
): Promise<void> {
  let [output, summary, keep] = ["", "", false];
  const aside: Shell = {
    ...shell,
    output: (name, value) => void (output += block(name, value)),
    summary: async (markdown) => void (summary += `${markdown}\n`),
  };
  const carryOut = async () => {
    await carryPapers(shell);
    await append(files.output, output, shell.account);
    // Only shown, never read.
    await append(files.summary, summary, shell.account).catch((thrown: unknown) => shell.log(explain(thrown).message));
  };
  try {
    await work(aside).catch(async (ended: unknown) => {
      // How the phase ended goes before what became of its papers.
      await carryOut().catch((thrown: unknown) => shell.log(explain(thrown).message));
      throw ended;
    });
    await carryOut();
    keep = phase === "prepare";
  } finally {
    if (!keep && shell.jobs !== shell.runner.temp) await removeJobs(shell);
  }
}

/** A rest that stays is told; it must not change how a phase ended. */
async function removeJobs({ jobs, log }: Shell): Promise<void> {
  await rm(jobs, { recursive: true, force: true, maxRetries: 3 }).catch((thrown: unknown) =>
    log(`${jobs} could not be removed: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
  );
}

/** A phase without papers is fine. */
async function carryPapers(shell: Shell & { account: Account }): Promise<void> {
  const [from, to] = [paperDirectory(shell), artifactDirectory(shell)];
  const names = await readdir(from).catch(() => []);
  if (names.length > 0) await writeAs(shell.account, ["mkdir", "-p", "--", to], "");
  for (const name of names)
    await writeAs(shell.account, ["tee", "--", join(to, name)], await readFile(join(from, name)));
}

async function append(file: string | undefined, text: string, account: Account): Promise<void> {
  if (file !== undefined && text !== "") await writeAs(account, ["tee", "-a", "--", file], text);
}

/** One output in the form of the runner's file, which no value can end early. */
function block(name: string, value: string): string {
  const end = `airlock_${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}

/** Runs a program as the account with `input` on its stdin: whatever a path leads to, it is reached with the account's rights alone. */
async function writeAs({ uid, gid }: Account, words: [string, ...string[]], input: string | Buffer): Promise<void> {
  const [program, ...args] = words;
  const child = spawn(program, args, {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    uid,
    gid,
    stdio: ["pipe", "ignore", "ignore"],
    timeout: writeMs,
    killSignal: "SIGKILL",
  });
  // A program that ends early closes its stdin; its exit code tells.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  if (code === 0) return;
  throw new AirlockError({
    code: "bad-paper",
    message: `The runner's account cannot write ${args.at(-1)}: ${program} ended with exit code ${code}.`,
    fix: "Something in the job put another file or a link in that place. Use a fresh machine for every job.",
  });
}
