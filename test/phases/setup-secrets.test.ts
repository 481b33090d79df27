import { describe, expect, test } from "vitest";
import { Config } from "../../src/config.ts";
import { setupSecrets } from "../../src/phases/setup-secrets.ts";

const setupOf = (setup: object) => Config.parse({ setup: { commands: [["true"]], ...setup } }).setup;

/** What is read of an environment, and what is asked for. */
function taken(setup: object, variables: Record<string, string>) {
  const asked: string[] = [];
  const masked: string[] = [];
  const read = (name: string) => {
    asked.push(name);
    return variables[name];
  };
  const secrets = setupSecrets(setupOf(setup), read, (value) => void masked.push(value));
  return { secrets, asked, masked };
}

test("only named variables are read, once each, and every value is masked", () => {
  const variables = { NPM_TOKEN: "a-long-token", LICENCE: "another-value", PATH: "/usr/bin" };
  expect(taken({ secrets: ["NPM_TOKEN", "LICENCE"], registry_token: "NPM_TOKEN" }, variables)).toEqual({
    secrets: {
      given: [
        { name: "NPM_TOKEN", value: "a-long-token" },
        { name: "LICENCE", value: "another-value" },
      ],
      registryToken: { name: "NPM_TOKEN", value: "a-long-token" },
    },
    asked: ["NPM_TOKEN", "LICENCE"],
    masked: ["a-long-token", "another-value"],
  });
  expect(taken({}, variables)).toEqual({ secrets: { given: [], registryToken: null }, asked: [], masked: [] });
});

describe("a variable that cannot be used is a refusal that names it and no value", () => {
  test.each<[string, Record<string, string>, string]>([
    ["that is missing", {}, "The secret NPM_TOKEN, which [setup] of .github/airlock.toml names, was not given."],
    ["that is empty", { NPM_TOKEN: " " }, "The secret NPM_TOKEN, which"],
    ["that is too short", { NPM_TOKEN: "s3cr3t!" }, "The value of NPM_TOKEN cannot be used as a secret"],
    ["with a NUL", { NPM_TOKEN: "long-enough\0value" }, "The value of NPM_TOKEN cannot be used as a secret"],
  ])("%s", (_title, variables, message) => {
    const attempt = () => taken({ secrets: ["NPM_TOKEN"] }, variables);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: "bad-input" }));
    expect(attempt).not.toThrow("s3cr3t!");
  });

  test("the twin: eight characters are enough", () => {
    expect(taken({ secrets: ["NPM_TOKEN"] }, { NPM_TOKEN: "s3cr3t!!" }).secrets.given).toHaveLength(1);
  });
});

describe("the name of a secret", () => {
  const accepted = (name: string) => Config.safeParse({ setup: { commands: [["x"]], secrets: [name] } }).success;

  test.each(["NPM_TOKEN", "A", "LICENCE_2", "MY_PATH", "HOMEBREW_KEY", "NODEJS_KEY", "GITLAB_TOKEN"])(
    "may be %s",
    (name) => expect(accepted(name)).toBe(true),
  );

  test.each([
    "npm_token",
    "1A",
    "A-B",
    "A B",
    "",
    "_A",
    "GITHUB_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "RUNNER_TEMP",
    "INPUT_OPENAI-API-KEY",
    "OPENAI_API_KEY",
    "AIRLOCK_REGISTRY_TOKEN",
    "NODE_OPTIONS",
    "LD_PRELOAD",
    "GIT_SSH_COMMAND",
    "NPM_CONFIG_REGISTRY",
    "PATH",
    "HOME",
    "HTTPS_PROXY",
    "ENV",
    "BASH_ENV",
    "LC_ALL",
    "A".repeat(101),
  ])("is not %j", (name) => expect(accepted(name)).toBe(false));
});
