import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { BuiltinAction, BuiltinStep } from "./builtin-actions.ts";
import { StepFailure } from "./limit.ts";
import { own } from "./job-directories.ts";
import { runProcess } from "./step-process.ts";

/**
 * `actions/checkout`: fetches one commit over smart HTTP with the job's token and checks it out detached.
 * The token stays in `.git/config` unless `persist-credentials` is `false`, as with the real action.
 */
export const checkout: BuiltinAction = async (step) => {
  const { inputs, run } = step;
  const repository = inputs["repository"] || `${run.repository.owner}/${run.repository.name}`;
  const directory = path.resolve(step.workspace, inputs["path"] || ".");
  if (path.relative(step.workspace, directory).startsWith(".."))
    throw new StepFailure(`Repository path '${directory}' is not under '${step.workspace}'`);
  const ref = inputs["ref"] || (repository === `${run.repository.owner}/${run.repository.name}` ? run.sha : "HEAD");
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${inputs["token"] || step.token}`).toString("base64")}`;
  const key = `http.${run.serverUrl}/.extraheader`;
  // A repository of the same address that is there already is used again, as the real action does: what it fetched before stays.
  const again = directory !== step.workspace && (await originOf(directory)) === `${run.serverUrl}/${repository}.git`;
  if (directory !== step.workspace && !again) await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await own(directory, step.user);
  const git = gitIn(directory, step, { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: header });
  const depth = inputs["fetch-depth"] || "1";
  if (again) await git("clean", "-ffdxq");
  else {
    await git("init", "--quiet", ".");
    await git("remote", "add", "origin", `${run.serverUrl}/${repository}.git`);
  }
  await git("fetch", "--no-tags", ...(depth === "0" ? [] : ["--depth", depth]), "origin", ref);
  await git("-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD");
  if (inputs["persist-credentials"] !== "false") await git("config", "--local", key, header);
  const commit = await git("rev-parse", "HEAD");
  step.log(`Checked out ${commit} into ${path.relative(step.workspace, directory) || "."}`);
  return { ref, commit };
};

/** The address in a repository's own configuration; null when there is none. */
async function originOf(directory: string): Promise<string | null> {
  const text = await readFile(path.join(directory, ".git/config"), "utf8").catch(() => "");
  return /^\turl = (.+)$/m.exec(text)?.[1] ?? null;
}

/** Git in that directory as the step's user; the token is in the environment, so that no process list shows it. */
function gitIn(cwd: string, step: BuiltinStep, credentials: Record<string, string>) {
  return async (...args: string[]): Promise<string> => {
    const lines: string[] = [];
    const { exitCode } = await runProcess({
      command: "git",
      args,
      cwd,
      env: {
        ...step.env,
        ...credentials,
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
      },
      user: step.user,
      signal: step.signal,
      onLine: (line) => lines.push(line),
    });
    if (exitCode !== 0)
      throw new StepFailure(`git ${args[0] ?? ""} failed with exit code ${exitCode}: ${lines.join("\n")}`);
    return lines.join("\n");
  };
}
