import type { CheckResult, Outcome } from "../handoff/report.ts";
import { resourceLimits } from "../environment/limits.ts";
import type { Store } from "../workspace/store.ts";
import type { KeptCaches } from "./caches.ts";
import { compare, runAgain, type Runs } from "./compare.ts";
import type { CheckPlan, PlannedCheck } from "./detect.ts";
import type { Ran } from "./run.ts";
import { type CacheUse, checkOnSide, type Side, type SideName } from "./side.ts";
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
  /** What the base's checks left for head's, by name; absent: head starts from nothing. */
  caches?: ReadonlyMap<string, KeptCaches> | undefined;
}

/** One row, and the runs it was made from; null where a check before it had decided. */
export interface Row {
  check: PlannedCheck;
  result: CheckResult;
  runs: Runs | null;
}

/**
 * Runs every check on both sides and compares. Base and head of a check run at the same time, one check after the other, those first
 * that are usually quick. Where the base was carried two checks run at a time on head, and reds run again when nothing else does. With
 * `fail_fast` the first check that the change breaks ends the rest, which are then not run.
 */
export async function checkRows(prepared: Prepared): Promise<Row[]> {
  const { plan, carried, verification } = prepared;
  const failFast = verification.task.config.verify.fail_fast;
  const decided = new AbortController();
  const signal = AbortSignal.any([decided.signal, ...(verification.signal === undefined ? [] : [verification.signal])]);
  const rows = new Map<PlannedCheck, Row>();
  const red: { check: PlannedCheck; runs: Runs }[] = [];
  const open = [...plan.checks];
  const settle = async (check: PlannedCheck, runs: Runs) => {
    const row = decided.signal.aborted ? leftOut(check) : await compareCheck(prepared, { check, runs, signal });
    rows.set(check, row);
    if (row.result.class === "regressed" && failFast) decided.abort();
  };
  const work = async (most = Infinity) => {
    for (let done = 0; done < most; done += 1) {
      const check = open.shift();
      if (check === undefined) return;
      if (decided.signal.aborted) rows.set(check, leftOut(check));
      else {
        const runs = await firstRuns(prepared, check, signal);
        if (carried !== undefined && nextAgain(prepared, check, runs) !== null) red.push({ check, runs });
        else await settle(check, runs);
      }
    }
  };
  // The quickest red comes from a first check that has the machine to itself.
  if (failFast) await work(1);
  const workers = Array.from({ length: carried === undefined ? 1 : 2 }, () => work());
  // All must have ended before an error of one is passed on: nothing may still run when the copies are removed.
  await Promise.allSettled(workers);
  await Promise.all(workers);
  for (const { check, runs } of red) await settle(check, runs);
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

async function firstRuns(prepared: Prepared, check: PlannedCheck, signal: AbortSignal): Promise<Runs> {
  const { carried, sides } = prepared;
  const before = carried?.get(check.name) ?? runSide(prepared, check, { side: sides.base, signal });
  const [base, head] = await bothDone(before, headRun(prepared, check, signal));
  return { base, head };
}

/** What a check says that started from the base's caches counts when it is green, or a compiler's red; otherwise it runs as if there were none. */
async function headRun(prepared: Prepared, check: PlannedCheck, signal: AbortSignal): Promise<Ran> {
  const side = prepared.sides.head;
  const from = prepared.caches?.get(check.name);
  if (from !== undefined) {
    const ran = await runSide(prepared, check, { side, signal, caches: { kind: "start", from } });
    const { kind } = ran.outcome;
    if (kind === "passed" || (kind === "failed" && check.kind === "types") || signal.aborted) return ran;
  }
  return await runSide(prepared, check, { side, signal });
}

/** Which side runs again; null: none. A compiler or linter that had no other side beside it says the same again. */
function nextAgain({ carried }: Prepared, { name, kind }: PlannedCheck, runs: Runs): SideName | null {
  const side = runAgain(runs);
  const steady = carried?.has(name) === true && (kind === "types" || kind === "lint");
  return side === "head" && steady ? null : side;
}

async function compareCheck(
  prepared: Prepared,
  { check, runs, signal }: { check: PlannedCheck; runs: Runs; signal: AbortSignal },
): Promise<Row> {
  for (let side = nextAgain(prepared, check, runs); side !== null; side = nextAgain(prepared, check, runs)) {
    const again = await runSide(prepared, check, { side: prepared.sides[side], again: true, signal });
    if (side === "base") runs.baseAgain = again;
    else runs.headAgain = again;
  }
  const { name, kind, command } = check;
  const head = runs.headAgain ?? runs.head;
  const tests = kind === "tests" ? { tests: testsByName(command, { ...runs, head }) } : {};
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
    caches,
  }: {
    side: Side;
    again?: boolean;
    signal?: AbortSignal | undefined;
    as?: string;
    caches?: CacheUse | undefined;
  },
): Promise<Ran> {
  const { sandbox, task, egress, onProgress } = verification;
  const tell = (state: Progress["state"]) => onProgress?.({ check: as, side: side.name, state, again });
  const { output_head_bytes: headBytes, output_tail_bytes: tailBytes } = task.config.limits;
  const limits = { output: { headBytes, tailBytes }, ...resourceLimits(task.config.limits) };
  tell("started");
  const ran = await checkOnSide({ sandbox, store, check, side, limits, egress, signal, caches });
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
