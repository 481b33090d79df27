import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import { code, type KnownSecrets, type Outgoing, ours, word } from "../text/outgoing.ts";

const dayMs = 86_400_000;

/** What is told of a bump. `from` null: verify did not see which version was there before. */
export interface ShownBump {
  name: string;
  from: string | null;
  to: string;
  step: "patch" | "minor" | "major";
  released: string | null;
  passed: NonNullable<Solution["bump"]>["passed"];
}

/**
 * What a bump did, as far as another machine saw it: the name is the one that was asked for, and the new version is among the packages that
 * verify found in the change. null: it is no bump, or solve says something else than verify. Pure.
 */
export function bumpOf({
  task,
  solution,
  report,
}: {
  task: Task;
  solution: Solution;
  report: Report;
}): ShownBump | null {
  const { brief } = task;
  const { bump } = solution;
  if (brief.kind !== "bump" || bump === undefined || bump.name !== brief.package || report.packages.kind !== "looked")
    return null;
  const seen = report.packages.packages.find(({ name, version }) => name === bump.name && version === bump.to);
  return seen === undefined ? null : { ...bump, from: seen.before === bump.from ? bump.from : null };
}

/** The bump in one table; empty where there is none to tell of. */
export function bumpSection(bump: ShownBump | null, asOf: string, known: KnownSecrets): Outgoing {
  if (bump === null) return ours``;
  const { name, from, to, step, released, passed } = bump;
  const before = from === null ? ours`unknown` : code(from, known);
  const table = ours`### Bump\n\n| Package | From | To | Step | Published |\n| :-- | :-- | :-- | :-- | :-- |\n| ${code(name, known)} | ${before} | ${code(to, known)} | ${word(step, known)} | ${publishedOn(released, asOf)} |`;
  const made = ours`The package manager made it, in the sandbox and without a model.`;
  if (passed === null) return ours`${table}\n\n${made}`;
  const { version, from: since } = passed;
  const when = since === null ? ours`` : ours` It is old enough from ${word(since.slice(0, 10), known)} on.`;
  return ours`${table}\n\n${made} ${code(version, known)} is newer, and too young to be taken.${when}`;
}

function publishedOn(released: string | null, asOf: string): Outgoing {
  if (released === null) return ours`unknown`;
  const days = Math.floor((Date.parse(asOf) - Date.parse(released)) / dayMs);
  return days === 1 ? ours`1 day ago` : ours`${days} days ago`;
}
