import type { Finding } from "../../handoff/finding.ts";
import { meaning, type Assertion } from "./assertions.ts";
import type { TestCase } from "./cases.ts";
import type { TestFacts } from "./facts.ts";
import { isLiteral } from "./nodes.ts";
import type { CasePair } from "./pairing.ts";
import { weightIn } from "./removed-tests.ts";
import { tampering } from "./source.ts";
import { compareStrength, rankOf } from "./strength.ts";

interface Compared {
  edited: { before: Assertion; after: Assertion }[];
  removed: Assertion[];
  added: Assertion[];
}

/** V06, V07, V09 and the inline half of V10: what the tests that stay still assert. */
export function weakerAssertions(facts: TestFacts): Finding[] {
  return facts.pairs.flatMap((pair) => {
    const compared = compareAssertions(pair.before.assertions, pair.after.assertions);
    return [
      ...fewer(pair, compared, facts),
      ...compared.edited.flatMap(({ before, after }) => [
        ...changedStrength(pair.after, before, after),
        ...changedValue(pair.after, { before, after }, facts),
      ]),
    ];
  });
}

/** Same assertions cancel out; of the rest, those on the same subject belong together, in order. */
function compareAssertions(before: readonly Assertion[], after: readonly Assertion[]): Compared {
  let [removed, added] = withoutPairs(before, after, ({ normal }) => normal);
  [removed, added] = withoutPairs(removed, added, meaning);
  const edited: Compared["edited"] = [];
  for (const key of [
    ({ subject, matcher }: Assertion) => `${subject}\n${matcher}`,
    ({ subject }: Assertion) => subject,
  ]) {
    const open = Map.groupBy(added, key);
    const taken = new Set<Assertion>();
    removed = removed.filter((one) => {
      const found = one.subject === "" ? undefined : open.get(key(one))?.shift();
      if (found === undefined) return true;
      taken.add(found);
      edited.push({ before: one, after: found });
      return false;
    });
    added = added.filter((one) => !taken.has(one));
  }
  return { edited, removed, added };
}

/** What is left of both sides without those that have the same key. */
function withoutPairs(before: readonly Assertion[], after: readonly Assertion[], key: (one: Assertion) => string) {
  const open = Map.groupBy(after, key);
  const removed = before.filter((one) => open.get(key(one))?.shift() === undefined);
  const left = new Set([...open.values()].flat());
  return [removed, after.filter((one) => left.has(one))] as [Assertion[], Assertion[]];
}

/** V06. Assertions that were exchanged for as many others are no loss; nor is one that moved to another test of the file. */
function fewer({ before, after }: CasePair, { removed, added }: Compared, facts: TestFacts): Finding[] {
  const weight = (some: readonly Assertion[], rows: number) => rows * some.reduce((sum, one) => sum + one.weight, 0);
  if (weight(removed, before.rows) <= weight(added, after.rows)) return [];
  const of = (cases: readonly TestCase[], path: string) => weightIn(cases.filter(({ source }) => source.path === path));
  const total = of(facts.after, after.source.path) - of(facts.before, before.source.path);
  // Several that became one which fixes as much (parts of an object that are now compared as a whole) are for a person to look at.
  const strongest = (some: readonly Assertion[]) => Math.max(0, ...some.map((one) => rankOf(one) ?? 0));
  const isMerged = added.length > 0 && strongest(added) >= 4 && strongest(added) >= strongest(removed);
  const level = total >= 0 ? "info" : isMerged ? "warn" : "block";
  const name = JSON.stringify(after.title);
  const message = `The test ${name} has ${removed.length} assertions less and ${added.length} others${level === "info" ? "; the file as a whole has as many as before" : ""}.`;
  return [
    tampering({
      rule: "v06-fewer-assertions",
      level,
      path: after.source.path,
      line: after.line,
      message,
      before: removed.map(({ text }) => text).join("\n"),
      after: added.map(({ text }) => text).join("\n"),
    }),
  ];
}

/** V07 */
function changedStrength({ source, title }: TestCase, before: Assertion, after: Assertion): Finding[] {
  const compared = compareStrength(before, after);
  if (compared === null) return [];
  const message = `An assertion of the test ${JSON.stringify(title)} is ${compared.kind}: ${compared.how}.`;
  const level = compared.kind === "weaker" ? "block" : "info";
  return [
    tampering({
      rule: "v07-assertion-weaker",
      level,
      path: source.path,
      line: after.line,
      message,
      before: before.text,
      after: after.text,
    }),
  ];
}

/** V09 and V10: the same assertion with another written value, while the program changes too. */
function changedValue(
  { source, title }: TestCase,
  { before, after }: Compared["edited"][number],
  { sourceChanged }: TestFacts,
): Finding[] {
  if (before.matcher !== after.matcher || before.negated !== after.negated || !sourceChanged) return [];
  const [was, now] = [before.expected[0], after.expected[0]];
  if (was === undefined || now === undefined || !isLiteral(was) || !isLiteral(now)) return [];
  // Where one says more or less than the other, V07 has said so.
  if (before.expectedText === after.expectedText || compareStrength(before, after) !== null) return [];
  const isSnapshot = before.matcher.endsWith("InlineSnapshot");
  const rule = isSnapshot ? "v10-snapshot-changed" : "v09-expected-value";
  const message = `The test ${JSON.stringify(title)} expects another value, in a change that also edits the program.`;
  return [
    tampering({
      rule,
      level: "warn",
      path: source.path,
      line: after.line,
      message,
      before: before.text,
      after: after.text,
    }),
  ];
}
