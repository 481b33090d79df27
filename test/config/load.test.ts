import { describe, expect, it } from "vitest";
import { Config, configPath } from "../../src/config.ts";
import { configBytesMax, loadConfig, renderProblems } from "../../src/config/load.ts";

function problemsOf(text: string): string {
  const loaded = loadConfig(text, configPath);
  return loaded.kind === "ok" ? "none" : renderProblems(loaded.problems);
}

describe("a configuration that can be used", () => {
  it("a missing file means the documented defaults", () => {
    expect(loadConfig(null, configPath)).toEqual({ kind: "ok", config: Config.parse({}), from: "defaults" });
  });

  it("an empty file means the same values, from the file", () => {
    expect(loadConfig("# nothing\n", configPath)).toEqual({ kind: "ok", config: Config.parse({}), from: "file" });
  });

  it("a file changes what it names and nothing else", () => {
    const text = [
      "[limits]",
      "turns = 10",
      "[[checks]]",
      'name = "unit tests"',
      'kind = "tests"',
      'run = ["npm", "run", "unit"]',
      "[risk.low]",
      "reviewers = 1",
      "security_review = false",
      "manual_verification = false",
    ].join("\r\n");
    const defaults = Config.parse({});
    expect(loadConfig(text, configPath)).toEqual({
      kind: "ok",
      from: "file",
      config: {
        ...defaults,
        limits: { ...defaults.limits, turns: 10 },
        checks: [{ name: "unit tests", kind: "tests", run: ["npm", "run", "unit"] }],
        risk: { ...defaults.risk, low: { reviewers: 1, security_review: false, manual_verification: false } },
      },
    });
  });
});

describe("a configuration that cannot be used says where, which key, what and what instead", () => {
  it.each([
    [
      "an unknown table",
      "[limit]\nturns = 1",
      ".github/airlock.toml:1:1: limit: unknown key (allowed: agent, limits, checks, verify, setup, risk, auto_merge, labels, reviewers, pull_request, review, network, ci, bump)",
    ],
    [
      "an unknown key",
      "\n[agent]\n  modle = 'x'",
      ".github/airlock.toml:3:3: agent.modle: unknown key (allowed: model, sandbox_mode, approval_policy, reasoning_effort)",
    ],
    [
      "a value that is not on the list",
      '[agent]\nsandbox_mode = "danger-full-access"',
      '.github/airlock.toml:2:1: agent.sandbox_mode: "danger-full-access" is not allowed here (allowed: read-only, workspace-write)',
    ],
    [
      "a number out of range",
      "limits.turns = 0",
      ".github/airlock.toml:1:1: limits.turns: 0 is not allowed here: expected number to be >=1",
    ],
    [
      "a number of the wrong kind",
      "[limits]\nturns = 1.5",
      ".github/airlock.toml:2:1: limits.turns: 1.5 is not allowed here: expected int, received number",
    ],
    [
      "a text for a number",
      "[limits]\nturns = '9'",
      '.github/airlock.toml:2:1: limits.turns: "9" is not allowed here: expected number, received string',
    ],
    [
      "a command that is no list",
      "[[checks]]\nname = 'a'\nrun = ['x']\n\n[[checks]]\nname = 'b'\nrun = 'npm test'",
      '.github/airlock.toml:7:1: checks.1.run: "npm test" is not allowed here: expected list, received string',
    ],
    [
      "a missing key",
      "[[checks]]\nname = 'a'",
      ".github/airlock.toml:1:1: checks.0.run: the key is missing: expected list",
    ],
    [
      "a word with capitals, inside a list",
      "[risk]\ncritical_words = [\n  'auth',\n  'Token',\n]",
      '.github/airlock.toml:2:1: risk.critical_words.1: "Token" is not allowed here: one lower-case word',
    ],
    [
      "a key inside an inline table",
      "pull_request = { ci = 'start' }",
      '.github/airlock.toml:1:1: pull_request.ci: "start" is not allowed here (allowed: approve)',
    ],
    [
      "a key written twice",
      "[limits]\nturns = 1\nturns = 2",
      ".github/airlock.toml:3:1: trying to redefine an already defined table or value",
    ],
    [
      "a table written twice",
      "[limits]\nturns = 1\n[limits]",
      ".github/airlock.toml:3:2: trying to redefine an already defined table or value",
    ],
    ["a file that is not TOML", "limits:\n  turns: 1", ".github/airlock.toml:1:7: illegal character in key"],
    [
      "two checks of one name",
      "[[checks]]\nname='a'\nrun=['x']\n[[checks]]\nname='a'\nrun=['y']",
      '.github/airlock.toml:5:1: checks.1.name: "a" is already the name of check 1',
    ],
    [
      "a limit above its own maximum",
      "[limits]\ncommand_max_s = 60",
      ".github/airlock.toml:1:1: limits.command_s: 120 is more than limits.command_max_s, which is 60",
    ],
    [
      "thresholds in the wrong order",
      "[risk]\nhigh_lines = 50",
      ".github/airlock.toml:2:1: risk.high_lines: 50 is less than risk.medium_lines, which is 100",
    ],
    [
      "secrets that nothing would be given",
      "[setup]\nsecrets = ['NPM_TOKEN']",
      ".github/airlock.toml:2:1: setup.secrets: there is no command in setup.commands that would be given them",
    ],
    [
      "a name that is dangerous in JavaScript",
      "__proto__.x = 1",
      ".github/airlock.toml:1:1: __proto__: unknown key (allowed: agent, limits, checks, verify, setup, risk, auto_merge, labels, reviewers, pull_request, review, network, ci, bump)",
    ],
    ["bytes that are not UTF-8", "a = '\ufffd'", ".github/airlock.toml: the file is not valid UTF-8"],
    [
      "a file over the cap",
      `# ${"x".repeat(configBytesMax)}`,
      ".github/airlock.toml: the file has more than 65536 bytes",
    ],
  ])("%s", (_, text, message) => {
    expect(problemsOf(text)).toBe(message);
  });

  it("all problems at once, as data", () => {
    expect(loadConfig("[agent]\nmodel = ''\n[limits]\nturns = true\n", "x.toml")).toEqual({
      kind: "invalid",
      problems: [
        {
          file: "x.toml",
          line: 2,
          column: 1,
          key: "agent.model",
          message: '"" is not allowed here: expected string to have >=1 characters',
          allowed: null,
        },
        {
          file: "x.toml",
          line: 4,
          column: 1,
          key: "limits.turns",
          message: "true is not allowed here: expected number, received boolean",
          allowed: null,
        },
      ],
    });
  });

  it("a deeply nested or hostile file is refused, not thrown", () => {
    for (const text of [
      `a = ${"[".repeat(30_000)}`,
      `${"a.".repeat(20_000)}a = 1`,
      "[".repeat(60_000),
      "a = { b = ".repeat(5_000),
    ]) {
      expect(loadConfig(text, configPath).kind).toBe("invalid");
    }
  });
});
