import { describe, expect, test } from "vitest";
import { secretlintTriggers } from "../../src/inspect/secretlint-triggers.ts";
import { secretRules } from "../../src/text/find-secrets.ts";
import { matcherOf } from "../../src/text/secret-matches.ts";
import type { SecretRule } from "../../src/text/secret-rule.ts";

const rules = [...secretRules, ...secretlintTriggers];
const named = rules.map((rule, at): [string, SecretRule] => [`${rule.id} (${at + 1})`, rule]);

/** One character of every class that a pattern repeats over, and what may end a run. */
const runs = ["a", "A", "0", "_", "-", ".", "/", "=", "+", " ", "\n", ":", '"', "\\n", "Ab: ", "é"];

/** A text of this length: the literal, a run, the literal, a run, … */
function hostile(literal: string, run: string, times: number, length: number): string {
  const piece = literal + run.repeat(times);
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

/** What reading a text costs: how often the pattern was tried, and how much of the text its matches cover. */
function costOf(rule: SecretRule, text: string): { tries: number; matched: number } {
  let tries = 0;
  const matches = matcherOf([rule], () => (tries += 1))(text);
  return { tries, matched: matches.reduce((sum, { lead, value }) => sum + lead.length + value.length, 0) };
}

describe.each(named)("%s reads hostile text in one pass", (_, rule) => {
  test("tries grow as the text does, and matches never overlap", () => {
    for (const literal of rule.literals.slice(0, 3)) {
      for (const run of runs) {
        for (const times of [0, 1, 30, 300]) {
          const text = hostile(literal, run, times, 16_384);
          const once = costOf(rule, text);
          const twice = costOf(rule, text + text);
          expect(once.tries).toBeLessThanOrEqual(text.length / literal.length + 1);
          expect(twice.tries).toBeLessThanOrEqual(3 * once.tries + 3);
          expect(once.matched).toBeLessThanOrEqual(text.length);
        }
      }
    }
  });

  test("a megabyte of its literal, and a megabyte of long runs behind it, is read", () => {
    const [literal = ""] = rule.literals;
    expect(costOf(rule, hostile(literal, "", 0, 1_000_000)).matched).toBeLessThanOrEqual(1_000_000);
    const long = runs.map((run) => literal + run.repeat(62_500 / run.length)).join("");
    expect(costOf(rule, long).tries).toBeLessThanOrEqual(2 * runs.length);
  });

  test("one try costs a bounded number of steps, or ends in a match: nothing unbounded is repeated before something that can fail", () => {
    expect(unboundedBeforeMore(rule.pattern.source)).toEqual([]);
    expect(rule.pattern.sticky).toBe(true);
    expect(rule.pattern.global).toBe(false);
  });

  test("has literals that the search can look for, and says where its form comes from", () => {
    for (const literal of rule.literals) expect(literal).toMatch(/^[\x20-\x7e]{3,}$/);
    expect(rule.source).not.toBe("");
  });
});

test("no two rules have one id", () => {
  expect(new Set(secretRules.map(({ id }) => id)).size).toBe(secretRules.length);
});

/**
 * The unbounded repetitions of a pattern that something mandatory follows, so that they could be walked in vain. Known exceptions: a lazy walk to
 * the end of the text, which ends in a match always, and white space, which no literal holds, so that no two tries walk the same.
 */
function unboundedBeforeMore(source: string): string[] {
  const plain = source
    .replaceAll(/\\u\{[^}]*\}|\\[sSdDwW]|\\./g, (escape) => (escape === "\\s" ? "s" : "c"))
    .replaceAll(/\[(?:\\.|[^\]])*\]/g, "c");
  return [...plain.matchAll(/(c|s|\))(?:\*|\+|\{\d+,\})(\?)?/g)].flatMap((found) => {
    const rest = plain.slice(found.index + found[0].length);
    const isLast = /^(?:\)\??|\|[^()]*|\((?:\?:)?[^()]*\)\?)*$/.test(rest) || /^\)*(?:\|.*)?$/.test(rest);
    const isLazyToEnd = found[2] === "?" && rest.includes("|$)");
    return isLast || isLazyToEnd || found[1] === "s" ? [] : [plain.slice(found.index)];
  });
}
