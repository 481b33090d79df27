import type { AuditLog } from "../audit/log.ts";
import type { Task } from "../handoff/task.ts";
import type { Ground } from "../phases/dependencies.ts";
import { recordGround } from "../phases/ground-entry.ts";
import { openGround, type Place, type Prepared, readPrepared } from "../phases/prepare.ts";
import { dropBehind } from "./drop-behind.ts";
import { placeOf } from "./place.ts";
import { checkoutAt, type Shell } from "./shell.ts";

/** What the prepare step of a job left for the step after it, taken up again. Disposing closes the sandbox. */
export interface JobGround extends AsyncDisposable {
  /** The checkout's real path. */
  source: string;
  place: Place;
  prepared: Prepared;
  sandbox: Ground["sandbox"];
}

/** Takes sudo away where that was still to be done, compares the programs, opens and proves the sandbox, and writes both into the log. */
export async function openJobGround(
  inputs: { repository: string; "drop-sudo": boolean },
  shell: Shell,
  audit: AuditLog,
): Promise<JobGround> {
  await dropBehind(inputs, shell);
  const source = await checkoutAt(inputs.repository);
  const place = placeOf(shell, source);
  const prepared = await readPrepared(place);
  const sandbox = await openGround(place);
  recordGround(audit, prepared, sandbox);
  return { source, place, prepared, sandbox, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() };
}

/** Where checks run, and what a side with other dependencies is installed by. */
export function checksGround(
  { prepared, sandbox, place }: JobGround,
  { config }: Task,
  { log, signal }: Pick<Shell, "log" | "signal">,
): Ground {
  const { limits, setup, network } = config;
  const registry = new URL(prepared.registry);
  return { sandbox, dir: place.dir, registry, limits, setup, network: network.prepare, onProgress: log, signal };
}
