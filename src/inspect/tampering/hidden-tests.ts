import type { Finding } from "../../handoff/finding.ts";
import { meaning } from "./assertions.ts";
import type { Switch } from "./case-switches.ts";
import type { TestCase } from "./cases.ts";
import type { TestFacts } from "./facts.ts";
import { tampering } from "./source.ts";

/** V03, V04 and V05: tests that are still written down and no longer run, or not always. Removing such a switch is a plus. */
export function hiddenTests({ pairs, added }: TestFacts): Finding[] {
  const findings = [
    ...pairs.flatMap(({ before, after }) => [
      ...switched(before, after),
      ...newConditions(before, after),
      ...newlyMuted(before, after),
    ]),
    ...added.flatMap(hiddenFromTheStart),
  ];
  // One `describe.skip` switches many tests off and is one finding.
  return [
    ...new Map(
      findings.map((one) => [`${one.rule}\n${one.level}\n${one.path}\n${one.line}\n${one.after}`, one]),
    ).values(),
  ];
}

function switched(before: TestCase, after: TestCase): Finding[] {
  const found: Finding[] = [];
  const name = JSON.stringify(after.title);
  if (before.skipped === null && after.skipped !== null)
    found.push(
      at(after.skipped, after, {
        rule: "v03-test-skipped",
        level: "block",
        message: `The test ${name} is switched off.`,
        before: before.text,
      }),
    );
  if (before.skipped !== null && after.skipped === null)
    found.push(
      plus(after, {
        rule: "v03-test-skipped",
        message: `The test ${name} is no longer switched off.`,
        before: before.skipped.text,
      }),
    );
  if (before.focused === null && after.focused !== null)
    found.push(
      at(after.focused, after, {
        rule: "v04-test-focused",
        level: "block",
        message: `The test ${name} is focused, so that others do not run.`,
        before: before.text,
      }),
    );
  if (before.focused !== null && after.focused === null)
    found.push(
      plus(after, {
        rule: "v04-test-focused",
        message: `The test ${name} is no longer focused.`,
        before: before.focused.text,
      }),
    );
  return found;
}

/** A condition that the base had anywhere in the same test is not new. */
function newConditions(before: TestCase, after: TestCase): Finding[] {
  const was = new Set(before.conditions.map(({ normal }) => normal));
  const isNew = after.conditions.filter(({ normal }) => !was.has(normal));
  const always = (one: TestCase) => new Set(one.assertions.filter(({ conditional }) => !conditional).map(meaning));
  const [plain, still] = [always(before), always(after)];
  const wrapped = after.assertions.filter((one) => one.conditional && plain.has(meaning(one)));
  const name = JSON.stringify(after.title);
  return [
    ...isNew.map((condition) =>
      at(condition, after, {
        rule: "v05-test-conditional",
        level: "block",
        message: /^retr(y|ies)\(/.test(condition.normal)
          ? `The test ${name} may be run again until it is green.`
          : `The test ${name} runs only under a condition now.`,
        before: before.text,
      }),
    ),
    ...wrapped
      .filter((one) => !still.has(meaning(one)))
      .map(({ node, line, text }) =>
        at({ node, line, text }, after, {
          rule: "v05-test-conditional",
          level: "block",
          message: `An assertion of the test ${name} stands under a condition now.`,
          before: text,
        }),
      ),
  ];
}

/** Assertions that can no longer fail: those that could in the base, and new ones of the kind where the test has fewer that can. */
function newlyMuted(before: TestCase, after: TestCase): Finding[] {
  const [couldFail, can] = [before, after].map((one) => one.assertions.filter(({ muted }) => muted === null));
  const was = new Set((couldFail ?? []).map(meaning));
  const still = new Set((can ?? []).map(meaning));
  const wasMuted = new Set(before.assertions.filter(({ muted }) => muted !== null).map(meaning));
  const isLess = (can?.length ?? 0) < (couldFail?.length ?? 0);
  return after.assertions.flatMap((one) => {
    const key = meaning(one);
    const isLost = (was.has(key) && !still.has(key)) || (isLess && !wasMuted.has(key));
    if (one.muted === null || !isLost) return [];
    const message = `An assertion of the test ${JSON.stringify(after.title)} can no longer fail it: ${one.muted}.`;
    const old = before.assertions.find((other) => meaning(other) === key)?.text ?? before.text;
    return [at(one, after, { rule: "v05-test-conditional", level: "block", message, before: old })];
  });
}

/** A new test hides nothing that ran before: it is shown, because a reader may take it for a proof. */
function hiddenFromTheStart(one: TestCase): Finding[] {
  const name = JSON.stringify(one.title);
  const found: Finding[] = [];
  if (one.focused !== null)
    found.push(
      at(one.focused, one, {
        rule: "v04-test-focused",
        level: "block",
        message: `The new test ${name} is focused, so that others do not run.`,
        before: null,
      }),
    );
  if (one.skipped !== null) {
    const level = one.bodyNode === null ? "info" : "warn";
    found.push(
      at(one.skipped, one, {
        rule: "v03-test-skipped",
        level,
        message: `The new test ${name} does not run.`,
        before: null,
      }),
    );
  }
  for (const condition of one.conditions)
    found.push(
      at(condition, one, {
        rule: "v05-test-conditional",
        level: "info",
        message: `The new test ${name} runs only under a condition.`,
        before: null,
      }),
    );
  return found;
}

type Said = Pick<Finding, "level" | "message" | "before"> & {
  rule: "v03-test-skipped" | "v04-test-focused" | "v05-test-conditional";
};

function at({ line, text }: Switch, { source }: TestCase, said: Said): Finding {
  return tampering({ ...said, path: source.path, line, after: text });
}

function plus({ source, line, text }: TestCase, said: Omit<Said, "level">): Finding {
  return tampering({ ...said, level: "info", path: source.path, line, after: text });
}
