import { chown, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AirlockError } from "../errors.ts";
import { readManifests } from "./manifests.ts";
import { makeCacheDirectories } from "./mounts.ts";
import { npmFlags } from "./npmrc.ts";
import { eitherRule } from "../../sandbox/allow-list.ts";
import type { Egress, EgressRule, Limits, RunResult, Sandbox } from "../../sandbox/sandbox.ts";
import type { NpmLockfile } from "./detect.ts";
import type { Manifest } from "./manifests.ts";

export interface InstallOptions {
  sandbox: Sandbox;
  /** A checkout. Only its manifests and lockfile are read. */
  manifestDir: string;
  lockfile?: NpmLockfile;
  /** Host directory to install into: missing or empty, below one that the sandbox's user can enter. */
  into: string;
  /** The only host that can be reached. Credentials in it are not passed on. */
  registry: URL;
  /** npm's cache, shared by installations of one job; made when missing. It is content-addressed and checked by npm. */
  cacheDir: string;
  /** What else `[network.prepare]` opens and closes. Absent: nothing. */
  access?: EgressRule;
  limits: Limits;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

export type Installation =
  /** `directory` holds `node_modules`, owned by the sandbox's user, with mount points for caches. */
  | { kind: "installed"; directory: string; ms: number }
  /** `reason` is our sentence, `fix` what to change, `evidence` the end of npm's own output (untrusted text). */
  | { kind: "failed"; reason: string; fix: string; evidence: string };

const installInside = "/workspace/install";
const cacheInside = "/workspace/cache";
const evidenceLines = 20;

/**
 * Installs what the lockfile says, inside the sandbox, with no host reachable but the registry and no script of any package
 * run. The project's `.npmrc` and every other setting of the host are left out (`npmrc.ts` names the exceptions).
 * @throws AirlockError when `into` is not empty; SandboxError when the sandbox broke.
 */
export async function installDependencies(options: InstallOptions): Promise<Installation> {
  const { sandbox, into, cacheDir, registry, lockfile = "package-lock.json" } = options;
  const manifests = await readManifests(options.manifestDir, lockfile);
  if (manifests.kind === "unusable") {
    return {
      kind: "failed",
      reason: manifests.reason,
      fix: `Correct package.json or ${lockfile} and commit both.`,
      evidence: "",
    };
  }
  await makeOwned(into, sandbox.user);
  await makeOwned(cacheDir, sandbox.user);
  if ((await readdir(into)).length > 0) throw notEmpty(into);
  for (const file of manifests.files) await writeManifest(into, file, sandbox.user);

  const denied = new Set<string>();
  const result = await sandbox.run(
    {
      writable: [
        { host: into, inside: installInside },
        { host: cacheDir, inside: cacheInside },
      ],
      env: npmEnvironment,
      egress: registryEgress(registry, denied, options.access),
      limits: options.limits,
    },
    [...npmCommand(registry), ...npmFlags(manifests.npmrc)],
    {
      cwd: installInside,
      onOutput: lineReader(options.onProgress),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  if (result.kind !== "exited" || result.exitCode !== 0) {
    // Half an installation must not be taken for one later.
    await rm(into, { recursive: true, force: true });
    return failure(result, denied);
  }
  await makeCacheDirectories(into, sandbox.user);
  return { kind: "installed", directory: into, ms: result.ms };
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

function registryEgress(registry: URL, denied: Set<string>, access?: EgressRule): Egress {
  const rule = registryRule(registry);
  return {
    rule: access === undefined ? rule : eitherRule(rule, access),
    onDecision: ({ host, port, allowed, reason }) => {
      if (!allowed) denied.add(`${host}:${port} (${reason})`);
    },
  };
}

/** The registry may be on the host's own loopback, so nothing is excepted from the proxy. */
const npmEnvironment = { NO_PROXY: "", no_proxy: "", npm_config_noproxy: "", npm_config_update_notifier: "false" };

function npmCommand(registry: URL): string[] {
  return [
    "npm",
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-progress",
    "--logs-max=0",
    // npm's own pauses between attempts add up to more than a minute.
    "--fetch-retries=2",
    "--fetch-retry-factor=2",
    "--fetch-retry-mintimeout=1000",
    `--registry=${withoutCredentials(registry).href}`,
    "--userconfig=/dev/null",
    "--globalconfig=/tmp/home/.npmrc-global",
    `--cache=${cacheInside}`,
  ];
}

function failure(result: RunResult, denied: ReadonlySet<string>): Installation {
  const output = `${result.stdout.text}\n${result.stderr.text}`;
  const evidence = output.trim().split("\n").slice(-evidenceLines).join("\n");
  const failed = (reason: string, fix: string): Installation => ({ kind: "failed", reason, fix, evidence });
  if (result.kind === "timed-out") return failed("npm ci took too long", "Raise `limits.install_s`.");
  if (result.kind === "cancelled") return failed("npm ci was cancelled", "Start again.");
  if (result.kind === "signalled")
    return failed(`npm ci was killed by signal ${result.signal}`, "Give the machine more memory or disk.");
  if (denied.size > 0) {
    return failed(
      `the lockfile needs hosts other than the registry: ${[...denied].sort().slice(0, 5).join(", ")}`,
      "Take these packages from the registry; git and address dependencies cannot be installed.",
    );
  }
  const code = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1];
  const known = code === undefined ? undefined : knownFailures[code];
  if (known !== undefined) return failed(`${known[0]} (npm ${code})`, known[1]);
  if (result.exitCode === 127)
    return failed("npm is not available in the sandbox", "Install Node with npm on the machine that runs Airlock.");
  return failed(
    `npm ci ended with exit code ${result.exitCode}`,
    "Run `npm ci --ignore-scripts` in a clean checkout and mend what it reports.",
  );
}

const knownFailures: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  EUSAGE: ["package.json and the lockfile do not match", "Run npm install and commit the lockfile."],
  EINTEGRITY: ["a package is not the one the lockfile names", "Find out why its content changed before anything else."],
  E401: [
    "the registry asks for credentials, which never enter the sandbox",
    "Use a registry that serves without them, for example a mirror.",
  ],
  E403: ["the registry refused a package", "Look up the package in the registry."],
  E404: ["the registry does not have a package", "Look up the name and version in the lockfile."],
  ERESOLVE: [
    "the peer dependencies contradict each other",
    "Mend the versions, or commit `legacy-peer-deps=true` in .npmrc.",
  ],
  EBADENGINE: ["a package refuses this version of Node", "Run Airlock with the Node version the repository needs."],
  ETIMEDOUT: ["the registry did not answer", "Ask again later."],
  ECONNREFUSED: [
    "the registry cannot be reached",
    "Check the registry's address in the npm configuration of the machine.",
  ],
};

async function makeOwned(directory: string, user: { uid: number; gid: number }): Promise<void> {
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
