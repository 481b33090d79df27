import { readAccess } from "../../sandbox/allow-list.ts";
import type { Egress, EgressDecision, EgressRule } from "../../sandbox/sandbox.ts";
import type { AuditLog } from "../audit/log.ts";
import { registryRule } from "../environment/install.ts";
import type { Config } from "../config.ts";
import { AirlockError } from "../errors.ts";
import { type NetworkRow, networkRowsMax } from "../handoff/network.ts";
import { redactAnyCase } from "../text/redact-any-case.ts";
import { holdsSecret } from "./holds-secret.ts";

type Access = Config["network"]["solve"];

/** What one phase's commands may reach, and what they asked for. */
export interface WatchedNetwork {
  /** For the profiles of the phase; absent when nothing is opened: then there is no network at all. */
  egress?: Egress;
  rows(): NetworkRow[];
}

/**
 * The way out that the trusted configuration opens for a phase. Equal requests are counted together, and the first of each is written
 * into the log; what comes after `networkRowsMax` different ones is said there once and not kept.
 */
export function watchNetwork(access: Access, audit: AuditLog): WatchedNetwork {
  if (access.allow.length === 0) return { rows: () => [] };
  const { onDecision, rows } = recordNetwork({
    onFirst: (row) => audit.append("network.asked", row),
    onFull: () => audit.append("network.more", { kept: networkRowsMax }),
  });
  return { egress: { rule: accessRule(access), onDecision }, rows };
}

interface NetworkRecord {
  onDecision: (decision: EgressDecision) => void;
  rows: () => NetworkRow[];
}

/**
 * What installations and setup commands ask for besides the machine's own package registry, whose name is nobody's business. Their
 * egress is always open to that one, so a refusal is on record although nothing else is opened.
 */
export function recordPrepare(registry: URL): NetworkRecord {
  const isRegistry = registryRule(registry);
  const { onDecision, rows } = recordNetwork();
  return {
    onDecision: (decision) => void (isRegistry(decision.host, decision.port).kind === "deny" && onDecision(decision)),
    rows: () => rows().map((row) => ({ ...row, where: "prepare" as const })),
  };
}

/** Writes into a log what the making of the environment asked for. In: rows that may leave the job. */
export function appendPrepare(audit: AuditLog, rows: readonly NetworkRow[]): void {
  for (const row of rows) audit.append("network.asked", { ...row, where: "prepare" });
  if (rows.length >= networkRowsMax) audit.append("network.more", { kept: networkRowsMax, where: "prepare" });
}

/** Counts equal requests together. Told of the first of each, and once when there are more different ones than are kept. */
function recordNetwork({
  onFirst,
  onFull,
}: { onFirst?: (row: Omit<NetworkRow, "count" | "where">) => void; onFull?: () => void } = {}): NetworkRecord {
  const rows = new Map<string, NetworkRow>();
  let isFull = false;
  const onDecision = ({ host, port, method, allowed, reason }: EgressDecision) => {
    const row = { host: host.slice(0, 255), port, method: method.slice(0, 20), allowed, reason: reason.slice(0, 200) };
    const key = JSON.stringify(row);
    const known = rows.get(key);
    if (known !== undefined) known.count += 1;
    else if (rows.size < networkRowsMax) {
      rows.set(key, { ...row, count: 1 });
      onFirst?.(row);
    } else if (!isFull) {
      isFull = true;
      onFull?.();
    }
  };
  return { onDecision, rows: () => [...rows.values()] };
}

/** The rule of an access list. @throws AirlockError `bad-config`; one that was loaded has no bad entry. */
export function accessRule(access: Access): EgressRule {
  const read = readAccess(access);
  if (read.kind === "ok") return read.rule;
  throw new AirlockError({
    code: "bad-config",
    message: `[network] holds what is no host: ${read.problems.map(({ entry, why }) => `${JSON.stringify(entry)}: ${why}`).join("; ")}.`,
    fix: "Correct the entry in .github/airlock.toml.",
  });
}

/** Rows as they may leave this job. A name is a way to carry a value out, and the paper that names it must not be a second one. */
export async function sayableNetwork(rows: readonly NetworkRow[], known: readonly string[]): Promise<NetworkRow[]> {
  const said: NetworkRow[] = [];
  for (const row of rows) {
    // Names are lower case by now, whatever the value was.
    const isHidden = redactAnyCase(row.host, known) !== row.host || (await holdsSecret(row.host));
    said.push(isHidden ? { ...row, host: "a name that holds a secret" } : row);
  }
  return said;
}
