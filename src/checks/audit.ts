import { join } from "node:path";
import type { CheckResult, NotRunCause, Outcome } from "../handoff/report.ts";
import { type Limits, type RunResult, type Sandbox, workspaceInside } from "../../sandbox/sandbox.ts";
import { registryRule, withoutCredentials } from "../environment/install.ts";
import { makeOwnedDirectory, makePrivateDirectory, removeTree, writeOwnedFile } from "../workspace/owned.ts";
import type { Store } from "../workspace/store.ts";
import { listTree, readBlobs } from "../workspace/tree.ts";
import { type Advisory, type AuditReport, newAdvisories, parseAudit } from "./advisories.ts";
import { classify } from "./compare.ts";

const manifestBytesMax = 64 * 1024 * 1024;
const auditTimeoutMs = 120_000;
/** Bytes of npm's answer; an audit of a large tree is a few hundred kilobytes. */
const answerBytes = 8 * 1024 * 1024;
const advisoriesShown = 10;

export interface Audit {
  sandbox: Sandbox;
  store: Store;
  /** Trees of both sides. */
  base: string;
  head: string;
  /** Where npm asks. null: this machine has none, so nothing can be audited. */
  registry: URL | null;
  signal?: AbortSignal | undefined;
}

const command = ["npm", "audit", "--json", "--package-lock-only"];

/**
 * Asks the registry for known vulnerabilities of both sides' lockfiles. Only package.json and package-lock.json enter the
 * sandbox, and only the registry can be reached from it. Base shows how many there were; head fails when there are new ones.
 * @throws SandboxError when the sandbox broke.
 */
export async function auditDependencies(audit: Audit): Promise<CheckResult> {
  const [base, head] = await Promise.all([manifestsOf(audit.store, audit.base), manifestsOf(audit.store, audit.head)]);
  const { before, after } = await auditBoth(audit, base, head);
  return { name: "audit", kind: "audit", command, base: before, head: after, class: classify(before, after) };
}

/** What one side can be audited by. */
type Manifests =
  | { kind: "locked"; manifest: Buffer; lockfile: Buffer }
  /** A package.json without a lockfile: what would be installed is not decided. */
  | { kind: "unlocked" }
  | { kind: "none" };

async function auditBoth(audit: Audit, base: Manifests, head: Manifests): Promise<{ before: Outcome; after: Outcome }> {
  if (base.kind !== "locked" && head.kind !== "locked") {
    return { before: { kind: "not_configured" }, after: { kind: "not_configured" } };
  }
  const before = await auditSide(audit, base);
  if (head.kind === "unlocked") {
    const reason = "the lockfile is gone, so nobody knows what would be installed";
    return { before: baseOutcome(before), after: { kind: "not_run", cause: "other", reason } };
  }
  const same =
    base.kind === "locked" &&
    head.kind === "locked" &&
    base.manifest.equals(head.manifest) &&
    base.lockfile.equals(head.lockfile);
  const after = same ? before : await auditSide(audit, head);
  return { before: baseOutcome(before), after: headOutcome(before.report, after) };
}

async function manifestsOf(store: Store, tree: string): Promise<Manifests> {
  const files = await listTree(store, tree);
  const shaOf = (name: string) => files.find(({ path, mode }) => path === name && mode.startsWith("100"))?.sha;
  const [manifest, lockfile] = [shaOf("package.json"), shaOf("package-lock.json")];
  if (manifest === undefined) return { kind: "none" };
  if (lockfile === undefined) return { kind: "unlocked" };
  const blobs = await readBlobs(store, [manifest, lockfile], manifestBytesMax);
  const bytes = (sha: string) => blobs.get(sha) ?? Buffer.alloc(0);
  return { kind: "locked", manifest: bytes(manifest), lockfile: bytes(lockfile) };
}

interface Asked {
  report: AuditReport;
  /** Milliseconds it took. */
  ms: number;
}

/** A side without a lockfile has nothing that could be looked up. */
async function auditSide(audit: Audit, manifests: Manifests): Promise<Asked> {
  const { sandbox, store, registry, signal } = audit;
  if (manifests.kind !== "locked") return { report: { kind: "audited", advisories: [] }, ms: 0 };
  if (registry === null)
    return { report: { kind: "not_audited", cause: "unreachable", reason: "no registry is configured" }, ms: 0 };
  const directory = await makePrivateDirectory(store.directory, "audit-", store.runAs);
  try {
    const root = join(directory, "repo");
    await makeOwnedDirectory(root, store.runAs);
    await writeOwnedFile(join(root, "package.json"), manifests.manifest, store.runAs);
    await writeOwnedFile(join(root, "package-lock.json"), manifests.lockfile, store.runAs);
    const limits: Limits = { timeoutMs: auditTimeoutMs, output: { headBytes: answerBytes, tailBytes: 1024 } };
    const profile = {
      workspace: { host: root, mode: "read-only" as const },
      env: npmEnvironment(registry),
      egress: { rule: registryRule(registry) },
      limits,
    };
    const result = await sandbox.run(profile, command, {
      cwd: workspaceInside,
      ...(signal === undefined ? {} : { signal }),
    });
    return { report: reportOf(result), ms: result.ms };
  } finally {
    await removeTree(directory);
  }
}

function reportOf(result: RunResult): AuditReport {
  const none = (cause: NotRunCause, reason: string) => ({ kind: "not_audited" as const, cause, reason });
  if (result.kind === "limit") return none("limit", `npm audit met a limit: ${result.detail}`);
  if (result.kind === "timed-out") return none("time-out", `npm audit did not end within ${auditTimeoutMs / 1000} s`);
  if (result.kind === "cancelled") return none("cancelled", "npm audit was cancelled");
  if (result.kind === "signalled") return none("limit", `npm audit was killed by signal ${result.signal}`);
  if (result.exitCode === 127) return none("missing-tool", "npm is missing in the sandbox");
  return parseAudit(result.stdout.text);
}

function npmEnvironment(registry: URL): Record<string, string> {
  return {
    npm_config_registry: withoutCredentials(registry).href,
    npm_config_update_notifier: "false",
    npm_config_fetch_retries: "1",
    npm_config_fetch_timeout: "30000",
    npm_config_userconfig: "/dev/null",
    npm_config_globalconfig: "/dev/null/none",
    // The proxy decides what may be reached; an exception for loopback would only hide a registry there from npm.
    NO_PROXY: "",
    no_proxy: "",
    npm_config_noproxy: "",
  };
}

function baseOutcome({ report, ms }: Asked): Outcome {
  if (report.kind === "not_audited") return { kind: "not_run", cause: report.cause, reason: report.reason };
  return { kind: "passed", ms, evidence: `${report.advisories.length} known` };
}

/** An advisory is known by its address, so one that base has too is not the change's doing. */
function headOutcome(base: AuditReport, { report: head, ms }: Asked): Outcome {
  if (head.kind === "not_audited") return { kind: "not_run", cause: head.cause, reason: head.reason };
  if (base.kind === "not_audited") {
    return { kind: "not_run", cause: base.cause, reason: "the base could not be audited, so nothing can be compared" };
  }
  const added = newAdvisories(base.advisories, head.advisories);
  if (added.length === 0) return { kind: "passed", ms, evidence: `${head.advisories.length} known, none new` };
  const shown = added.slice(0, advisoriesShown).map(describe);
  const rest = added.length - shown.length;
  const evidence = [`${added.length} new advisories`, ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
  return { kind: "failed", ms, exit_code: 1, evidence };
}

function describe({ package: name, severity, title, url }: Advisory): string {
  return `${name} (${severity}): ${title} ${url}`;
}
