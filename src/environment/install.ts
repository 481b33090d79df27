import { chown, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AirlockError } from "../errors.ts";
import { cacheInside, type InstallCommand, managerInside } from "./command.ts";
import { type Failure, failureOf } from "./failure.ts";
import { makeCacheDirectories } from "./mounts.ts";
import { orderInstall } from "./order.ts";
import { registryLogin } from "./registry-token.ts";
import { runInstallScripts } from "./scripts.ts";
import { eitherRule } from "../../sandbox/allow-list.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import type { Egress, EgressRule, Limits, ReadOnlyMount, Sandbox } from "../../sandbox/sandbox.ts";
import type { Installable } from "./detect.ts";
import type { Manifest } from "./manifests.ts";
import type { Settings } from "./settings.ts";

export interface InstallOptions {
  sandbox: Sandbox;
  /** A checkout. Only its manifests and lockfile are read. */
  manifestDir: string;
  /** What the checkout asks for. Absent: npm with a package-lock.json. */
  wanted?: Installable;
  /** Directory of the fetched manager; npm needs none. */
  managerDir?: string;
  /** Settings files of the trusted commit. Absent: none. */
  settings?: Settings;
  /** Packages whose install scripts run afterwards, without network. Absent: none. */
  scripts?: readonly string[];
  /** Host directory to install into: missing or empty, below one that the sandbox's user can enter. */
  into: string;
  /** The only host that can be reached. Credentials in it are not passed on. */
  registry: URL;
  /** What the registry asks for; only npm is given it, it exists inside while npm runs and is in no file. Absent: the registry serves without. */
  registryToken?: string;
  /** The manager's cache, shared by installations of one job; made when missing. Its content is checked by the manager. */
  cacheDir: string;
  /** What else `[network.prepare]` opens and closes. Absent: nothing. */
  access?: EgressRule;
  /** Told of every request to leave. */
  onDecision?: Egress["onDecision"];
  limits: Limits;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

export type Installation =
  /** `directory` holds `node_modules`, owned by the sandbox's user, with mount points for caches. `notes`: what to tell, never fatal. */
  { kind: "installed"; directory: string; ms: number; notes?: string[] } | Failure;

/** Where the workspace will lie, so that the paths which a manager writes down stay right. */
const installInside = workspaceInside;
const userconfigInside = "/workspace/npmrc";
const npm: Installable = { kind: "npm", lockfile: "package-lock.json" };

/**
 * Installs what the lockfile says, inside the sandbox, with no host reachable but the registry and no script of any package
 * run. The project's settings files and every setting of the host are left out; `settings` counts by the short list of each manager.
 * Then the install scripts of the named packages run, without network.
 * @throws AirlockError when `into` is not empty; SandboxError when the sandbox broke.
 */
export async function installDependencies(options: InstallOptions): Promise<Installation> {
  const { sandbox, into, registry, wanted = npm, settings = {}, scripts = [] } = options;
  const order = await orderInstall(options.manifestDir, wanted, { settings, registry: withoutCredentials(registry) });
  if (order.kind === "refused") return { kind: "failed", reason: order.reason, fix: order.fix, evidence: "" };
  const installed = await runManager(options, order.command, shown(wanted));
  if (installed.kind === "failed") {
    // Half an installation must not be taken for one later.
    await rm(into, { recursive: true, force: true });
    return installed;
  }
  const ran = await runInstallScripts({ ...options, directory: into, names: scripts });
  if (ran.kind === "failed") {
    await rm(into, { recursive: true, force: true });
    return ran;
  }
  await makeCacheDirectories(into, sandbox.user);
  const notes = ran.notes.length === 0 ? {} : { notes: ran.notes };
  return { kind: "installed", directory: into, ms: installed.ms + ran.ms, ...notes };
}

/**
 * Lays a command's files out in `into` and runs it there as every manager is run: in the sandbox, with the registry as the only host.
 * In: the command as a person would type it, for messages. What it leaves in `into` when it fails is the caller's to remove.
 * @throws AirlockError when `into` is not empty; SandboxError when the sandbox broke.
 */
export async function runManager(
  options: Omit<InstallOptions, "manifestDir" | "wanted" | "settings" | "scripts">,
  command: InstallCommand,
  name: string,
): Promise<{ kind: "ran"; ms: number } | Failure> {
  const { sandbox, into, cacheDir, registry } = options;
  await makeOwned(into, sandbox.user);
  await makeOwned(cacheDir, sandbox.user);
  if ((await readdir(into)).length > 0) throw notEmpty(into);
  for (const file of command.files) await writeManifest(into, file, sandbox.user);
  const denied = new Set<string>();
  const login = await loginFor(options);
  const result = await sandbox.run(
    {
      readOnly: [
        ...login.readOnly,
        ...(options.managerDir === undefined ? [] : [{ host: options.managerDir, inside: managerInside }]),
      ],
      writable: [
        { host: into, inside: installInside },
        { host: cacheDir, inside: cacheInside },
      ],
      env: { ...command.env, ...login.env },
      egress: registryEgress(registry, denied, options),
      limits: options.limits,
    },
    [...command.argv, ...login.argv],
    { cwd: installInside, onOutput: lineReader(options.onProgress), ...signalOf(options) },
  );
  const isDone = result.kind === "exited" && result.exitCode === 0;
  return isDone ? { kind: "ran", ms: result.ms } : failureOf(name, result, denied);
}

/** The command of an installation as a person would type it. Pure. */
function shown(wanted: Installable): string {
  if (wanted.kind === "npm") return "npm ci";
  switch (wanted.manager.name) {
    case "pnpm":
      return "pnpm install --frozen-lockfile";
    case "yarn-classic":
      return "yarn install --frozen-lockfile";
    case "yarn-berry":
      return "yarn install --immutable";
    case "bun":
      return "bun install --frozen-lockfile";
  }
}

/** A rule that lets exactly the registry's host and port through. Pure. */
export function registryRule(registry: URL): EgressRule {
  const host = registry.hostname.replace(/^\[|\]$/g, "");
  const port = registry.port === "" ? (registry.protocol === "http:" ? 80 : 443) : Number(registry.port);
  return (asked, askedPort) =>
    asked === host && askedPort === port
      ? // Where a company's own registry lies is the machine's affair, and its name is the machine's own.
        { kind: "allow", mayBePrivate: true }
      : { kind: "deny", reason: "only the package registry can be reached" };
}

/** The registry's address as a sandbox may know it. Pure. */
export function withoutCredentials(registry: URL): URL {
  const plain = new URL(registry);
  plain.username = "";
  plain.password = "";
  return plain;
}

/** Different refused requests of one installation that are kept for its message, which shows five. */
export const deniedMax = 100;

/** The registry, and what `access` opens; whatever else was asked for is added to `denied`. */
export function registryEgress(
  registry: URL,
  denied: Set<string>,
  { access, onDecision }: Pick<InstallOptions, "access" | "onDecision">,
): Egress {
  const rule = registryRule(registry);
  return {
    rule: access === undefined ? rule : eitherRule(rule, access),
    onDecision: (decision) => {
      const { host, port, allowed, reason } = decision;
      onDecision?.(decision);
      if (!allowed && denied.size < deniedMax) denied.add(`${host}:${port} (${reason})`);
    },
  };
}

/** The user configuration lies beside the cache; it holds the name of a variable and no secret. */
async function loginFor({
  cacheDir,
  registry,
  registryToken,
}: Pick<InstallOptions, "cacheDir" | "registry" | "registryToken">): Promise<{
  readOnly: ReadOnlyMount[];
  env: Record<string, string>;
  argv: string[];
}> {
  if (registryToken === undefined) return { readOnly: [], env: {}, argv: [] };
  const { userconfig, env } = registryLogin(registry, registryToken);
  const host = `${cacheDir}.npmrc`;
  await writeFile(host, userconfig, { mode: 0o644 });
  return { readOnly: [{ host, inside: userconfigInside }], env, argv: [`--userconfig=${userconfigInside}`] };
}

function signalOf({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** Makes a directory that belongs to the sandbox's user when we are root. */
export async function makeOwned(directory: string, user: { uid: number; gid: number }): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (process.getuid?.() === 0) await chown(directory, user.uid, user.gid);
}

async function writeManifest(
  into: string,
  { path, content }: Manifest,
  user: { uid: number; gid: number },
): Promise<void> {
  const steps = dirname(path) === "." ? [] : dirname(path).split("/");
  for (let count = 1; count <= steps.length; count += 1) await makeOwned(join(into, ...steps.slice(0, count)), user);
  await writeFile(join(into, path), content, { mode: 0o644, flag: "wx" });
  if (process.getuid?.() === 0) await chown(join(into, path), user.uid, user.gid);
}

function lineReader(onLine: ((line: string) => void) | undefined): (chunk: Buffer) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop()?.slice(-10_000) ?? "";
    for (const line of lines) onLine?.(line);
  };
}

function notEmpty(into: string): AirlockError {
  return new AirlockError({
    code: "install-failed",
    message: `${into} is not empty, so nothing is installed into it.`,
    fix: "Name a new directory for every installation.",
  });
}
