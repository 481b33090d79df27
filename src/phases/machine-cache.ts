import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type EnvironmentCache, openCache } from "../environment/cache.ts";

/** Where a machine that lasts keeps its installations. */
export interface MachineCache {
  root: string;
  now: () => number;
}

/** The cache of this machine, ready to be spread into a `Ground`. One that cannot be trusted is said and left alone. */
export async function machineCache(
  wanted: MachineCache | null,
  sandbox: Sandbox,
  onProgress: (text: string) => void,
): Promise<{ cache?: EnvironmentCache }> {
  if (wanted === null) return {};
  const opened = await openCache({ ...wanted, user: sandbox.user });
  if (opened.kind === "open") return { cache: opened.cache };
  onProgress(`the environment cache is not used: ${opened.reason}`);
  return {};
}
