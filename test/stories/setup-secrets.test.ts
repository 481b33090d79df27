import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { formsPattern } from "../../src/text/forms-pattern.ts";
import { call } from "../emulators/model/step.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { jobPath, type World } from "../world.ts";
import { ask, expectSound, goodFix, papersOf, startStory, statusOf } from "./road.ts";

/** No pattern knows this form: where it is not found, it never was. */
const value = "plum-4711-cake-0815-tart";

/** The workflow as a user completes it, for this secret. */
const workflow = readFileSync(path.join(import.meta.dirname, "../../.github/workflows/airlock.yml"), "utf8")
  .replaceAll(/^( +)# (env:|  NPM_TOKEN: .*)$/gm, "$1$2")
  .replaceAll("NPM_TOKEN", "PLUM_TOKEN");

const configOf = (script: string) =>
  `[setup]\ncommands = [["sh", "-c", ${JSON.stringify(script)}]]\nsecrets = ["PLUM_TOKEN"]\n`;

const files = (script: string) => ({
  ".github/workflows/airlock.yml": workflow,
  ".github/airlock.toml": configOf(script),
  ".gitignore": "node_modules/\ngenerated/\n",
  "test/generated.test.ts": [
    'import assert from "node:assert/strict";',
    'import { readFileSync } from "node:fs";',
    'import { test } from "node:test";',
    'test("setup was here", () => assert.match(readFileSync("generated/length.txt", "utf8"), /^length [1-9]/));',
    "",
  ].join("\n"),
});

/** Everything that a run leaves for anybody to read: artifacts, logs, comments, pull requests, and what the model was sent. */
function everything(world: World, issue: number): string {
  const runs = world.repository.runs();
  const logs = runs.flatMap((run) => run.log.map(({ text }) => text));
  const papers = runs.map((run) => papersOf(world, run.id).everything);
  const pulls = world.repository.pulls().map(({ title, body }) => `${title}\n${body}`);
  return [...logs, ...papers, ...pulls, statusOf(world, issue), world.modelSaw()].join("\n");
}

test("a secret of [setup] is used by its command and stands nowhere else: no paper, log, comment, pull request or request to the model", async () => {
  const look = 'cat generated/length.txt; env; cat /proc/*/environ | tr "\\0" "\\n"; true';
  using on = temporaryDirectory();
  const npm = `#!/bin/sh\nenv >> ${on.path}/seen\nPATH="\${PATH#*:}"\nexec npm "$@"\n`;
  writeFiles(on.path, { "bin/npm": { executable: npm } });
  await using world = await startStory(
    [call("shell", { command: ["sh", "-c", look], workdir: null, timeout_s: null }), ...goodFix],
    {
      files: files('mkdir -p generated && echo "length ${#PLUM_TOKEN}" > generated/length.txt'),
      jobPath: `${on.path}/bin:${jobPath()}`,
    },
  );
  world.repository.record.secrets["PLUM_TOKEN"] = value;
  const { issue } = await ask(world);
  const told = everything(world, issue);
  expect(formsPattern(value).test(told)).toBe(false);
  // A value that had to be hidden was there to be hidden.
  const log = world.repository.runs().flatMap((one) => one.log.map(({ text }) => text));
  expect(log.filter((line) => line.includes("***"))).toEqual([]);
  expect(told.includes("[redacted]")).toBe(false);
  // The machine's own programs are given a short list of variables, and no secret.
  const inherited = readFileSync(path.join(on.path, "seen"), "utf8");
  expect(inherited).toContain("npm_config_registry=");
  expect(formsPattern(value).test(inherited)).toBe(false);
  // The twin: the command did see it, and what it made is in the agent's workspace and in both sides of the checks.
  expect(world.modelSaw()).toContain(`length ${value.length}`);
  expect(log.join("\n")).toContain("secrets for this step alone: PLUM_TOKEN");
  const [run] = world.repository.runs();
  const report = JSON.parse(papersOf(world, run?.id ?? 0).files.get("airlock-verify-1/report.json") ?? "{}");
  expect(report.checks.find(({ name }: { name: string }) => name === "tests")).toMatchObject({
    base: { kind: "passed" },
    head: { kind: "passed" },
  });
  expect(statusOf(world, issue)).toContain("✅ **Finished.**");
  expect(papersOf(world, run?.id ?? 0).files.get("airlock-solve-1/audit.jsonl")).toMatch(/"airlock":"[0-9a-f]{64}"/);
  expectSound(world);
});

test("a setup command that leaves its secret in a file ends the run before the model is asked; the file is named, the value is not", async () => {
  await using world = await startStory([], {
    files: files('mkdir -p generated && printf "user:%s" "$PLUM_TOKEN" | base64 > generated/login'),
  });
  world.repository.record.secrets["PLUM_TOKEN"] = value;
  const { issue } = await ask(world);
  const status = statusOf(world, issue).replaceAll("\\", "");
  expect(status).toContain("The value of PLUM_TOKEN stands in generated/generated/login");
  expect(formsPattern(value).test(everything(world, issue))).toBe(false);
  expect(world.modelRequests()).toBe(0);
  expectSound(world);
});

test("a secret that the workflow does not give ends the run with its name and where to set it", async () => {
  await using world = await startStory([], { files: files("true") });
  const { issue } = await ask(world);
  const status = statusOf(world, issue).replaceAll("\\", "");
  expect(status).toContain("The secret PLUM_TOKEN, which [setup] of .github/airlock.toml names, was not given.");
  expect(status).toContain("each prepare step");
  expect(world.modelRequests()).toBe(0);
  expectSound(world);
});
