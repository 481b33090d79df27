import type { RunResult } from "../../sandbox/sandbox.ts";
import { limitFix } from "./limits.ts";

/** Why an installation failed: our sentence, what to change, and the end of the manager's own output (untrusted text). */
export interface Failure {
  kind: "failed";
  reason: string;
  fix: string;
  evidence: string;
}

const evidenceLines = 20;

/**
 * Reads the end of a manager's run. In: `command` as a person would type it, what it printed, and the connections that were refused.
 * Pure.
 */
export function failureOf(command: string, result: RunResult, denied: ReadonlySet<string>): Failure {
  const output = `${result.stdout.text}\n${result.stderr.text}`;
  // npm ends some messages with its usage, which would push the message itself out.
  const told = output.split(/^npm (?:error|ERR!) (?:Clean install a project|Usage:)/m, 1).join("");
  const evidence = told.trim().split("\n").slice(-evidenceLines).join("\n");
  const failed = (reason: string, fix: string): Failure => ({ kind: "failed", reason, fix, evidence });
  if (result.kind === "timed-out") return failed(`${command} took too long`, "Raise `limits.install_s`.");
  if (result.kind === "cancelled") return failed(`${command} was cancelled`, "Start again.");
  if (result.kind === "limit")
    return failed(`${command} met the sandbox's limit "${result.limit}". ${result.detail}`, limitFix[result.limit]);
  if (result.kind === "signalled")
    return failed(`${command} was killed by signal ${result.signal}`, "Give the machine more memory or disk.");
  if (denied.size > 0) {
    return failed(
      `the lockfile needs hosts other than the registry: ${[...denied].sort().slice(0, 5).join(", ")}`,
      "Take these packages from the registry; git and address dependencies cannot be installed.",
    );
  }
  const npmCode = /^npm (?:error|ERR!) code (\S+)/m.exec(output)?.[1];
  const known = npmCode === undefined ? undefined : npmFailures[npmCode];
  if (known !== undefined) return failed(`${known[0]} (npm ${npmCode})`, known[1]);
  const other = otherFailures.find(([pattern]) => pattern.test(output));
  if (other !== undefined) return failed(other[1], other[2]);
  if (result.exitCode === 127)
    return failed("npm is not available in the sandbox", "Install Node with npm on the machine that runs Airlock.");
  return failed(
    `${command} ended with exit code ${result.exitCode}`,
    `Run \`${command}\` in a clean checkout and mend what it reports.`,
  );
}

const mismatch = "package.json and the lockfile do not match";
const changed = "a package's content is not the one the lockfile names";

const npmFailures: Readonly<Record<string, readonly [reason: string, fix: string]>> = {
  EUSAGE: ["package.json and the lockfile do not match", "Run npm install and commit the lockfile."],
  EINTEGRITY: ["a package is not the one the lockfile names", "Find out why its content changed before anything else."],
  E401: [
    "the registry asks for credentials, or refuses those that it was sent",
    "Name a secret in `[setup] registry_token`, or use a registry that serves without credentials, for example a mirror.",
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

/** What the other managers print; the words are theirs. */
const otherFailures: readonly (readonly [pattern: RegExp, reason: string, fix: string])[] = [
  [
    /ERR_PNPM_TARBALL_INTEGRITY|Integrity check failed|YN0018|IntegrityCheckFailed|integrity check failed/i,
    changed,
    "Find out why the content changed before anything else; then write the lockfile anew.",
  ],
  [
    /ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|ERR_PNPM_LOCKFILE_MISSING|lockfile needs to be updated|YN0028|lockfile had changes, but lockfile is frozen/,
    mismatch,
    "Run the manager's install and commit the lockfile.",
  ],
  [
    /ERR_PNPM_FETCH_404|YN0035|(?:GET|HEAD) \S+ - 404|Request failed \\?"404/,
    "the registry does not have a package",
    "Look up the name and version in the lockfile.",
  ],
];
