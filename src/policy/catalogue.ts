import { ownersMax } from "../handoff/verdict.ts";
import { blankLinesMax, blankRunMax } from "./covers.ts";
import { packageRules } from "./packages.ts";
import { protectedRules } from "./protected.ts";
import { hugeUnits, longLineUnits } from "./size.ts";

/** One rule as people know it: the page docs/policy.md and the tree of a judgement say the same of it. */
export interface RuleText {
  rule: string;
  /** Level that it gives, or what else follows. */
  gives: string;
  /** When it speaks. */
  sentence: string;
  /** What takes it away. */
  lower: string;
}

export interface FamilyText {
  family: string;
  /** What every rule of the family looks at, for those that found nothing. */
  looksAt: "entries" | "owners" | "findings" | "checks" | "packages" | "configuration" | "ending";
  rules: readonly RuleText[];
}

const rule = (name: string, gives: string, sentence: string, lower: string): RuleText => ({
  rule: name,
  gives,
  sentence,
  lower,
});

/**
 * Every family and its rules, in the order in which they are told. A rule that is named after what the validator or an inspection
 * found (`invalid-change`, `finding`) stands for all of these names.
 */
export const catalogue: readonly FamilyText[] = [
  {
    family: "secrets",
    looksAt: "findings",
    rules: [
      rule("secret", "refused", "The change adds a secret.", "Take it out of the change; revoke it if it is real."),
    ],
  },
  {
    family: "change",
    looksAt: "entries",
    rules: [
      rule(
        "invalid-change",
        "refused",
        "The change is over a cap, or an entry cannot be written safely: links out of the tree, `.git`, submodules, control or invisible characters.",
        "Leave the entry out or mend it; ask for a change over a cap in parts.",
      ),
    ],
  },
  {
    family: "configuration",
    looksAt: "configuration",
    rules: [
      rule(
        "configuration-invalid",
        "critical, a person",
        "The change leaves `.github/airlock.toml` invalid.",
        "Correct the file.",
      ),
    ],
  },
  { family: "protected", looksAt: "findings", rules: protectedRules },
  {
    family: "paths",
    looksAt: "entries",
    rules: [
      rule(
        "path-word",
        "critical or high",
        "A path has a word of `risk.critical_words` or `risk.high_words`.",
        "Leave the path out of the change.",
      ),
      rule(
        "path-pattern",
        "critical, high or medium",
        "A path matches `risk.critical_paths`, `risk.high_paths` or `risk.medium_paths`.",
        "Leave the path out of the change.",
      ),
      rule(
        "path-not-low",
        "medium",
        "A path is not one of `risk.low_paths`.",
        "Change only paths in `risk.low_paths`, or add the path there on the base branch.",
      ),
    ],
  },
  {
    family: "owners",
    looksAt: "owners",
    rules: [
      rule(
        "owner-named",
        "a person",
        "A path belongs to people or teams in `[[risk.owners]]`.",
        "Leave the path out of the change.",
      ),
      rule(
        "owner-unknown",
        "a person",
        "There is a CODEOWNERS file, and it names nobody for a path whom Airlock could ask.",
        "Name an owner for it on the base branch.",
      ),
      rule(
        "owners-unreadable",
        "a person",
        "CODEOWNERS has a line that GitHub skips, so its owners are not known.",
        "Correct the line on the base branch.",
      ),
      rule(
        "owners-too-many",
        "critical, held",
        `More than ${ownersMax.groups} groups of owners must approve, more than can be waited for.`,
        "Ask for the change in parts that fewer people own.",
      ),
    ],
  },
  {
    family: "checks",
    looksAt: "checks",
    rules: [
      rule("checks", "low", "Every check that is configured passes with the change.", "It raises nothing."),
      rule("check-missing", "high, held", "The Report lacks the row of a check.", "Run the verification again."),
      rule(
        "check-regressed",
        "high, draft",
        "A check passes without the change and fails with it.",
        "Make the check pass.",
      ),
      rule(
        "check-pre-existing",
        "medium",
        "A check fails with and without the change, so it proves nothing.",
        "Make it pass on the base branch first.",
      ),
      rule("check-flaky", "medium", "A check failed once and passed when it ran again.", "Make the check reliable."),
      rule(
        "check-not-run",
        "high, draft",
        "A check did not run, which is not a pass; medium for the audit of unchanged dependencies.",
        "Run the check until it ends by itself.",
      ),
      rule(
        "tests-not-configured",
        "medium",
        "The repository has no tests that could judge a change of more than text.",
        "Configure a test command.",
      ),
      rule(
        "check-contradicts",
        "high, draft",
        "A row of the Report contradicts itself and is not believed.",
        "Run the verification again.",
      ),
    ],
  },
  {
    family: "findings",
    looksAt: "findings",
    rules: [
      rule(
        "finding",
        "high or medium",
        "Inspection found something else: `block` is high and needs a person, `warn` is medium, `info` is nothing.",
        "Mend what the rule of the finding found.",
      ),
    ],
  },
  { family: "packages", looksAt: "packages", rules: packageRules },
  {
    family: "content",
    looksAt: "entries",
    rules: [
      rule(
        "file-type",
        "medium",
        "No check judges this kind of file, or it is executable or a link, and something may execute it.",
        "Change only source code that the checks cover, or plain text.",
      ),
      rule(
        "covered-text",
        "high",
        `Added text stands behind more than ${blankRunMax} blanks or ${blankLinesMax} blank lines, where no reviewer looks.`,
        "Take the blank stretch away.",
      ),
      rule(
        "look-alike-letters",
        "high",
        "An added word mixes Latin letters with others that look the same.",
        "Write the word in the letters of one script.",
      ),
    ],
  },
  {
    family: "size",
    looksAt: "entries",
    rules: [
      rule(
        "size",
        "high or medium",
        "More lines changed than `risk.high_lines` or `risk.medium_lines`; white space and generated files count.",
        "Split the change.",
      ),
      rule("binary", "high", "Binary content cannot be read in a review.", "Leave binary files out of the change."),
      rule(
        "huge-file",
        "high",
        `More than ${hugeUnits} characters changed in one file.`,
        "Change less of the file, or leave generated content out.",
      ),
      rule("long-line", "medium", `An added line is longer than ${longLineUnits} characters.`, "Break the line."),
    ],
  },
  {
    family: "ending",
    looksAt: "ending",
    rules: [
      rule(
        "partial-result",
        "draft",
        "The agent stopped at a limit before it said that it was done.",
        "Let it go on with a higher limit.",
      ),
    ],
  },
];
