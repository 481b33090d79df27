import type { Finding } from "../../handoff/finding.ts";
import type { Sides } from "../sides.ts";
import { weakerCompiler } from "./compiler-options.ts";
import { testFacts } from "./facts.ts";
import { forcedSuccess } from "./forced-success.ts";
import { hardCodedAnswers } from "./hard-coded.ts";
import { hiddenTests } from "./hidden-tests.ts";
import { ignoredSources } from "./ignore-files.ts";
import { weakerLint } from "./lint-config.ts";
import { mockedSubjects } from "./mocks.ts";
import { maskedScripts } from "./package-scripts.ts";
import { removedTests } from "./removed-tests.ts";
import { weakerRunner } from "./runner-config.ts";
import { changedSnapshots } from "./snapshots.ts";
import { readCode } from "./source.ts";
import { suppressions } from "./suppressions.ts";
import { swallowedErrors } from "./swallowed-errors.ts";
import { tautologies } from "./tautologies.ts";
import { testAwareSource } from "./test-aware.ts";
import { typeHoles } from "./type-holes.ts";
import { weakerAssertions } from "./weaker-assertions.ts";
import { weakerWorkflows } from "./workflows.ts";

/**
 * What a change does to the checks that judge it: the rules V01 to V25 of `docs/rules.md`, on the syntax trees of both sides. A finding names
 * file, line, the base's text and the result's. Nothing in the code can silence one; what compensates is part of its rule.
 */
export function inspectTampering(sides: readonly Sides[]): Finding[] {
  const { pairs, unread } = readCode(sides);
  const { facts, unread: nested } = testFacts(pairs);
  return [
    ...unread,
    ...nested,
    ...removedTests(facts),
    ...hiddenTests(facts),
    ...weakerAssertions(facts),
    ...tautologies(facts),
    ...changedSnapshots(sides, facts),
    ...mockedSubjects(facts),
    ...swallowedErrors(facts),
    ...testAwareSource(facts),
    ...hardCodedAnswers(facts),
    ...forcedSuccess(facts),
    ...suppressions(facts),
    ...weakerCompiler(sides),
    ...weakerLint(sides),
    ...weakerRunner(sides),
    ...maskedScripts(sides),
    ...weakerWorkflows(sides),
    ...ignoredSources(sides),
    ...typeHoles(facts),
  ];
}
