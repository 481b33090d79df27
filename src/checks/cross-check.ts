import type { Finding } from "../handoff/finding.ts";
import type { Proof } from "../handoff/report.ts";
import { writeBlobs } from "../workspace/apply.ts";
import { fileAt } from "../workspace/local.ts";
import { mixTree } from "../workspace/mix.ts";
import { type Placed } from "../workspace/apply.ts";
import { pinScripts } from "./pin-scripts.ts";
import { brokenBaseTests, proofOf, proving, type Tested, toothlessTests } from "./proof.ts";
import { type Prepared, type Row, runSide } from "./rows.ts";
import type { Ran } from "./run.ts";
import { withBaseRunner } from "./runner-settings.ts";
import type { Side } from "./side.ts";
import { crossedTrees, isTestSide, packageManifest } from "./test-side.ts";

/**
 * Runs the tests across: the base's tests on the changed source (V27), and the change's tests on the base's source, which is what
 * proves a fix. Each only when the change makes it differ from base and head, and with the dependencies of head.
 */
export async function crossCheck(
  prepared: Prepared,
  rows: readonly Row[],
): Promise<{ proof: Proof; findings: Finding[] }> {
  const { change, task } = prepared.verification;
  const tested = rows.filter(({ check }) => check.kind === "tests");
  if (tested.some(({ runs }) => runs === null)) {
    return {
      proof: { kind: "unknown", reason: "the tests were left out, because another check had failed" },
      findings: [],
    };
  }
  const crossed = crossedTrees(change, await runnerSettings(prepared));
  const proofs: { tested: Tested; proving: ReturnType<typeof proving> }[] = [];
  const findings: Finding[] = [];
  const bent = new Set<string>();
  for (const row of tested) {
    const { runs } = row;
    if (runs === null) continue;
    const head = runs.headAgain ?? runs.head;
    const headTests = await testsOn(prepared, row, { placed: crossed.headTests, onto: "base" });
    const one: Tested = { base: runs.base, baseAgain: runs.baseAgain, head, headTests };
    proofs.push({ tested: one, proving: proving(one, change) });
    const base = runs.baseAgain ?? runs.base;
    const crossedRuns = await baseTestsOnHead(prepared, row, crossed.baseTests);
    if (crossedRuns.length === 0) continue;
    const broken = brokenBaseTests({ base, head, crossed: crossedRuns }, change);
    findings.push(...broken.findings);
    for (const { id } of broken.tests) bent.add(id);
  }
  const proof = proofOf(
    proofs.map(({ proving: one }) => one),
    bent,
  );
  return { proof, findings: [...findings, ...(task.config.verify.mutation ? toothlessTests(proofs, change) : [])] };
}

/** Once, and once more alone when it is red: only what is red twice is the change's doing. */
async function baseTestsOnHead(prepared: Prepared, row: Row, placed: Placed[] | null): Promise<Ran[]> {
  const first = await testsOn(prepared, row, { placed, onto: "head" });
  if (first === null) return [];
  if (first.outcome.kind !== "failed") return [first];
  const second = await testsOn(prepared, row, { placed, onto: "head", again: true });
  return second === null ? [first] : [first, second];
}

async function testsOn(
  prepared: Prepared,
  { check, runs }: Row,
  { placed, onto, again = false }: { placed: Placed[] | null; onto: "base" | "head"; again?: boolean },
): Promise<Ran | null> {
  if (placed === null || runs === null) return null;
  // Where the tests cannot run on head, nothing can be said across either.
  if (runs.head.outcome.kind === "not_run" || runs.base.outcome.kind === "not_run") return null;
  const side = await crossedSide(prepared, placed, onto);
  const whose = onto === "base" ? "with the change's tests" : "with the base's tests";
  return await runSide(prepared, check, {
    side,
    again,
    signal: prepared.verification.signal,
    as: `${check.name}, ${whose},`,
  });
}

async function crossedSide(prepared: Prepared, placed: readonly Placed[], onto: "base" | "head"): Promise<Side> {
  const { store, trusted, sides } = prepared;
  const tree = await mixTree(store, sides[onto].tree, placed);
  const { dependencies } = sides.head;
  const pinned = await pinScripts(store, trusted, tree);
  if (pinned.kind === "pinned") return { name: onto, tree, dependencies, pinned: pinned.mounts };
  return { name: onto, tree, dependencies: { kind: "failed", cause: "other", reason: pinned.reason }, pinned: [] };
}

/** A runner's configuration can stand in a package.json, of which everything else stays as on head. */
async function runnerSettings({ store, sides, verification }: Prepared): Promise<Placed[]> {
  const manifests = verification.change.filter(({ path }) => packageManifest.test(path) && !isTestSide(path));
  const placed: Placed[] = [];
  for (const { path } of manifests) {
    const [base, head] = await Promise.all([sides.base, sides.head].map(({ tree }) => fileAt(store, tree, path)));
    if (base === null || base === undefined || head === null || head === undefined) continue;
    const after = withBaseRunner(head.toString("utf8"), base.toString("utf8"));
    if (after === null) continue;
    await writeBlobs(store, [{ path, before: null, after }]);
    placed.push({ path, after });
  }
  return placed;
}
