import { dropSudo } from "../phases/prepare-host.ts";
import { jobDirectory, type Shell } from "./shell.ts";
import { silent } from "./silent.ts";

/**
 * Behind sudo: takes sudo from the runner's account now that this process needs it no more, before the model is asked and before any
 * code of the repository runs. Elsewhere prepare has done it.
 */
export async function dropBehind(inputs: { "drop-sudo": boolean }, shell: Shell): Promise<void> {
  if (shell.account === null || !inputs["drop-sudo"]) return;
  const { hosted, log } = shell;
  const order = { exec: silent(shell.programs), root: true, dir: jobDirectory(shell), hosted, onProgress: log };
  await dropSudo({ ...order, user: shell.account.name, behind: true });
}
