import type { Config } from "../config.ts";

/**
 * Whether the workflow's baseline job is of use. Pure; asked by gate, which starts the job, and again by verify, which reads its paper.
 * Not where checks may use the network, whose requests belong into verify's own log, and not where setup commands make files, which
 * could be other files on another machine.
 */
export function wantsBaselineJob({ verify, network, setup }: Pick<Config, "verify" | "network" | "setup">): boolean {
  return verify.baseline_job && network.verify.allow.length === 0 && setup.commands.length === 0;
}
