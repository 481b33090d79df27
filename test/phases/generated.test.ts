import { describe, expect, test } from "vitest";
import { realSandbox } from "../checks/sandbox.ts";
import { call, type Step } from "../emulators/model/step.ts";
import { scripted } from "../model/scripted.ts";
import { finish, patch } from "../stories/road.ts";
import { cartFiles, localScene } from "./local-scene.ts";
import { runPipeline } from "./run-pipeline.ts";

const real = realSandbox();

const config = `[setup]
commands = [["sh", "-c", "mkdir generated; echo made > generated/client.txt; mkdir -p src; echo over > src/cart.ts"]]
`;
const usesIt = `import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
test("setup was here", () => assert.equal(readFileSync("generated/client.txt", "utf8"), "made\\n"));
`;

/** The whole road on a repository whose tests need a generated file. */
async function run(steps: Step[], more: Record<string, string> = {}) {
  const files = {
    ...cartFiles(),
    ".gitignore": "node_modules/\ngenerated/\n",
    ".github/airlock.toml": config,
    "test/generated.test.ts": usesIt,
    ...more,
  };
  await using on = await localScene(real.sandbox, files);
  const { server, model } = await scripted(steps);
  await using _server = server;
  const result = await runPipeline(on, model);
  server.assertDone();
  const shown = JSON.stringify(server.requests);
  if (result.kind !== "judged") throw new Error(JSON.stringify(result));
  const tests = result.report.checks.find(({ name }) => name === "tests");
  return { paths: result.solution.change.map(({ path }) => path), tests, shown };
}

const shell = (script: string): Step =>
  call("shell", { command: ["sh", "-c", script], workdir: null, timeout_s: null });

describe("what setup generated", () => {
  test("is in the agent's workspace, where it can be written, and in both sides of the checks, and in no change", async () => {
    const { paths, tests, shown } = await run([
      shell("cat generated/client.txt; echo more > generated/more.txt; git status --short; head -1 src/cart.ts"),
      patch("*** Add File: notes.md", "+A note."),
      finish("Noted."),
    ]);
    expect(shown).toContain("made");
    // The tree's own file is never replaced.
    expect(shown).not.toContain("over\\\\n");
    expect(paths).toEqual(["notes.md"]);
    expect(tests).toMatchObject({ base: { kind: "passed" }, head: { kind: "passed" }, class: "pass" });
  });

  test("stays out of the change even when the agent has git ignore nothing any more", async () => {
    const { paths } = await run([shell("echo > .gitignore"), finish("Ignored nothing.")]);
    expect(paths).toEqual([".gitignore"]);
  });

  test("the twin: a file that the agent makes beside it is in the change then", async () => {
    const { paths } = await run([shell("echo > .gitignore; echo x > generated/more.txt"), finish("More.")]);
    expect(paths).toEqual([".gitignore", "generated/more.txt"]);
  });

  test("is not believed for other dependencies: a change of the lockfile has checks that did not run", async () => {
    const lock = { name: "cart", version: "2.0.1", lockfileVersion: 3, packages: { "": { name: "cart" } } };
    const { tests } = await run([shell("sed -i 's/2.0.1/2.0.2/' package-lock.json"), finish("Bumped.")], {
      "package-lock.json": JSON.stringify(lock, null, 2),
    });
    expect(tests).toMatchObject({
      base: { kind: "passed" },
      head: { kind: "not_run", reason: expect.stringContaining("not those of the trusted commit") },
      class: "not run",
    });
  });
});
