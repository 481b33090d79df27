import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { brokenConfiguration, invalidChange } from "../../src/policy/problems.ts";
import { madeFacts, said } from "./made-facts.ts";

const file = ".github/airlock.toml";

function problemsOf(text: string) {
  const loaded = loadConfig(text, file);
  return loaded.kind === "ok" ? [] : loaded.problems;
}

test("A problem of one path names it, and how to be rid of it", () => {
  const facts = madeFacts({ problems: [{ path: ".git/config", rule: "git-directory", message: "No." }] });
  expect(said(invalidChange(facts))).toEqual(["critical git-directory: .git/config [refuse]"]);
  expect(invalidChange(facts)[0]?.lower).toBe("Leave .git/config out of the change, or mend it.");
});

test("A problem of the whole change has no path to leave out", () => {
  const facts = madeFacts({ problems: [{ path: "", rule: "change-files", message: "Too many." }] });
  expect(said(invalidChange(facts))).toEqual(["critical change-files: the change as a whole [refuse]"]);
  expect(invalidChange(facts)[0]?.lower).toBe(
    "Make the change smaller or ask for it in parts, or raise the limit in .github/airlock.toml.",
  );
});

test("A configuration that the change breaks is critical, with file, line and key", () => {
  const configProblems = problemsOf("[limits]\n\nturn = 5\nchange_files = 0\n");
  const [opinion, ...more] = brokenConfiguration(madeFacts({ configProblems }));
  expect(more).toEqual([]);
  expect(opinion).toMatchObject({
    reason: {
      rule: "configuration-invalid",
      level: "critical",
      saw: expect.stringMatching(/^\.github\/airlock\.toml:[34]$/),
    },
    effect: "none",
    needsPerson: true,
    lower: "Correct .github/airlock.toml.",
  });
  expect(opinion?.reason.message).toContain("line 3, limits.turn: unknown key");
  expect(opinion?.reason.message).toContain("line 4, limits.change_files: 0 is not allowed here");
});

test("Without such problems it says nothing", () => {
  expect(brokenConfiguration(madeFacts({ configProblems: problemsOf("[limits]\nturns = 5\n") }))).toEqual([]);
});

test("What stands in the file can neither command a page nor fill it", () => {
  const key = "k".repeat(5_000);
  const many = Array.from({ length: 20 }, (_, at) => `x${at} = 1`).join("\n");
  const configProblems = problemsOf(`${key} = "\u202e"\n${many}\n`);
  const message = brokenConfiguration(madeFacts({ configProblems }))[0]?.reason.message ?? "";
  expect(message.length).toBeLessThan(1_000);
  expect(message).toMatch(/and 18 more\.$/);
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
