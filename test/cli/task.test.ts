import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifyAudit } from "../../src/audit/log.ts";
import { sha256 } from "../../src/handoff/seal.ts";
import { startModel } from "../emulators/model/server.ts";
import { call, type Step } from "../emulators/model/step.ts";
import { cartFiles } from "../phases/local-scene.ts";
import { finish, goodFix, patch } from "../stories/road.ts";
import { fixtureRepository, plainGit, temporaryDirectory } from "../workspace/repository.ts";
import { airlock } from "./airlock.ts";

const key = "scripted-model-key";

/** Lets a verb work on the cart repository with a scripted model. `before` may change the work tree. */
async function work(steps: Step[], args: string[], before: (root: string) => void = () => {}) {
  using repository = fixtureRepository(cartFiles());
  await using model = await startModel(steps, key);
  before(repository.root);
  const ended = await airlock([...args, "-o", "../papers"], {
    cwd: repository.root,
    env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: model.url },
  });
  model.assertDone();
  const papers = join(repository.temporary, "papers");
  const read = (name: string) => readFileSync(join(papers, name), "utf8");
  const files = new Map(
    readdirSync(papers)
      .toSorted()
      .map((name) => [name, read(name)]),
  );
  return {
    ...ended,
    files,
    status: plainGit(repository.root, "status", "--porcelain").split("\n").filter(Boolean),
    source: readFileSync(join(repository.root, "src/cart.ts"), "utf8"),
  };
}

const broken = [
  patch(
    "*** Update File: src/cart.ts",
    "@@",
    "-  return items.reduce((sum, item) => sum + item.cents, 0);",
    "+  return items.reduce((sum, item) => sum + item.cents * (item.quantity - 1), 0);",
  ),
  finish("All tests pass."),
];
const held = [patch("*** Add File: .github/workflows/a.yml", "+on: push"), finish("A workflow.")];

describe("airlock exec", () => {
  test("ends in a verdict and leaves the papers and the patch, but not a byte in the work tree", async () => {
    const { code, out, err, files, status } = await work(goodFix, ["exec", "Quantities are ignored."]);
    expect({ code, status }).toEqual({ code: 0, status: [] });
    expect(out.slice(0, 5)).toEqual([
      "`total` multiplies by the quantity.",
      "",
      "  M src/cart.ts",
      "  A test/quantity.test.ts",
      "",
    ]);
    expect(out.join("\n")).toMatch(/^tests +passed .* +passed .* +pass$/m);
    expect(out.join("\n")).toMatch(/^Risk medium\.$/m);
    expect(err).toEqual(expect.arrayContaining([expect.stringMatching(/^ {2}turn( \d+)?: apply_patch /)]));
    expect(err.at(-1)).toMatch(/^papers: .*\/papers$/);

    expect([...files.keys()]).toEqual([
      "audit.jsonl",
      "change.patch",
      "judgement.json",
      "report.json",
      "session.jsonl",
      "solution.json",
      "task.json",
    ]);
    const solution = JSON.parse(files.get("solution.json") ?? "");
    const report = JSON.parse(files.get("report.json") ?? "");
    expect(solution.task_digest).toBe(sha256(files.get("task.json") ?? ""));
    expect(report.solution_digest).toBe(sha256(files.get("solution.json") ?? ""));
    expect(verifyAudit(files.get("audit.jsonl") ?? "", report.audit_head).kind).toBe("intact");
    expect(files.get("change.patch")).toContain("+++ b/test/quantity.test.ts");
    expect([...files.values()].join("\n")).not.toContain(key);
  });

  test("with --json every line is an event, the last one the result", async () => {
    const { code, out } = await work(goodFix, ["exec", "--json", "Quantities are ignored."]);
    const events = out.map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({ type: "thread.started" });
    expect(events.at(-1)).toMatchObject({ type: "airlock.result", kind: "judged", judgement: { kind: "publish" } });
  });

  test.each<[string, Step[], RegExp]>([
    ["no change", [finish("It works as documented.", "no_change")], /No file was changed/],
    ["a regression", broken, /^tests +passed .* failed \(1\) \d+\.\d s +regressed$/m],
    ["a change that policy holds", held, /^Risk critical\. Held/m],
  ])("%s is 1", async (_title, steps, says) => {
    const { code, out, status } = await work(steps, ["exec", "Quantities are ignored."]);
    expect({ code, status }).toEqual({ code: 1, status: [] });
    expect(out.join("\n")).toMatch(says);
  });

  test("what the model says cannot command the terminal", async () => {
    const summary = "All \u001b[2J\u001b]0;owned\u0007\u009b31mgood.\r\nReally.";
    const { code, out, err } = await work([...goodFix.slice(0, 1), finish(summary)], ["exec", "x"]);
    expect({ code, first: out.slice(0, 2) }).toEqual({ code: 0, first: ["All [2J]0;owned31mgood.", "Really."] });
    const reason = `\u001b[8m${summary}`;
    const gaveUp = await work([finish(reason, "gave_up")], ["exec", "x"]);
    expect(gaveUp.code).toBe(1);
    expect([...out, ...err, ...gaveUp.out, ...gaveUp.err].join("\n")).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/,
    );
  });

  test("the flags reach the Task", async () => {
    const args = ["exec", "-s", "read-only", "-m", "another-model", "Look around."];
    const { files } = await work([finish("I looked.", "no_change")], args);
    expect(JSON.parse(files.get("task.json") ?? "")).toMatchObject({
      brief: { kind: "local", text: "Look around." },
      sandbox_mode: "read-only",
      config: { agent: { model: "another-model" } },
    });
  });
});

describe("airlock fix", () => {
  test("with --yes writes the change into the work tree, and commits nothing", async () => {
    const { code, err, status, source } = await work(goodFix, ["fix", "--yes", "Quantities are ignored."]);
    expect({ code, status }).toEqual({ code: 0, status: [" M src/cart.ts", "?? test/quantity.test.ts"] });
    expect(source).toContain("item.cents * item.quantity");
    expect(err.at(-1)).toBe("Written: src/cart.ts, test/quantity.test.ts");
  });

  test("without a terminal nobody can answer, so nothing is written", async () => {
    const { code, err, status } = await work(goodFix, ["fix", "Quantities are ignored."]);
    expect({ code, status }).toEqual({ code: 1, status: [] });
    expect(err.at(-1)).toBe("Nothing was written. The patch is in the folder named above.");
  });

  test("what the owner changed meanwhile is not written over, and then nothing is", async () => {
    const { code, err, status } = await work(goodFix, ["fix", "--yes", "Quantities are ignored."], (root) =>
      writeFileSync(join(root, "src/cart.ts"), "// mine\n"),
    );
    expect({ code, status }).toEqual({ code: 1, status: [" M src/cart.ts"] });
    expect(err.at(-1)).toBe("Nothing was written: you have changed src/cart.ts since the commit the work began from.");
  });

  test("--yes writes nothing where there is no change", async () => {
    const steps = [finish("It works as documented.", "no_change")];
    expect(await work(steps, ["fix", "--yes", "x"])).toMatchObject({ code: 1, status: [] });
  });
});

describe("what keeps both from beginning", () => {
  test.each(["exec", "fix"])("%s without a key is 3, with the variable to set", async (verb) => {
    using repository = fixtureRepository(cartFiles());
    for (const env of [{}, { OPENAI_API_KEY: "" }])
      expect(await airlock([verb, "-o", "../papers", "Mend it."], { cwd: repository.root, env })).toEqual({
        code: 3,
        out: [],
        err: ["airlock: There is no key for the model.", expect.stringContaining("  fix: Set OPENAI_API_KEY")],
      });
  });

  test.each<[string, string[], RegExp]>([
    ["no task", ["exec"], /say what should be done/],
    ["an empty task", ["fix", " "], /say what should be done/],
    ["a sandbox that is none", ["exec", "-s", "danger-full-access", "x"], /not "danger-full-access"/],
  ])("%s is wrong use", async (_title, args, says) => {
    const { code, out, err } = await airlock(args, { env: { OPENAI_API_KEY: key } });
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err[0]).toMatch(says);
  });

  test("a directory in no repository is 2", async () => {
    using temporary = temporaryDirectory();
    const ended = await airlock(["exec", "Mend it."], { cwd: temporary.path, env: { OPENAI_API_KEY: key } });
    expect(ended).toMatchObject({
      code: 2,
      err: [expect.stringContaining("is not in a git repository"), expect.any(String)],
    });
  });

  test("a model that refuses the key is 3, and the key is not shown", async () => {
    using repository = fixtureRepository(cartFiles());
    await using model = await startModel([], "another-key");
    const ended = await airlock(["exec", "Mend it."], {
      cwd: repository.root,
      env: { OPENAI_API_KEY: key, OPENAI_BASE_URL: model.url },
    });
    expect(ended.code).toBe(3);
    expect(ended.err.join("\n")).toMatch(/fix: /);
    expect([...ended.out, ...ended.err].join("\n")).not.toContain(key);
  });
});

describe("airlock plan", () => {
  const planned = call("finish", {
    outcome: "done",
    steps: [{ what: "Multiply by the quantity.", files: ["src/cart.ts", "test/quantity.test.ts"] }],
    risks: ["Callers that multiplied\u001b[31m themselves pay twice."],
    expected_level: "medium",
    notes: "Prices are in cents.",
  });

  test("prints steps, files and risks, and changes nothing", async () => {
    const { code, out, files, status } = await work([planned], ["plan", "Quantities are ignored."]);
    expect({ code, status }).toEqual({ code: 0, status: [] });
    expect(out).toEqual([
      "1. Multiply by the quantity.",
      "     src/cart.ts",
      "     test/quantity.test.ts",
      "",
      "Risks:",
      "  - Callers that multiplied themselves pay twice.",
      "",
      "Expected level: medium",
      "",
      "Prices are in cents.",
    ]);
    expect([...files.keys()]).toEqual(["audit.jsonl", "session.jsonl", "solution.json", "task.json"]);
  });

  test("without a task says what is missing", async () => {
    const { code, err } = await airlock(["plan"], { cwd: ".", env: {} });
    expect(code).toBe(2);
    expect(err.join("\n")).toContain("say what should be planned");
  });
});
