import { describe, expect, test } from "vitest";
import { hiddenOutput } from "../../src/agent/hidden-output.ts";
import type { Task } from "../../src/handoff/task.ts";
import { releasable } from "../../src/phases/session-release.ts";
import { call, type Step } from "../emulators/model/step.ts";
import { finish, goodFix } from "../stories/road.ts";
import { solved, token } from "./solved.ts";

describe("whatever the model does to the workspace, there is a Solution with the last good state", () => {
  const work = run("echo work > work.txt");
  const wall = (task: Task): Task => withLimits(task, { wall_clock_s: 20 });

  test.each<[string, Step, object]>([
    [
      "a link in the place of .git, and another call in the same turn",
      turn("mkdir s; ln -s /etc s/.git", "true"),
      { ending: { kind: "finished" }, violations: ['Removed "s/.git": a spelling of .git.'] },
    ],
    [
      "a nested repository below a name that is no UTF-8",
      turn(`mkdir -p "$(printf 'x\\377')/.git"`, "true"),
      { ending: { kind: "finished" }, violations: [expect.stringContaining("its name is not UTF-8")] },
    ],
    [
      "a path longer than the kernel spells",
      turn('i=0; while [ $i -lt 60 ]; do n=$(printf "%0100d" 0); mkdir $n; cd $n; i=$((i+1)); done', "true"),
      { ending: { kind: "finished" }, violations: [expect.stringContaining("directories nested too deeply")] },
    ],
    [
      "huge files",
      turn("for i in 1 2 3 4 5 6 7 8 9; do truncate -s 4G s$i; done; head -c 600000 /dev/urandom > big.bin"),
      {
        ending: { kind: "finished" },
        violations: expect.arrayContaining(['Removed "big.bin": it has 600000 bytes, and a change may carry 524288.']),
      },
    ],
    [
      "a file of the base that no paper can carry",
      turn("head -c 70000000 /dev/zero > README.md"),
      {
        ending: {
          kind: "limit",
          limit: "workspace",
          detail: expect.stringContaining("more than the 67108864 that a paper can carry"),
        },
        summary: "",
      },
    ],
  ])("%s", async (_title, step, wanted) => {
    const { solution } = await solved([work, step, finish("Done.")], {
      task: wall,
      files: { "README.md": "# Readme\n" },
    });
    expect(solution).toMatchObject(wanted);
    expect(solution.change.map(({ path }) => path)).toEqual(["work.txt"]);
    expect(solution.checkpoints.at(-1)?.tree).toBe(solution.tree);
  });

  test("more than a paper can carry, spread over small files, is refused by its limit", async () => {
    const { solution } = await solved([
      run("for i in 1 2 3; do head -c 300000 /dev/zero > f$i; done"),
      finish("Done."),
    ]);
    expect(solution.ending).toMatchObject({ kind: "refused", findings: [{ rule: "change-bytes" }] });
  });
});

describe("a question about a pull request", () => {
  const asking = (task: Task): Task => ({ ...task, verb: "ask", sandbox_mode: "read-only" });
  const answer = call("finish", { outcome: "done", answer: "It adds a key.", notes: "" });
  const pull = { "key.ts": `const key = "${token}";\n`, "large.txt": "x".repeat(600_000) };

  test("is answered whatever the pull request holds: nothing of it is carried", async () => {
    const { solution, task } = await solved([answer], { task: asking, pull });
    expect(solution).toMatchObject({ ending: { kind: "finished" }, answer: "It adds a key.", change: [] });
    expect(solution.tree).toBe(task.start.tree);
  });

  test("is not answered with a secret", async () => {
    const { solution } = await solved([call("finish", { outcome: "done", answer: `It is ${token}.`, notes: "" })], {
      task: asking,
      pull,
    });
    expect(solution).toMatchObject({ ending: { kind: "refused", findings: [{ rule: "secret" }] } });
    expect(JSON.stringify(solution)).not.toContain(token);
  });
});

describe("a secret in a name", () => {
  test("is refused without being named, also where another rule minds the name", async () => {
    const { solution, events } = await solved([run(`echo hi > '${token}:.txt'`), finish("Added.")]);
    expect(solution.ending).toMatchObject({ kind: "refused", findings: [{ rule: "secret" }] });
    expect(JSON.stringify([solution, events])).not.toContain(token.slice(4));
  });

  test("is not said either when a file holds it: what was removed may be named after it", async () => {
    const value = "hK8sQ2vR9tLm4XzP7wNc";
    const { solution, events } = await solved([
      run(`echo 'const password = "${value}";' > a.ts; mkdir -p x-${value}/.git`),
      finish(`It is ${value}.`),
    ]);
    expect(solution).toMatchObject({
      ending: { kind: "refused", findings: [{ rule: "secret", path: "a.ts" }] },
      violations: ["Removed something; beside a secret its name is not said."],
    });
    expect(JSON.stringify([solution, events])).not.toContain(value);
  });

  test("the twin: without a secret the other rule names it", async () => {
    const { solution } = await solved([run("echo hi > 'plain:.txt'"), finish("Added.")]);
    expect(solution.ending).toMatchObject({ findings: [{ rule: "path-windows", path: "plain:.txt" }] });
  });

  const apiKey = "api_key=hK8sQ2vR9tLm4XzP7wNc";

  test.each([
    ["a known format", token],
    ["the scan alone", apiKey],
  ])("of what the sweep removed is not named: %s", async (_title, name) => {
    const { solution, events, session } = await solved([
      run(`mkdir '${name}'; mkdir '${name}/.git'; echo a > a.txt`),
      finish("Added."),
    ]);
    expect(solution).toMatchObject({
      ending: { kind: "finished" },
      violations: ["Removed something whose name holds a secret."],
    });
    expect(JSON.stringify([solution, events])).not.toContain(name);
    expect(await releasable(session.split(/(?<=\n)/))).not.toContain(name);
  });
});

describe("a secret in the output of a command", () => {
  const shown = `printf ${token.slice(0, 8)}; printf '${token.slice(8)}\\n'`;

  test("is hidden from the model and counted in the Solution, and the work goes on", async () => {
    const { solution, session } = await solved([run(`${shown}; echo a > a.txt`), finish("Added.")]);
    expect(solution).toMatchObject({ ending: { kind: "finished" }, violations: [hiddenOutput] });
    expect(solution.change.map(({ path }) => path)).toEqual(["a.txt"]);
    expect(session).toContain("stdout:\\n[redacted]");
    expect(session + JSON.stringify(solution)).not.toContain(token);
  });

  test("is still told as what it was beside a secret that refuses the change", async () => {
    const { solution } = await solved([
      run(`${shown}; { ${shown}; } > a.txt; mkdir x; mkdir x/.git`),
      finish("Added."),
    ]);
    expect(solution).toMatchObject({
      ending: { kind: "refused", findings: [{ rule: "secret", path: "a.txt" }] },
      violations: [hiddenOutput, "Removed something; beside a secret its name is not said."],
    });
  });
});

test("an unknown price is said in the notes, under Airlock's own name, and the cost stays unknown", async () => {
  const model = (task: Task): Task => ({
    ...task,
    config: { ...task.config, agent: { ...task.config.agent, model: "somebodys-model" } },
  });
  const { solution, session } = await solved(goodFix, { task: model });
  expect(solution.usage.cost_usd).toBe(null);
  expect(solution.notes).toBe(
    "Airlock: No price is known for the model somebodys-model: the cost of this run is unknown, and limits.cost_usd did not bound it. limits.tokens and limits.turns did.",
  );
  expect(session.match(/"type":"notice"/g)).toHaveLength(1);
  expect((await solved(goodFix)).solution.notes).toBe("");
});

/** One turn of the model that runs each of these in a shell. */
function turn(...scripts: string[]): Step {
  return {
    kind: "reply",
    calls: scripts.map((script) => ({ name: "shell", arguments: shell("sh", "-c", script) })),
  };
}

function run(script: string): Step {
  return turn(script);
}

function shell(...command: string[]) {
  return { command, workdir: null, timeout_s: null };
}

function withLimits(task: Task, limits: Partial<Task["config"]["limits"]>): Task {
  return { ...task, config: { ...task.config, limits: { ...task.config.limits, ...limits } } };
}
