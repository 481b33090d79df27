import { mkdir } from "node:fs/promises";
import type { AuditLog } from "../audit/log.ts";
import { AirlockError } from "../errors.ts";
import type { Task } from "../handoff/task.ts";
import { dropSudo, prepareHost } from "../phases/prepare-host.ts";
import type { MachineCache } from "../phases/machine-cache.ts";
import { prepare } from "../phases/prepare.ts";
import { setupSecrets } from "../phases/setup-secrets.ts";
import type { InputsOf } from "./inputs.ts";
import { beginFromTask } from "./papers.ts";
import { placeOf } from "./place.ts";
import { checkoutAt, jobDirectory, onPaper, type Shell } from "./shell.ts";
import { silent } from "./silent.ts";

/** Readies the machine for solve or verify. Needs no token and no key; the secrets of `[setup]` are given to this step alone. */
export async function runPrepare(inputs: InputsOf<"prepare">, shell: Shell): Promise<void> {
  await mkdir(jobDirectory(shell), { recursive: true });
  await onPaper("prepare", shell, {
    begin: () => beginFromTask("prepare", inputs, shell),
    work: async (audit, task) => {
      await ready(inputs, { task, audit }, shell);
      return null;
    },
  });
}

async function ready(
  inputs: InputsOf<"prepare">,
  { task, audit }: { task: Task; audit: AuditLog },
  shell: Shell,
): Promise<void> {
  const dir = jobDirectory(shell);
  // First of all: whatever is started from here on inherits this process's environment.
  const secrets = setupSecrets(task.config.setup, shell.takeVariable, shell.mask);
  const host = {
    exec: silent(shell.programs),
    root: process.getuid?.() === 0,
    dir,
    hosted: shell.hosted,
    onProgress: shell.log,
  };
  if (inputs["setup-host"]) await prepareHost(host);
  else shell.log("setup-host is off: this machine is left as it is");
  // Before anything of the repository is at work: an install runs other people's programs, if only in the sandbox.
  if (inputs["drop-sudo"] && shell.account === null) await dropSudo({ ...host, user: shell.user });
  const checkout = await checkoutAt(inputs.repository);
  const { sandbox } = await prepare(placeOf(shell, checkout), {
    checkout,
    task,
    secrets,
    audit,
    registry: await registry(shell),
    cache: cacheOf(inputs, shell),
    onProgress: shell.log,
    signal: shell.signal,
  });
  await sandbox[Symbol.asyncDispose]();
  if (inputs["drop-sudo"] && shell.account !== null)
    shell.log("the runner's account keeps sudo until the next phase is behind it, and then loses it");
}

/** Only a machine that lasts has something to keep, and only where its owner named the place. */
function cacheOf({ "environment-cache": root }: InputsOf<"prepare">, shell: Shell): MachineCache | null {
  if (root === undefined) return null;
  if (!shell.hosted) return { root, now: shell.now };
  shell.log("environment-cache is not used: this machine is GitHub's own and starts empty");
  return null;
}

/**
 * The package registry of the machine's npm configuration; never a built-in name. It becomes the one host that installs reach, so npm is
 * asked in `/`, where no project's `.npmrc` lies: the job's own directory is the repository's.
 */
export async function registry({ programs }: Pick<Shell, "programs">): Promise<URL> {
  const { code, output } = await silent(programs, "/")("npm", ["config", "get", "registry", "--logs-max=0"]);
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
