import type { Packages } from "../handoff/packages.ts";
import type { Outcome, Report } from "../handoff/report.ts";

/** The verification table for a terminal: check, base, head, class; then what both sides of every check that is not fine said. */
export function reportTable({ checks }: Pick<Report, "checks">): string[] {
  const rows = checks.map((check) => [check.name, outcomeWord(check.base), outcomeWord(check.head), check.class]);
  const lines = columns([["check", "base", "head", "result"], ...rows]);
  for (const check of checks) {
    if (["pass", "fixed", "not configured"].includes(check.class)) continue;
    lines.push("", `${check.name}: ${check.class}`);
    for (const [side, outcome] of [["base", check.base] as const, ["head", check.head] as const]) {
      // A green base beside a red head has nothing to explain.
      if (outcome.kind === "passed" && side === "base") continue;
      const told = evidence(outcome);
      if (told.length > 0) lines.push(`  on ${side}, ${outcomeWord(outcome)}:`, ...told.map((line) => `    ${line}`));
    }
  }
  return lines;
}

/** What was found out about the packages that the change brings, in a few lines; none when it brings none. `airlock risk` judges them. */
export function packagesLines(packages: Packages): string[] {
  switch (packages.kind) {
    case "none":
      return [];
    case "not_run":
      return ["", `packages: not looked up: ${printable(packages.reason).join(" ")}`];
    case "looked": {
      const missing = packages.packages.filter(({ registry }) => registry.kind === "unanswered").length;
      const left = packages.left_out + missing;
      const likes = packages.packages.flatMap(({ name, resembles }) =>
        resembles === null ? [] : printable(`  ${name} could be taken for ${resembles}`),
      );
      const count = packages.packages.length - missing;
      return ["", `packages: ${count} looked up${left > 0 ? `, ${left} not` : ""}`, ...likes];
    }
  }
}

/** Pads text cells so that they stand in columns. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function outcomeWord(outcome: Outcome): string {
  switch (outcome.kind) {
    case "passed":
      return `passed ${seconds(outcome.ms)}`;
    case "failed":
      return `failed (${outcome.exit_code}) ${seconds(outcome.ms)}`;
    case "not_run":
      return "not run";
    case "not_configured":
      return "–";
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function evidence(outcome: Outcome): string[] {
  switch (outcome.kind) {
    case "passed":
    case "failed":
      return printable(outcome.evidence).slice(-20);
    case "not_run":
      // Our own sentence comes first, then the end of what a program said.
      return printable(outcome.reason).slice(0, 21);
    case "not_configured":
      return [];
  }
}

/** What a check printed or a model wrote is not ours: no control character of it reaches the terminal. Out: its lines. */
export function printable(text: string): string[] {
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "").split("\n");
}
