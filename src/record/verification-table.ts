import type { CheckClass, CheckResult, Outcome, Report } from "../handoff/report.ts";
import { cell, code, fence, joined, type KnownSecrets, ours, type Outgoing, word } from "../text/outgoing.ts";

/** Rows shown: the configuration allows 20 checks besides the built-in ones. */
const rowsMax = 30;
/** Characters of a name and of evidence in a row; outputs shown in full below the table, and characters of each. */
const nameMax = 80;
const evidenceMax = 160;
const outputsMax = 3;
const outputMax = 2_500;

/**
 * The table check · base · head · evidence, with a row for the sandbox. Every cell is made from the Report. What a program printed stands
 * in a code span, because the program may be the model's: it can never read as our own words (promise 14).
 */
export function verificationTable(report: Report, known: KnownSecrets): Outgoing {
  const rows = report.checks.slice(0, rowsMax).map((check) => row(check, known));
  const more = report.checks.length - rowsMax;
  return joined(
    [
      ours`| Check | Base | Head | Evidence |`,
      ours`| :-- | :-- | :-- | :-- |`,
      ...rows,
      ...(more > 0 ? [ours`| and ${more} more | | | see the run |`] : []),
      sandboxRow(report, known),
    ],
    "\n",
  );
}

/** The output of each check that is red on the change, folded away. Half of one would fold away what follows it. */
export function redOutputs(report: Report, known: KnownSecrets): Outgoing[] {
  const red = report.checks.flatMap(({ name, head }) =>
    head.kind === "failed" && head.evidence.trim() !== "" ? [{ name, evidence: head.evidence }] : [],
  );
  return red
    .slice(0, outputsMax)
    .map(
      ({ name, evidence }) =>
        ours`<details><summary>Output of ${cell(name.slice(0, nameMax), known)} on the change</summary>\n\n${fence(evidence.slice(-outputMax), known)}\n\n</details>`,
    );
}

function row(check: CheckResult, known: KnownSecrets): Outgoing {
  const sides =
    check.head.kind !== "not_run" && check.base.kind === "not_run"
      ? [check.base, check.head]
      : [check.head, check.base];
  const seen = sides.map(lastLine).find((line) => line !== null) ?? null;
  const evidence = seen === null ? phrase[check.class] : ours`${phrase[check.class]}: ${code(seen, known)}`;
  return ours`| ${cell(check.name.slice(0, nameMax), known)} | ${outcome(check.base)} | ${outcome(check.head)} | ${evidence} |`;
}

function outcome(side: Outcome): Outgoing {
  switch (side.kind) {
    case "passed":
      return ours`✅ passed in ${seconds(side.ms)}`;
    case "failed":
      return ours`❌ failed (exit ${side.exit_code})`;
    case "not_run":
      return notRun[side.cause];
    case "not_configured":
      return ours`➖ not configured`;
  }
}

/** Each state has its name; none of them reads like a pass. */
const notRun: Record<Extract<Outcome, { kind: "not_run" }>["cause"], Outgoing> = {
  "missing-tool": ours`⚠️ not run: tool missing`,
  limit: ours`⚠️ not run: limit met`,
  "time-out": ours`⚠️ not run: out of time`,
  unreachable: ours`⚠️ not run: unreachable`,
  install: ours`⚠️ not run: not installed`,
  cancelled: ours`⚠️ not run: cancelled`,
  other: ours`⚠️ not run`,
};

/** What a reader should take from the pair of outcomes. "Not run" never reads like a pass (promise 9). */
const phrase: Record<CheckClass, Outgoing> = {
  pass: ours`**pass**`,
  fixed: ours`**fixed** by this change`,
  regressed: ours`**regressed** by this change`,
  "pre-existing": ours`**pre-existing** failure`,
  flaky: ours`**flaky**: red, then green when run again`,
  "not configured": ours`**not configured** in this repository`,
  "not run": ours`**not run**, proves nothing`,
};

function sandboxRow({ certificate }: Report, known: KnownSecrets): Outgoing {
  const held = certificate.probes.filter((probe) => probe.held).length;
  const all = certificate.probes.length;
  const mark = held === all && all > 0 ? ours`✅ held` : ours`❌ not held`;
  return ours`| sandbox | ${mark} | ${mark} | ${held} of ${all} probes held, ${word(certificate.bwrap.slice(0, nameMax), known)}, ${word(certificate.uid, known)} user |`;
}

function lastLine(side: Outcome): string | null {
  if (side.kind === "not_configured") return null;
  const line = (side.kind === "not_run" ? side.reason : side.evidence)
    .split("\n")
    .map((text) => text.trim())
    .findLast((text) => text !== "");
  return line === undefined ? null : line.slice(0, evidenceMax);
}

function seconds(ms: number): Outgoing {
  return ours`${Math.round(ms / 100) / 10} s`;
}
