import type { Verdict } from "../handoff/verdict.ts";
import { cell, joined, type KnownSecrets, ours, type Outgoing } from "../text/outgoing.ts";
import { findingLine, levelMark, requirementSentence } from "./requirements.ts";
import type { ShownReport } from "./shown-papers.ts";
import type { StatusState } from "./status-comment.ts";

/** Rows of each list, and UTF-16 code units of a name. */
const listMax = 30;
const nameMax = 100;

/** The end of a run that checked and judged a pull request as it stands: what broke, what did not run, how risky it is. */
export function verifiedState(
  verdict: Verdict,
  report: ShownReport | null,
  known: KnownSecrets,
): StatusState & { kind: "finished" | "info" } {
  const checks = report?.checks ?? [];
  const named = (result: string) => checks.filter((check) => check.class === result).map(({ name }) => name);
  const broken = named("regressed");
  const missing = named("not run");
  const blocking = verdict.findings.filter(({ level }) => level === "block");
  const good = report !== null && broken.length + missing.length + blocking.length === 0;
  return {
    kind: good ? "finished" : "info",
    headline: headline({ broken, missing, blocking: blocking.length, unread: report === null }, known),
    details: [
      rows(checks, known),
      ours`Risk ${levelMark[verdict.level]}. ${requirementSentence(verdict.requirements, known)}`,
      bullets(
        blocking.slice(0, listMax).map((finding) => findingLine(finding, known)),
        blocking.length,
      ),
    ],
    next: ours`this comment is about the head as it was when the command was written; a push needs a new one.`,
  };
}

function headline(
  seen: { broken: string[]; missing: string[]; blocking: number; unread: boolean },
  known: KnownSecrets,
): Outgoing {
  const list = (names: readonly string[]) =>
    joined(
      names.slice(0, listMax).map((name) => short(name, known)),
      ", ",
    );
  const parts = [
    ...(seen.unread ? [ours`The result of the checks cannot be read.`] : []),
    ...(seen.broken.length > 0 ? [ours`This pull request breaks: ${list(seen.broken)}.`] : []),
    ...(seen.missing.length > 0 ? [ours`Not run: ${list(seen.missing)}.`] : []),
    ...(seen.blocking > 0
      ? [seen.blocking === 1 ? ours`One finding blocks.` : ours`${seen.blocking} findings block.`]
      : []),
  ];
  return parts.length === 0 ? ours`No check regressed, and nothing blocks.` : joined(parts, " ");
}

function rows(checks: ShownReport["checks"], known: KnownSecrets): Outgoing {
  if (checks.length === 0) return ours``;
  const lines = checks
    .slice(0, listMax)
    .map(({ name, class: result }) => ours`| ${short(name, known)} | ${cell(result, known)} |`);
  return joined([ours`| check | base → head |\n| --- | --- |`, ...lines], "\n");
}

function bullets(lines: readonly Outgoing[], all: number): Outgoing {
  const rest = all > lines.length ? [ours`- … and ${all - lines.length} more`] : [];
  return joined([...lines.map((line) => ours`- ${line}`), ...rest], "\n");
}

function short(name: string, known: KnownSecrets): Outgoing {
  return cell(name.slice(0, nameMax), known);
}
