import { join } from "node:path";
import type { CheckResult, NotRunCause, Outcome } from "../handoff/report.ts";
import { type Limits, type RunResult, type Sandbox, workspaceInside } from "../../sandbox/sandbox.ts";
import { telling } from "../environment/detect.ts";
import { registryRule, withoutCredentials } from "../environment/install.ts";
import { makeOwnedDirectory, makePrivateDirectory, removeTree, writeOwnedFile } from "../workspace/owned.ts";
import type { Store } from "../workspace/store.ts";
import { listTree, readBlobs } from "../workspace/tree.ts";
import { type Advisory, type AuditReport, fixedAdvisories, newAdvisories, parseAudit } from "./advisories.ts";
import { asNpmLockfile, auditedLockfile, noLockfile } from "./audit-lockfile.ts";
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
 * Asks the registry for known vulnerabilities of both sides' lockfiles, npm's and those of pnpm, yarn and bun. Only package.json and a
 * package-lock.json enter the sandbox, and only the registry can be reached from it. Base shows how many there were; head fails when there are
 * new ones, and names those that went away and those that stayed. What could not be asked is not run, never a pass.
 * @throws SandboxError when the sandbox broke.
 */
export async function auditDependencies(audit: Audit): Promise<CheckResult> {
  const [base, head] = await Promise.all([manifestsOf(audit.store, audit.base), manifestsOf(audit.store, audit.head)]);
  const { before, after } = await auditBoth(audit, base, head);
  return { name: "audit", kind: "audit", command, base: before, head: after, class: classify(before, after) };
}

/** What one side can be audited by. */
type Manifests =
  | { kind: "locked"; path: string; manifest: Buffer; lockfile: Buffer }
  /** A package.json without a lockfile that can be read: what would be installed is not known. */
  | { kind: "unlocked"; reason: string }
  | { kind: "none" };

async function auditBoth(audit: Audit, base: Manifests, head: Manifests): Promise<{ before: Outcome; after: Outcome }> {
  if (isNothing(base) && isNothing(head)) {
    return { before: { kind: "not_configured" }, after: { kind: "not_configured" } };
  }
  const before = await auditSide(audit, base);
  if (head.kind === "unlocked") {
    const reason = base.kind === "locked" && head.reason === noLockfile ? goneLockfile : head.reason;
    return { before: baseOutcome(before), after: { kind: "not_run", cause: "other", reason } };
  }
  if (base.kind === "locked" && head.kind === "locked" && base.path !== head.path) {
    const reason = `the base is locked by ${base.path} and the change by ${head.path}, so their advisories are not compared`;
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

const goneLockfile = "the lockfile is gone, so nobody knows what would be installed";

/** Nothing to audit: no package.json, or one that was never locked. A lockfile that nobody can read is something. */
function isNothing(side: Manifests): boolean {
  return side.kind === "none" || (side.kind === "unlocked" && side.reason === noLockfile);
}

async function manifestsOf(store: Store, tree: string): Promise<Manifests> {
  const plain = (await listTree(store, tree)).filter(({ path, mode }) => !path.includes("/") && mode.startsWith("100"));
  const shaOf = (name: string) => plain.find(({ path }) => path === name)?.sha;
  const contentOf = async (name: string) => {
    const sha = shaOf(name);
    return sha === undefined ? null : ((await readBlobs(store, [sha], manifestBytesMax)).get(sha) ?? Buffer.alloc(0));
  };
  const manifest = await contentOf("package.json");
  if (manifest === null) return { kind: "none" };
  const told = await Promise.all(telling.map(async (name) => [name, await contentOf(name)] as const));
  const texts = Object.fromEntries(told.flatMap(([name, bytes]) => (bytes === null ? [] : [[name, bytes.toString()]])));
  const names = plain.map(({ path }) => path);
  const audited = auditedLockfile(names, manifest.toString(), texts);
  if (audited.kind === "none") return { kind: "unlocked", reason: audited.reason };
  const { path } = audited;
  const read = asNpmLockfile(path, (await contentOf(path)) ?? Buffer.alloc(0), manifest);
  return read === null ? { kind: "unlocked", reason: `${path} cannot be read` } : { kind: "locked", path, ...read };
}

interface Asked {
  report: AuditReport;
  /** Which lockfile it is about; null: there was none. */
  path: string | null;
  /** Milliseconds it took. */
  ms: number;
}

/** A side without a lockfile has nothing that could be looked up. */
async function auditSide(audit: Audit, manifests: Manifests): Promise<Asked> {
  const { sandbox, store, registry, signal } = audit;
  if (manifests.kind === "none" || (manifests.kind === "unlocked" && isNothing(manifests)))
    return { report: { kind: "audited", advisories: [] }, path: null, ms: 0 };
  if (manifests.kind === "unlocked")
    return { report: { kind: "not_audited", cause: "other", reason: manifests.reason }, path: null, ms: 0 };
  const { path } = manifests;
  if (registry === null)
    return { report: { kind: "not_audited", cause: "unreachable", reason: "no registry is configured" }, path, ms: 0 };
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
    return { report: reportOf(result), path, ms: result.ms };
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

function baseOutcome({ report, path, ms }: Asked): Outcome {
  if (report.kind === "not_audited") return { kind: "not_run", cause: report.cause, reason: report.reason };
  return { kind: "passed", ms, evidence: `${inLockfile(path)}${report.advisories.length} known` };
}

/** One that base has too is not the change's doing; it is named all the same. */
function headOutcome(base: AuditReport, { report: head, path, ms }: Asked): Outcome {
  if (head.kind === "not_audited") return { kind: "not_run", cause: head.cause, reason: head.reason };
  if (base.kind === "not_audited") {
    return { kind: "not_run", cause: base.cause, reason: "the base could not be audited, so nothing can be compared" };
  }
  const added = newAdvisories(base.advisories, head.advisories);
  const fixed = fixedAdvisories(base.advisories, head.advisories);
  const stayed = head.advisories.filter((one) => !added.includes(one));
  // What a row of the table shows is the last line.
  const lists = [...listed("Known before:", stayed), ...listed("Fixed:", fixed), ...listed("New:", added)];
  const sum =
    added.length === 0
      ? `${head.advisories.length} known, none new`
      : `${added.length} new ${added.length === 1 ? "advisory" : "advisories"}`;
  const evidence = [...lists, `${inLockfile(path)}${sum}`].join("\n");
  return added.length === 0 ? { kind: "passed", ms, evidence } : { kind: "failed", ms, exit_code: 1, evidence };
}

function inLockfile(path: string | null): string {
  return path === null ? "" : `${path}: `;
}

function listed(title: string, advisories: readonly Advisory[]): string[] {
  if (advisories.length === 0) return [];
  const rest = advisories.length - advisoriesShown;
  return [title, ...advisories.slice(0, advisoriesShown).map(describe), ...(rest > 0 ? [`and ${rest} more`] : [])];
}

function describe({ package: name, severity, title, url, range }: Advisory): string {
  return `${name} ${range} (${severity}): ${title} ${url}`;
}
