import { type FamilyNode, type RuleNode, treeMax } from "../handoff/verdict.ts";
import { catalogue, type FamilyText, type RuleText } from "./catalogue.ts";
import type { Facts } from "./facts.ts";
import { type Opinion, shown } from "./opinion.ts";

/** What a family of rules said, or why it was not asked. */
export interface Said {
  family: string;
  opinions: readonly Opinion[];
}

/** Why nothing but the secret is told. */
const secretFound = "The change adds a secret; nothing else of it is judged or quoted.";
const leftOut = "Checks were not part of this judgement.";

/**
 * The whole judgement as a tree: each family, each of its rules, and what each saw; a rule that found nothing is there as well. Nothing
 * is decided here. A name that the catalogue does not know is told under the family that said it.
 */
export function treeOf(facts: Facts, said: readonly Said[]): FamilyNode[] {
  const known = catalogue.map(({ family }) => family);
  const others = said.map(({ family }) => family).filter((family) => !known.includes(family));
  const families: FamilyText[] = [
    ...catalogue,
    ...[...new Set(others)].map((family) => ({ family, looksAt: "entries" as const, rules: [] })),
  ];
  return families.slice(0, treeMax.families).map((family) => {
    const own = said.filter((one) => one.family === family.family);
    const why = whyNotAsked(family, facts, own.length > 0);
    const opinions = own.flatMap((one) => one.opinions);
    const nodes = why === null ? nodesOf(family, opinions, facts) : family.rules.map((text) => notAsked(text, why));
    return { family: family.family, rules: within(nodes) };
  });
}

function whyNotAsked({ family, looksAt }: FamilyText, { verification }: Facts, wasAsked: boolean): string | null {
  if (looksAt === "checks" && verification.kind === "left-out" && wasAsked) return leftOut;
  return wasAsked || family === "ending" ? null : secretFound;
}

/** Names that stand for all that the validator or an inspection may say. */
const collective = ["invalid-change", "finding"];

function nodesOf({ rules, looksAt }: FamilyText, opinions: readonly Opinion[], facts: Facts): RuleNode[] {
  const names = new Set(rules.map(({ rule }) => rule));
  const unnamed = opinions.filter(({ reason }) => !names.has(reason.rule));
  const listed = rules.flatMap((text) => {
    const own = collective.includes(text.rule) ? unnamed : opinions.filter(({ reason }) => reason.rule === text.rule);
    // A rule that gives low is the good news of its family; where it says nothing the others do.
    return own.length > 0 || text.gives === "low" ? own.map(nodeOf) : [satisfied(text, looksAt, facts)];
  });
  return rules.some(({ rule }) => collective.includes(rule)) ? listed : [...listed, ...unnamed.map(nodeOf)];
}

function nodeOf(one: Opinion): RuleNode {
  const { rule, level, saw, message } = one.reason;
  const text = { rule: rule.slice(0, 100), saw: clip(saw, treeMax.saw), phrase: clip(message, treeMax.phrase) };
  if (!speaks(one)) return { kind: "satisfied", ...text };
  return { kind: "raised", ...text, level, lower: one.lower === null ? null : clip(one.lower, treeMax.phrase) };
}

/** Whether an opinion changes anything: a low one without consequences only says what it saw. */
export function speaks({ reason, effect, needsPerson }: Opinion): boolean {
  return reason.level !== "low" || effect !== "none" || needsPerson;
}

/** The phrase is the rule's sentence: the rule looked for this and did not find it. */
function satisfied({ rule, sentence }: RuleText, looksAt: FamilyText["looksAt"], facts: Facts): RuleNode {
  const text = /^[A-Z][a-z ]/.test(sentence) ? `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}` : sentence;
  return { kind: "satisfied", rule, saw: looked(looksAt, facts), phrase: clip(`Not found: ${text}`, treeMax.phrase) };
}

function looked(at: FamilyText["looksAt"], { entries, findings, verification, codeowners, added }: Facts): string {
  switch (at) {
    case "entries":
      return counted(entries.length, "path");
    case "owners":
      return `${counted(entries.length, "path")}, ${codeowners === null ? "no CODEOWNERS" : codeowners.file}`;
    case "findings":
      return counted(findings.length, "finding");
    case "checks":
      return verification.kind === "ran" ? counted(verification.checks.length, "check") : "no Report";
    case "packages":
      return counted(added.length, "package");
    case "configuration":
      return "the configuration after the change";
    case "ending":
      return "how the work ended";
  }
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function notAsked({ rule }: RuleText, why: string): RuleNode {
  return { kind: "not-asked", rule, saw: "", phrase: why };
}

/** At most `treeMax.rules` nodes; what is left out is counted in the last one, at the level of the strictest. */
function within(nodes: readonly RuleNode[]): RuleNode[] {
  if (nodes.length <= treeMax.rules) return [...nodes];
  // What was found goes before what was not: the cap must not hide it.
  const sorted = nodes.toSorted((a, b) => Number(b.kind === "raised") - Number(a.kind === "raised"));
  const [kept, rest] = [sorted.slice(0, treeMax.rules - 1), sorted.slice(treeMax.rules - 1)];
  const last = rest[0];
  if (last === undefined) return kept;
  return [...kept, { ...last, saw: `${rest.length} more`, phrase: `${rest.length} more of this family.` }];
}

function clip(text: string, max: number): string {
  const plain = shown(text);
  return plain.length <= max ? plain : `${plain.slice(0, max - 1)}…`;
}
