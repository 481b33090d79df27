import { exec } from "@actions/exec";
import { mkdir } from "node:fs/promises";
import { AirlockError } from "../errors.ts";
import { Task } from "../handoff/task.ts";
import { dropSudo, type Exec, prepareHost } from "../phases/prepare-host.ts";
import { prepare } from "../phases/prepare.ts";
import type { InputsOf } from "./inputs.ts";
import { continueAudit, readPaper } from "./papers.ts";
import { checkoutAt, jobDirectory, onPaper, type Shell } from "./shell.ts";

/** Readies the machine for solve or verify. Needs no token and no key. */
export async function runPrepare(inputs: InputsOf<"prepare">, shell: Shell): Promise<void> {
  const { identity } = shell.runner;
  await mkdir(jobDirectory(shell), { recursive: true });
  await onPaper("prepare", shell, {
    begin: async () => {
      const directory = inputs.task;
      const task = await readPaper(Task, { directory, name: "task", digest: inputs["task-digest"], identity });
      const audit = await continueAudit("prepare", { directory, head: task.audit_head, through: [] }, shell.now);
      return { audit, papers: task };
    },
    work: async (_audit, task) => {
      await ready(inputs, task, shell);
      return null;
    },
  });
}

async function ready(inputs: InputsOf<"prepare">, task: Task, shell: Shell): Promise<void> {
  const { path } = shell.runner;
  const dir = jobDirectory(shell);
  const host = { exec: silent, root: process.getuid?.() === 0, dir, hosted: shell.hosted, onProgress: shell.log };
  if (inputs["setup-host"]) await prepareHost(host);
  else shell.log("setup-host is off: this machine is left as it is");
  const checkout = await checkoutAt(inputs.repository);
  await prepare(
    { dir, path, notFrom: [checkout] },
    {
      checkout,
      registry: await registry(),
      limits: task.config.limits,
      network: task.config.network.prepare,
      onProgress: shell.log,
      signal: shell.signal,
    },
  );
  if (inputs["drop-sudo"]) await dropSudo({ ...host, user: shell.user });
}

/** The runner obeys commands it reads from a child's output, so a child's output is never passed on. */
export const silent: Exec = (program, args) => quietly(program, args, {});

async function quietly(program: string, args: string[], where: { cwd?: string }): ReturnType<Exec> {
  let output = "";
  const listen = (data: Buffer) => {
    output = (output + data.toString("utf8")).slice(-10_000);
  };
  try {
    const code = await exec(program, args, {
      ...where,
      silent: true,
      ignoreReturnCode: true,
      listeners: { stdout: listen, stderr: listen },
    });
    return { code, output };
  } catch (thrown) {
    return { code: 127, output: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/**
 * The package registry of the machine's npm configuration; never a built-in name. It becomes the one host that installs reach, so npm is
 * asked in `/`, where no project's `.npmrc` lies: the job's own directory is the repository's.
 */
export async function registry(): Promise<URL> {
  const { code, output } = await quietly("npm", ["config", "get", "registry"], { cwd: "/" });
  const line = output
    .trim()
    .split("\n")
    .findLast((text) => /^https?:\/\//.test(text));
  if (code === 0 && line !== undefined && URL.canParse(line)) return new URL(line);
  throw new AirlockError({
    code: "install-failed",
    message: "The package registry is not known: `npm config get registry` gave no address.",
    fix: "Install npm on the runner, or set `registry` in its .npmrc.",
  });
}
