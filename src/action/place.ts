import type { Place } from "../phases/prepare.ts";
import { jobDirectory, type Shell } from "./shell.ts";

/** Where this job's sandboxes are built and its programs are watched; no program of the checkout is used. */
export function placeOf(shell: Shell, checkout: string): Place {
  const { bundle } = shell;
  const place = { dir: jobDirectory(shell), path: shell.runner.path, notFrom: [checkout] };
  return bundle === undefined ? place : { ...place, bundle };
}
