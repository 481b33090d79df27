import type { Bump } from "../handoff/solution.ts";
import type { BumpEnd } from "../phases/bump-locally.ts";
import { type Outdated, outdatedMax } from "../phases/outdated.ts";
import { explanationLines } from "../policy/explain.ts";
import { columns, packagesLines, printable, reportTable } from "./table.ts";

const dayMs = 86_400_000;

/** What a bump did and how it was judged, for a terminal. In: milliseconds since 1970 that ages are counted to. */
export function bumpLines(
  { solution, report, judgement }: Extract<BumpEnd, { kind: "judged" }>,
  now: number,
): string[] {
  const { bump, change } = solution;
  return [
    ...(bump === undefined ? [] : columns([bumpTitles, bumpCells(bump, now)])),
    ...(bump === undefined ? [] : passedLines(bump)),
    "",
    ...change.flatMap(({ path }) => printable(`  M ${path}`)),
    "",
    ...reportTable(report),
    ...packagesLines(report.packages),
    ...packageNotes(report.packages),
    "",
    ...explanationLines(judgement, { checksRun: true }),
  ];
}

const bumpTitles = ["package", "from", "to", "step", "released"];

function bumpCells(
  { name, from, to, step, released }: Pick<Bump, "name" | "from" | "to" | "step" | "released">,
  now: number,
) {
  return [name, from, to, step, ageOf(released, now)].map((text) => printable(text).join(" "));
}

function passedLines({ passed }: Bump): string[] {
  if (passed === null) return [];
  const from = passed.from === null ? "" : ` It is old enough from ${passed.from.slice(0, 10)} on.`;
  return [`${passed.version} is newer, and too young to be taken.${from}`];
}

/** The new packages that come along, and those that run a script when they are installed. */
function packageNotes(packages: Parameters<typeof packagesLines>[0]): string[] {
  if (packages.kind !== "looked") return [];
  return packages.packages.flatMap(({ name, version, before, direct, registry }) => {
    const isScript = registry.kind === "known" && registry.install_script;
    if (direct && !isScript) return [];
    const what = `${before === null ? "new" : `from ${before}`}${isScript ? ", runs a script when it is installed" : ""}`;
    return printable(`  ${name} ${version ?? "not locked"}: ${what}`);
  });
}

/** What could be bumped. In: milliseconds since 1970 that ages are counted to. */
export function outdatedLines({ rows, looked, left }: Outdated, now: number): string[] {
  const newer = rows.flatMap((row) => (row.kind === "newer" ? [bumpCells(row, now)] : []));
  const waiting = rows.flatMap((row) =>
    row.kind === "waiting" ? printable(`${row.name} ${row.from}: ${row.reason}`) : [],
  );
  const unknown = rows.flatMap((row) =>
    row.kind === "unknown" ? printable(`${row.name} ${row.from}: not known: ${row.reason}`) : [],
  );
  const sum =
    newer.length === 0
      ? `None of ${looked} packages has a newer release to take.`
      : `${newer.length} of ${looked} packages can be bumped.`;
  return [
    ...(newer.length === 0 ? [] : [...columns([bumpTitles, ...newer]), ""]),
    ...waiting,
    ...unknown,
    ...(waiting.length + unknown.length === 0 ? [] : [""]),
    sum,
    ...(left === 0 ? [] : [`${left} more were not looked up; ${outdatedMax} are.`]),
    ...(newer.length === 0 ? [] : ["Bump one with: airlock bump PACKAGE"]),
  ];
}

function ageOf(released: string | null, now: number): string {
  if (released === null) return "unknown";
  const days = Math.floor((now - Date.parse(released)) / dayMs);
  if (days < 1) return "today";
  return days === 1 ? "1 day ago" : `${days} days ago`;
}
