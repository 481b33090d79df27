import type { AuditLog } from "../audit/log.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { appendPrepare } from "./network.ts";
import type { Prepared } from "./prepare.ts";

/**
 * Writes into a phase's log what the prepare step of its job decided, and that the sandbox was proved. Prepare runs in the same job and
 * leaves no log of its own unless it fails: the phase after it, which compares the programs again, carries its entries on.
 */
export function recordGround(
  audit: AuditLog,
  { installed, programs, network }: Prepared,
  { certificate, overlay }: Sandbox,
): void {
  audit.append("machine.prepared", {
    dependencies: installed.kind,
    ...(installed.kind === "installed" ? { from: installed.from } : {}),
    ...programs,
  });
  appendPrepare(audit, network);
  const { bwrap, uid, limits, probes } = certificate;
  audit.append("sandbox.proved", {
    bwrap,
    probes: probes.length,
    uid,
    limits,
    overlay: overlay.kind,
    ...(overlay.kind === "none" ? { no_overlay: overlay.reason } : {}),
  });
}
