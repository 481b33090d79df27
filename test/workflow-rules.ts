import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { z } from "zod";
import { plain } from "./emulators/runner/tokens.ts";

const texts = z.record(z.string(), z.string());
const Step = z.object({
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: texts.optional(),
  env: texts.optional(),
});
const Job = z.looseObject({
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  "timeout-minutes": z.number().optional(),
  "continue-on-error": z.boolean().optional(),
  permissions: texts.optional(),
  steps: z.array(Step),
});
const Workflow = z.looseObject({
  "run-name": z.string().optional(),
  on: z.union([z.record(z.string(), z.unknown()), z.string().transform((event) => ({ [event]: null }))]),
  permissions: texts.optional(),
  concurrency: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
  jobs: z.record(z.string(), Job),
});
type Step = z.infer<typeof Step>;
type Job = z.infer<typeof Job>;
export type Workflow = z.infer<typeof Workflow>;

/** A workflow file as plain data. @throws Error with every problem that GitHub's own parser reports. */
export function parse(text: string): Workflow {
  const parsed = parseWorkflow({ name: "workflow.yml", content: text }, new NoOperationTraceWriter());
  const problems = parsed.context.errors.getErrors().map((error) => error.message);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return Workflow.parse(plain(parsed.value));
}

/** The table of design §1: what each job is granted, and nothing else. baseline is a step of verify on a machine of its own. */
const grants: Record<string, Record<string, string>> = {
  gate: { contents: "read", issues: "read", "pull-requests": "read", actions: "read", checks: "read" },
  solve: { contents: "read" },
  baseline: { contents: "read" },
  verify: { contents: "read" },
  publish: { contents: "write", "pull-requests": "write", issues: "read", actions: "read", checks: "read" },
};

/** Where a word may stand: the jobs and steps whose text carries it. */
function where(workflow: Workflow, word: RegExp): string[] {
  return Object.entries(workflow.jobs).flatMap(([id, job]) => {
    const { steps, ...head } = job;
    const places = [
      [id, head] as const,
      ...steps.map((step, index) => [`${id}.${step.with?.["phase"] ?? step.id ?? index}`, step] as const),
    ];
    return places.filter(([, value]) => word.test(JSON.stringify(value))).map(([name]) => name);
  });
}

/** The only variables there may be: what `[setup]` names, for the prepare steps, one secret of the repository each. */
function withoutSetupSecrets(workflow: Workflow): Workflow {
  const isSetupSecret = ([name, value]: [string, string]) =>
    /^[A-Z][A-Z0-9_]*$/.test(name) &&
    !/^(?:GITHUB|ACTIONS|RUNNER|OPENAI|INPUT|NODE)_/.test(name) &&
    value === `\${{ secrets.${name} }}`;
  const cleaned = ({ env, ...step }: Step): Step =>
    step.with?.["phase"] === "prepare" && Object.entries(env ?? {}).every(isSetupSecret)
      ? step
      : { ...step, ...(env === undefined ? {} : { env }) };
  const jobs = Object.entries(workflow.jobs).map(([id, job]) => [id, { ...job, steps: job.steps.map(cleaned) }]);
  return { ...workflow, jobs: Object.fromEntries(jobs) };
}

const every = (workflow: Workflow, visit: (job: Job, id: string) => string[]) =>
  Object.entries(workflow.jobs).flatMap(([id, job]) => visit(job, id));
const everyStep = (workflow: Workflow, visit: (step: Step, id: string) => string | null) =>
  every(workflow, (job, id) => job.steps.map((step) => visit(step, id)).filter((one) => one !== null));
const sorted = (granted: Record<string, string> = {}) =>
  Object.entries(granted)
    .map(([name, level]) => `${name}: ${level}`)
    .toSorted();
const differs = (what: string, seen: unknown, wanted: unknown) =>
  JSON.stringify(seen) === JSON.stringify(wanted) ? [] : [`${what}: ${JSON.stringify(seen)}`];

/** What holds for every workflow of the project. Each rule tells what breaks it. */
export const generalRules: Record<string, (workflow: Workflow) => string[]> = {
  "nothing is granted on top": (w) => differs("permissions", w.permissions, {}),
  "every job has a time limit": (w) => every(w, (job, id) => (job["timeout-minutes"] ? [] : [id])),
  "every job says what it is granted": (w) => every(w, (job, id) => (job.permissions ? [] : [id])),
  "every action is pinned by a full commit": (w) =>
    everyStep(w, ({ uses }) => (uses === undefined || /^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/.test(uses) ? null : uses)),
  "no script has an expression in it": (w) =>
    everyStep(w, ({ run }, id) => (run?.includes("${{") ? `${id}: ${run}` : null)),
  "no checkout leaves its token behind": (w) =>
    everyStep(w, ({ uses, with: given }, id) =>
      uses?.startsWith("actions/checkout@") && given?.["persist-credentials"] !== "false" ? id : null,
    ),
  "nothing is cached between runs": (w) =>
    everyStep(w, ({ uses, with: given }, id) =>
      uses?.startsWith("actions/cache") || Object.entries(given ?? {}).some(isCache) ? id : null,
    ),
  "only a person, the App, a schedule, our own pushes and plain pull requests start it": (w) =>
    Object.keys(w.on).filter((event) => !["workflow_dispatch", "schedule", "push", "pull_request"].includes(event)),
};

/** The condition of a job that does not ask every job above it to have gone well, but these, and what it waits for besides. */
/** Solve found a change; or nobody had to look, because the gate knew it. */
const solved = "(needs.solve.result == 'success' && needs.solve.outputs.proceed == 'true')";
const known = "(needs.solve.result == 'skipped' && needs.gate.outputs.solution != '')";

function onlyAfter(jobs: readonly string[], besides: string): string {
  const results = jobs.map((id) => `needs.${id}.result == 'success'`);
  return `\${{ ${["!cancelled()", ...results, besides].join(" && ")} }}`;
}

/** Whose artifacts and digests a job's steps are handed. */
function given(workflow: Workflow, id: string): string[] {
  const text = JSON.stringify(workflow.jobs[id]?.steps ?? []);
  return [...new Set(Array.from(text.matchAll(/needs\.(\w+)\./g), ([, name = ""]) => name))];
}

/** A directory of a self-hosted machine is none of GitHub's caches: its owner names it, and the action ignores it on hosted ones. */
function isCache([key, value]: [string, unknown]): boolean {
  if (key === "environment-cache") return value !== "${{ vars.AIRLOCK_ENVIRONMENT_CACHE }}";
  return key.includes("cache");
}

/** What holds for airlock.yml besides. */
export const airlockRules: Record<string, (workflow: Workflow) => string[]> = {
  "only a dispatch or a schedule starts it": (w) =>
    Object.keys(w.on).filter((event) => !["workflow_dispatch", "schedule"].includes(event)),
  "its jobs are the four phases and verify's baseline": (w) =>
    differs("jobs", Object.keys(w.jobs), Object.keys(grants)),
  "each job is granted exactly its row of the design": (w) =>
    every(w, (job, id) => differs(id, sorted(job.permissions), sorted(grants[id]))),
  "only publish may write": (w) =>
    every(w, (job, id) => (id !== "publish" && Object.values(job.permissions ?? {}).includes("write") ? [id] : [])),
  "gate and publish have no checkout and no script": (w) =>
    everyStep(w, ({ uses, run }, id) =>
      ["gate", "publish"].includes(id) && (run !== undefined || uses?.startsWith("actions/checkout@")) ? id : null,
    ),
  "the model's key is in one step of solve": (w) =>
    differs("key", where(withoutSetupSecrets(w), /secrets\.|OPENAI_API_KEY/), ["solve.solve"]),
  "a token is named in gate and publish only": (w) =>
    differs("token", where(w, /github\.token|GITHUB_TOKEN|github-token/), ["gate.gate", "publish.publish"]),
  "variables are set for prepare only, each a secret of its own name": (w) => where(withoutSetupSecrets(w), /"env":/),
  "runs of one issue wait for each other, all of them": (w) =>
    differs("concurrency", w.concurrency, {
      group: "airlock-${{ inputs.issue }}",
      "cancel-in-progress": false,
      queue: "max",
    }),
  "publish runs only after a successful verify with a Report": (w) =>
    differs(
      "publish",
      [w.jobs["publish"]?.needs, w.jobs["publish"]?.if],
      [["gate", "solve", "verify"], onlyAfter(["gate", "verify"], "needs.verify.outputs.digest != ''")],
    ),
  "verify runs without a baseline, and only after a gate that went well and a Solution": (w) =>
    differs(
      "verify",
      [w.jobs["verify"]?.needs, w.jobs["verify"]?.if],
      [["gate", "solve", "baseline"], onlyAfter(["gate"], `(${solved} || ${known})`)],
    ),
  "a baseline is made only where gate says so, is given the Task alone, and fails no run": (w) =>
    differs(
      "baseline",
      [
        w.jobs["baseline"]?.needs,
        w.jobs["baseline"]?.if,
        w.jobs["baseline"]?.["continue-on-error"],
        given(w, "baseline"),
      ],
      ["gate", "needs.gate.outputs.proceed == 'true' && needs.gate.outputs.baseline == 'true'", true, ["gate"]],
    ),
  "no job runs against the answer of the one before": (w) =>
    every(w, (job, id) =>
      /always\(\)|failure\(\)|cancelled\(\)/.test((job.if ?? "").replace(/^\$\{\{ !cancelled\(\) && /, "")) ||
      (/cancelled\(\)/.test(job.if ?? "") && !["verify", "publish"].includes(id))
        ? [id]
        : [],
    ),
  "digests and artifact ids come from the job that made them": (w) =>
    everyStep(w, ({ with: given = {} }, id) => {
      const handed = Object.entries(given).filter(([name]) => /-digest$|^artifact-ids$/.test(name));
      const wrong = handed.filter(
        ([, value]) =>
          !/^\$\{\{ needs\.(gate|solve|baseline|verify)\.outputs\.(digest|artifact)( \|\| needs\.gate\.outputs\.(artifact|solution))? \}\}$/.test(
            value,
          ),
      );
      return wrong.length > 0 ? `${id}: ${JSON.stringify(wrong)}` : null;
    }),
  "every paper is uploaded under a name with the attempt": (w) =>
    everyStep(w, ({ uses, with: given }, id) =>
      uses?.startsWith("actions/upload-artifact@") && given?.["name"] !== `airlock-${id}-\${{ github.run_attempt }}`
        ? `${id}: ${given?.["name"]}`
        : null,
    ),
  "the title carries ids only, in the form that gate and the App read back": (w) =>
    differs(
      "run-name",
      w["run-name"],
      "airlock ${{ inputs.verb }} #${{ inputs.issue }} ${{ inputs.trigger }} ${{ inputs.id }} by ${{ inputs.requester }}",
    ),
};
