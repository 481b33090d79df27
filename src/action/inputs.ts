import { z } from "zod";
import { AirlockError } from "../errors.ts";
import { Digest, type Identity } from "../handoff/identity.ts";

const given = z.string().min(1);
const number = z
  .string()
  .regex(/^[1-9]\d{0,18}$/)
  .transform(Number);
const separateUser = z.enum(["auto", "off", "require"]);
/** UTF-16 code units of the name of a machine's image; what is longer is none. */
const imageUnitsMax = 200;
const flag = z.enum(["true", "false"]).transform((text) => text === "true");

/** The inputs of action.yml by phase. A token or key that a phase does not name here never reaches it. */
const Inputs = z.discriminatedUnion("phase", [
  z.strictObject({
    phase: z.literal("gate"),
    "github-token": given,
    "app-bot-id": number,
    verb: given,
    issue: given,
    trigger: given,
    id: given,
    requester: given,
  }),
  z.strictObject({
    phase: z.literal("prepare"),
    repository: given,
    task: given,
    "task-digest": Digest,
    "setup-host": flag,
    "drop-sudo": flag,
    "separate-user": separateUser,
    "environment-cache": given.optional(),
  }),
  z.strictObject({
    phase: z.literal("solve"),
    "drop-sudo": flag,
    "separate-user": separateUser,
    repository: given,
    task: given,
    "task-digest": Digest,
    // A bump needs none; the step that does says so by `noKey`.
    "openai-api-key": given.optional(),
    "openai-base-url": given.optional(),
  }),
  z.strictObject({
    phase: z.literal("baseline"),
    "drop-sudo": flag,
    "separate-user": separateUser,
    repository: given,
    task: given,
    "task-digest": Digest,
  }),
  z.strictObject({
    phase: z.literal("verify"),
    "drop-sudo": flag,
    "separate-user": separateUser,
    repository: given,
    task: given,
    "task-digest": Digest,
    solution: given,
    "solution-digest": Digest,
    baseline: given.optional(),
    // Not a Digest: whatever the baseline job announces is compared, and must not be able to end verify.
    "baseline-digest": given.optional(),
  }),
  z.strictObject({
    phase: z.literal("publish"),
    "github-token": given,
    "app-bot-id": number,
    task: given,
    "task-digest": Digest,
    solution: given,
    "solution-digest": Digest,
    report: given,
    "report-digest": Digest,
  }),
]);
export type Inputs = z.infer<typeof Inputs>;
export type InputsOf<Phase extends Inputs["phase"]> = Extract<Inputs, { phase: Phase }>;

/** Inputs with a default: every step is given them, whatever its phase. The phases that read them. */
const everySwitch = ["setup-host", "drop-sudo", "separate-user"];
const switches: ReadonlyMap<string, readonly string[]> = new Map([
  ["prepare", everySwitch],
  ["solve", ["drop-sudo", "separate-user"]],
  ["baseline", ["drop-sudo", "separate-user"]],
  ["verify", ["drop-sudo", "separate-user"]],
]);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the action's inputs from the environment the runner prepared. An empty input counts as absent.
 * @throws AirlockError `bad-input` naming the input, for a missing one and for one that does not belong to the phase.
 */
export function readInputs(environment: Environment): Inputs {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("INPUT_") || value === undefined || value.trim() === "") continue;
    values[name.slice("INPUT_".length).toLowerCase()] = value.trim();
  }
  const read = switches.get(values["phase"] ?? "") ?? [];
  for (const name of everySwitch) if (!read.includes(name)) delete values[name];
  const parsed = Inputs.safeParse(values);
  if (parsed.success) return parsed.data;
  throw notSetUp(parsed.error, values) ?? unfit(parsed.error, values);
}

/** The phase that the step names, whatever its other inputs; null when it is none. */
export function phaseOf(environment: Environment): Inputs["phase"] | null {
  const parsed = z
    .enum(["gate", "prepare", "solve", "baseline", "verify", "publish"])
    .safeParse(environment["INPUT_PHASE"]?.trim());
  return parsed.success ? parsed.data : null;
}

const modelKey = { what: "the secret OPENAI_API_KEY", set: "Set the secret OPENAI_API_KEY to the model's key" };

/** Inputs that come from the repository's settings, where people forget them. */
const settings: Readonly<Record<string, { what: string; set: string }>> = {
  "openai-api-key": modelKey,
  "app-bot-id": {
    what: "the variable AIRLOCK_BOT_ID",
    set: "Set the variable AIRLOCK_BOT_ID to the numeric user id of your App's bot, which `airlock app create` prints,",
  },
};

function notSetUp({ issues }: z.ZodError, values: Readonly<Record<string, string>>): AirlockError | null {
  const [name, ...others] = [...new Set(issues.map(({ path }) => String(path[0])))];
  const setting = name === undefined || others.length > 0 ? undefined : settings[name];
  if (name === undefined || setting === undefined) return null;
  return missingSetting(name, setting, values[name] === undefined ? "is not set" : "is not what is expected there");
}

/** What is told where a model is needed and the secret with its key is not set. */
export function noKey(): AirlockError {
  return missingSetting("openai-api-key", modelKey, "is not set");
}

function missingSetting(name: string, setting: { what: string; set: string }, wrong: string): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `The input ${name} is missing or wrong: ${setting.what} ${wrong}.`,
    fix: `${setting.set} in the repository's Settings → Secrets and variables → Actions; then comment \`/agent fix\` again.`,
  });
}

function unfit(error: z.ZodError, values: Readonly<Record<string, string>>): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `The action's inputs do not fit phase "${values["phase"] ?? ""}": ${z.prettifyError(error)}`,
    fix: "Compare the step with .github/workflows/airlock.yml of the release you use: each phase takes exactly the inputs listed there.",
  });
}

const Runner = z.object({
  GITHUB_REPOSITORY: z.string().regex(/^[^/]+\/[^/]+$/),
  GITHUB_REPOSITORY_ID: number,
  GITHUB_RUN_ID: number,
  GITHUB_RUN_ATTEMPT: number,
  GITHUB_API_URL: z.url(),
  GITHUB_SERVER_URL: z.url(),
  RUNNER_TEMP: given,
  PATH: given,
  /** Set on GitHub's own machines; a machine of somebody's own may set them alike. */
  ImageOS: z.string().optional(),
  ImageVersion: z.string().optional(),
});

export interface RunnerFacts {
  identity: Identity;
  apiUrl: string;
  /** The run's page, for people. */
  runUrl: string;
  temp: string;
  path: string;
  /** Name and version of the machine's image; null when it does not say both. */
  image: string | null;
}

/** What the runner says of itself. @throws AirlockError `bad-input` outside GitHub Actions. */
export function readRunner(environment: Environment): RunnerFacts {
  const parsed = Runner.safeParse(environment);
  if (!parsed.success) {
    throw new AirlockError({
      code: "bad-input",
      message: `This is not a GitHub Actions runner: ${z.prettifyError(parsed.error)}`,
      fix: "Use the `airlock` command outside GitHub Actions.",
    });
  }
  const facts = parsed.data;
  const [owner = "", name = ""] = facts.GITHUB_REPOSITORY.split("/");
  return {
    identity: {
      repository: { id: facts.GITHUB_REPOSITORY_ID, owner, name },
      run: { id: facts.GITHUB_RUN_ID, attempt: facts.GITHUB_RUN_ATTEMPT },
    },
    apiUrl: facts.GITHUB_API_URL,
    runUrl: `${facts.GITHUB_SERVER_URL}/${facts.GITHUB_REPOSITORY}/actions/runs/${facts.GITHUB_RUN_ID}`,
    temp: facts.RUNNER_TEMP,
    path: facts.PATH,
    image: imageOf(facts),
  };
}

function imageOf({ ImageOS: os = "", ImageVersion: version = "" }: z.infer<typeof Runner>): string | null {
  const image = `${os} ${version}`;
  return os === "" || version === "" || image.length > imageUnitsMax ? null : image;
}

/** A place that any user can reach and only root can write, for one job of one run; the runner's own directories may be closed to others. */
export function jobsOfRoot(environment: Environment): string {
  const parts = ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB"].map((name) => environment[name] ?? "");
  return `/var/lib/airlock/${parts.map((part) => part.replaceAll(/[^A-Za-z0-9_]/g, "_")).join("-")}`;
}
