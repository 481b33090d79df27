import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Egress, type RunResult, type Sandbox, SandboxError, workspaceInside } from "../../sandbox/sandbox.ts";
import type { Config } from "../config.ts";
import { AirlockError } from "../errors.ts";
import { redact } from "../text/redact.ts";
import { type Checkout, checkoutTree } from "../workspace/checkout.ts";
import { keepFiles, leftIn } from "../workspace/generated.ts";
import { copyTrees, type Store, viewRepository } from "../workspace/store.ts";
import type { resourceLimits } from "./limits.ts";
import { dependencyMounts, makeCacheDirectories } from "./mounts.ts";
import type { Secret } from "./residue.ts";

export interface SetupOptions {
  sandbox: Sandbox;
  /** Directory in or above a repository that holds `tree`, which is the trusted commit's: only its code is given secrets. */
  source: string;
  tree: string;
  /** Existing host directory of ours that the sandbox's user can enter. */
  dir: string;
  /** Directory of the installation; null when there is nothing to install. What commands write into its `node_modules` stays. */
  installed: string | null;
  commands: Config["setup"]["commands"];
  secrets: readonly Secret[];
  /** What the commands may reach. Absent: nothing. */
  egress?: Egress;
  /** Milliseconds for each command. */
  timeoutMs: number;
  /** Memory and processes of each command. Absent: the sandbox's own. */
  resources?: ReturnType<typeof resourceLimits>;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

export type SetupRun =
  /** `generated` holds the ignored files that the commands made, relative to the root of the tree, owned by the sandbox's user. */
  | { kind: "done"; generated: string; files: number }
  /** One sentence with the command, and the end of its output, both without the secrets. */
  | { kind: "failed"; reason: string; evidence: string };

const outputBytes = { headBytes: 4_096, tailBytes: 16_384 };
const evidenceLines = 20;
const pathsShown = 5;

/**
 * Runs the setup commands of the trusted commit, one after the other, in the sandbox, in a copy of its tree that is thrown away. Only these
 * commands are given the secrets, as variables. What stays: plain files that git ignores, and what was written into the installation's
 * `node_modules`. A changed file of the tree and a new one that git does not ignore are dropped, and said. Home and temporary directories
 * are the sandbox's own and end with each command, and so does every process.
 * @throws AirlockError when git broke; SandboxError when the sandbox broke.
 */
export async function runSetup(order: SetupOptions): Promise<SetupRun> {
  const values = order.secrets.map(({ value }) => value);
  // A name of a file can be made of a secret as well.
  const options = { ...order, onProgress: (text: string) => order.onProgress(redact(text, values)) };
  const { sandbox, source, tree, dir, installed } = options;
  await using store = await storeOf(source, tree, dir, sandbox);
  const mounts = installed === null ? [] : dependencyMounts(installed).readOnly;
  const mountPoints = mounts.map(({ inside }) => inside.slice(workspaceInside.length + 1));
  await using checkout = await checkoutTree(store, { tree, name: "setup", mountPoints });
  for (const command of options.commands) {
    const failed = await runOne(command, checkout, { ...options, mounts });
    if (failed !== null) return failed;
  }
  return await keep(store, checkout, options);
}

async function storeOf(source: string, tree: string, dir: string, { user }: Sandbox): Promise<Store> {
  await using view = await viewRepository(source, dir);
  return await copyTrees(view, [tree], dir, user);
}

type Failed = Extract<SetupRun, { kind: "failed" }>;

async function runOne(
  command: readonly string[],
  { root }: Checkout,
  options: SetupOptions & { mounts: ReturnType<typeof dependencyMounts>["readOnly"] },
): Promise<Failed | null> {
  const { sandbox, secrets, mounts, egress, timeoutMs, signal, onProgress } = options;
  const name = JSON.stringify(command.join(" "));
  onProgress(`setup: ${name}`);
  const env = { ...commandEnvironment, ...Object.fromEntries(secrets.map((secret) => [secret.name, secret.value])) };
  const result = await sandbox
    .run(
      {
        workspace: { host: root, mode: "workspace-write" },
        writable: mounts.filter(({ inside }) => existsSync(join(root, inside.slice(workspaceInside.length)))),
        env,
        ...(egress === undefined ? {} : { egress }),
        limits: { timeoutMs, output: outputBytes, ...options.resources },
      },
      withLocalPrograms(command),
      { signal },
    )
    .catch(unmountable);
  const values = secrets.map(({ value }) => value);
  const failed = (why: string, output: string): Failed => ({
    kind: "failed",
    reason: redact(`the setup command ${name} ${why}`, values),
    evidence: redact(output.trim(), values).split("\n").slice(-evidenceLines).join("\n"),
  });
  if (typeof result === "string") return failed(`could not be started: ${result}`, "");
  const why = badEnd(result, timeoutMs);
  return why === null ? null : failed(why, `${result.stdout.text}\n${result.stderr.text}`);
}

/** What an earlier command left behind is its own fault, not the sandbox's. */
function unmountable(error: unknown): string {
  if (error instanceof SandboxError && error.kind === "workspace") return error.message;
  throw error;
}

const commandEnvironment = {
  NO_COLOR: "1",
  INIT_CWD: workspaceInside,
  npm_config_script_shell: "/bin/sh",
  npm_config_update_notifier: "false",
  npm_config_fund: "false",
};

/** Programs of the dependencies come first on PATH, as npm does it. The shell only sets that and becomes the command. */
function withLocalPrograms(command: readonly string[]): string[] {
  const setPath = `PATH="${workspaceInside}/node_modules/.bin:$PATH"; export PATH; exec "$@"`;
  return ["/bin/sh", "-c", setPath, "sh", ...command];
}

function badEnd(result: RunResult, timeoutMs: number): string | null {
  switch (result.kind) {
    case "exited":
      return result.exitCode === 0 ? null : `ended with exit code ${result.exitCode}`;
    case "signalled":
      return `was killed by signal ${result.signal}`;
    case "timed-out":
      return `took longer than the ${timeoutMs / 1000} s of limits.setup_s`;
    case "cancelled":
      return "was cancelled";
    case "limit":
      return `met the sandbox's limit "${result.limit}": ${result.detail}`;
  }
}

async function keep(store: Store, checkout: Checkout, options: SetupOptions): Promise<SetupRun> {
  const { dir, sandbox, installed, onProgress } = options;
  // A command may have cleared a cache: the directory itself must be there, because it is mounted over later.
  const odd = installed === null ? null : await makeCacheDirectories(installed, sandbox.user).catch(oddInstallation);
  if (typeof odd === "string")
    return { kind: "failed", reason: `setup left node_modules unusable: ${odd}`, evidence: "" };
  const { changed, ignored, others } = await leftIn(store, checkout);
  const generated = join(dir, "generated");
  await rm(generated, { recursive: true, force: true });
  await mkdir(generated, { mode: 0o755 });
  const kept = await keepFiles(checkout.root, ignored, { into: generated, runAs: sandbox.user });
  if (kept.kind === "too-much") {
    const reason = `the files that [setup] generates are too much: ${kept.reason}`;
    return { kind: "failed", reason, evidence: "" };
  }
  tellDropped("setup changed files of the repository, which does not count", changed, onProgress);
  tellDropped("setup made files that git does not ignore, which are dropped", others, onProgress);
  tellDropped("setup made links or protected names, which are dropped", kept.dropped, onProgress);
  onProgress(`setup done: ${kept.files} generated files`);
  return { kind: "done", generated, files: kept.files };
}

function oddInstallation(error: unknown): string {
  if (error instanceof AirlockError) return error.message;
  throw error;
}

function tellDropped(what: string, paths: readonly string[], onProgress: SetupOptions["onProgress"]): void {
  if (paths.length === 0) return;
  const more = paths.length > pathsShown ? ` and ${paths.length - pathsShown} more` : "";
  onProgress(`${what}: ${paths.slice(0, pathsShown).join(", ")}${more}`);
}
