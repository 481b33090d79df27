import type { CheckResult, Outcome } from "../handoff/report.ts";
import { resourceLimits } from "../environment/limits.ts";
import type { Store } from "../workspace/store.ts";
import { compare, runAgain, type Runs } from "./compare.ts";
import type { CheckPlan, PlannedCheck } from "./detect.ts";
import type { Ran } from "./run.ts";
import { checkOnSide, type Side, type SideName } from "./side.ts";
import { testsByName } from "./test-names.ts";
import type { Progress, Verification } from "./verify.ts";

/** Everything known once both sides stand. */
export interface Prepared {
  verification: Verification;
  store: Store;
  trusted: string;
  plan: CheckPlan;
  sides: Record<SideName, Side>;
  /** What the base did before, by the name of the check; absent: both sides run now. */
  carried?: ReadonlyMap<string, Ran> | undefined;
}

/** One row, and the runs it was made from; null where a check before it had decided. */
export interface Row {
  check: PlannedCheck;
  result: CheckResult;
  runs: Runs | null;
}

/**
 * Runs every check on both sides and compares. Base and head of a check run at the same time, one check after the other, those first
 * that are usually quick. Where the base was carried two checks run at a time on head. With `fail_fast` the first check that the change
 * breaks ends the rest, which are then not run.
 */
export async function checkRows(prepared: Prepared): Promise<Row[]> {
  const { plan, carried, verification } = prepared;
  const decided = new AbortController();
  const signal = AbortSignal.any([decided.signal, ...(verification.signal === undefined ? [] : [verification.signal])]);
  const rows = new Map<PlannedCheck, Row>();
  const open = [...plan.checks];
  const work = async () => {
    for (let check = open.shift(); check !== undefined; check = open.shift()) {
      const row = decided.signal.aborted ? leftOut(check) : await compareCheck(prepared, check, signal);
      // What was ended half-way says nothing of its own.
      rows.set(check, decided.signal.aborted && row.result.class === "not run" ? leftOut(check) : row);
      if (row.result.class === "regressed" && verification.task.config.verify.fail_fast) decided.abort();
    }
  };
  const workers = Array.from({ length: carried === undefined ? 1 : 2 }, work);
  // All must have ended before an error of one is passed on: nothing may still run when the copies are removed.
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return plan.checks.flatMap((check) => rows.get(check) ?? []);
}

/** The state of a check that another one made needless. */
function leftOut(check: PlannedCheck): Row {
  const reason = "another check had already failed, and [verify] fail_fast is on";
  const outcome: Outcome = { kind: "not_run", cause: "cancelled", reason };
  const { name, kind } = check;
  const result: CheckResult = {
    name,
    kind,
    command: shownCommand(check),
    base: outcome,
    head: outcome,
    class: "not run",
  };
  return { check, result, runs: null };
}

async function compareCheck(prepared: Prepared, check: PlannedCheck, signal: AbortSignal): Promise<Row> {
  const carried = prepared.carried?.get(check.name);
  const run = (side: SideName, again = false) =>
    runSide(prepared, check, { side: prepared.sides[side], again, signal });
  const [base, head] = await bothDone(carried ?? run("base"), run("head"));
  const runs: Runs = { base, head };
  for (let side = runAgain(runs); side !== null; side = runAgain(runs)) {
    // A compiler or linter that had no other side beside it says the same again.
    if (side === "head" && carried !== undefined && (check.kind === "types" || check.kind === "lint")) break;
    const again = await run(side, true);
    if (side === "base") runs.baseAgain = again;
    else runs.headAgain = again;
  }
  const { name, kind, command } = check;
  const tests = kind === "tests" ? { tests: testsByName(command, { ...runs, head: runs.headAgain ?? head }) } : {};
  return { check, result: { name, kind, command: shownCommand(check), ...compare(runs), ...tests }, runs };
}

/** Runs one check on one side, and tells. `as`: what the check is called, where it is not the check's own tree. */
export async function runSide(
  { verification, store }: Pick<Prepared, "store"> & { verification: Pick<Verification, RunsWith> },
  check: PlannedCheck,
  {
    side,
    again = false,
    signal,
    as = check.name,
  }: { side: Side; again?: boolean; signal?: AbortSignal | undefined; as?: string },
): Promise<Ran> {
  const { sandbox, task, egress, onProgress } = verification;
  const tell = (state: Progress["state"]) => onProgress?.({ check: as, side: side.name, state, again });
  const { output_head_bytes: headBytes, output_tail_bytes: tailBytes } = task.config.limits;
  const limits = { output: { headBytes, tailBytes }, ...resourceLimits(task.config.limits) };
  tell("started");
  const ran = await checkOnSide({ sandbox, store, check, side, limits, egress, signal });
  tell(stateOn[ran.outcome.kind]);
  return ran;
}

type RunsWith = "sandbox" | "task" | "egress" | "onProgress";

/** Both must have ended before an error of one is passed on: nothing may still run when the copies are removed. */
export async function bothDone<A, B>(a: A | Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

const stateOn: Record<Outcome["kind"], Progress["state"]> = {
  passed: "passed",
  failed: "failed",
  not_run: "not run",
  not_configured: "not run",
};

function lineOf(step: readonly string[]): string {
  return step[0] === "sh" && step[1] === "-c" ? (step[2] ?? "") : step.join(" ");
}

/** Several steps are shown as the one line that a person would type. */
function shownCommand({ command }: PlannedCheck): string[] {
  const [only, ...more] = command;
  if (only !== undefined && more.length === 0) return only;
  return ["sh", "-c", command.map(lineOf).join(" && ")];
}
