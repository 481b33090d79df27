import { release } from "node:os";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Baseline } from "../checks/baseline.ts";
import type { Ran } from "../checks/run.ts";
import { reportIn } from "../checks/test-names.ts";
import { reportsRed } from "../checks/test-report.ts";
import type { BaselineEnvironment, BaselinePaper } from "../handoff/baseline.ts";
import type { Prepared } from "./prepare.ts";

type Run = BaselinePaper["runs"][number];

/**
 * What of this machine decides how checks end. In: what the prepare step of the job left, the proved sandbox, and the name of the
 * machine's image (null: it says none).
 */
export function environmentOf(
  { installed, programs }: Pick<Prepared, "installed" | "programs">,
  { certificate, overlay }: Pick<Sandbox, "certificate" | "overlay">,
  image: string | null,
): BaselineEnvironment {
  const { bwrap, uid, limits } = certificate;
  return {
    image,
    kernel: release(),
    arch: process.arch,
    dependencies: installed.key,
    programs,
    sandbox: { bwrap, uid, limits, overlay: overlay.kind },
  };
}

/** The runs as a paper carries them. Names of tests go with a green run alone, because no other is believed. */
export function paperRuns({ runs }: Pick<Baseline, "runs">): Run[] {
  return [...runs].map(([check, ran]) => ({ check, outcome: ran.outcome, counts: ran.counts, ...greenTests(ran) }));
}

function greenTests(ran: Ran): Pick<Run, "tests"> {
  const report = reportIn(ran);
  if (ran.outcome.kind !== "passed" || report === null || reportsRed(report)) return {};
  const { runner, counts, printed = null } = report;
  const tests = [...report.tests].flatMap(([id, { name, file, status }]) =>
    status === "failed" ? [] : [{ id, name, file, status }],
  );
  return { tests: { runner, counts, printed, tests } };
}

/** The same run again, on the machine that reads it. */
export function ranOf({ outcome, counts, tests: report }: Run): Ran {
  if (report === undefined) return { outcome, counts };
  const { runner, printed } = report;
  const tests = new Map(report.tests.map((test) => [test.id, { ...test, why: "" }]));
  const read = { runner, tests, brokenFiles: [], counts: report.counts, printed };
  return { outcome, counts, report: { kind: "read", report: read } };
}
