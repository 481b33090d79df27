import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formsPattern } from "../../src/text/forms-pattern.ts";
import { startModel } from "../emulators/model/server.ts";
import { call } from "../emulators/model/step.ts";
import { cartFiles } from "../phases/local-scene.ts";
import { finish } from "../stories/road.ts";
import { fixtureRepository } from "../workspace/repository.ts";
import { airlock } from "./airlock.ts";

const value = "plum-4711-cake-0815-tart";
const key = "scripted-model-key";
const config = `[setup]
commands = [["sh", "-c", "mkdir generated; echo length \${#PLUM_TOKEN} > generated/length.txt"]]
secrets = ["PLUM_TOKEN"]
`;
const files = { ...cartFiles(), ".gitignore": "generated/\n", ".github/airlock.toml": config };
const look = call("shell", {
  command: ["sh", "-c", "cat generated/length.txt; env; cat /proc/*/environ"],
  workdir: null,
  timeout_s: null,
});

test("at a terminal the caller's own variable is used, its name is said, and the value stands in no paper and no line", async () => {
  using repository = fixtureRepository(files);
  await using model = await startModel([look, finish("Looked.", "no_change")], key);
  const { out, err } = await airlock(["exec", "Look.", "-o", "../papers"], {
    cwd: repository.root,
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: model.url, PLUM_TOKEN: value },
  });
  model.assertDone();
  const saw = JSON.stringify(model.requests);
  expect(saw).toContain(`length ${value.length}`);
  expect(err).toContain("  secrets for this step alone: PLUM_TOKEN");
  const papers = join(repository.temporary, "papers");
  const kept = readdirSync(papers).map((name) => readFileSync(join(papers, name), "utf8"));
  expect(kept.length).toBeGreaterThan(3);
  const told = [...out, ...err, ...kept, saw].join("\n");
  expect(formsPattern(value).test(told)).toBe(false);
  expect(told).not.toContain("[redacted]");
});

test.each([
  ["exec", ["exec", "Look.", "-o", "../papers"]],
  ["verify", ["verify", "--base", "HEAD", "--head", "HEAD"]],
])("%s without the variable is refused with its name before the model is asked", async (_verb, args) => {
  using repository = fixtureRepository(files);
  await using model = await startModel([], key);
  const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: model.url };
  const { code, err } = await airlock(args, { cwd: repository.root, env });
  expect(code).toBe(2);
  expect(err.join("\n")).toContain(
    "The secret PLUM_TOKEN, which [setup] of .github/airlock.toml names, was not given.",
  );
  expect(err.join("\n")).toContain("At a terminal: set the variable PLUM_TOKEN.");
  expect(model.requests).toEqual([]);
});
