import { describe, expect, test } from "vitest";
import { jobsOfRoot, noKey, readInputs, readRunner } from "../../src/action/inputs.ts";
import { AirlockError } from "../../src/errors.ts";
import { digest } from "../record/papers.ts";

const papers = {
  task: { task: "papers/task", "task-digest": digest("a") },
  solution: { solution: "papers/solution", "solution-digest": digest("b") },
  baseline: { baseline: "papers/baseline", "baseline-digest": digest("d") },
  report: { report: "papers/report", "report-digest": digest("c") },
};
const switches = { "drop-sudo": "false", "separate-user": "require" };
const github = { "github-token": "ghs_token", "app-bot-id": "42" };

/** Every phase with exactly its inputs, as the workflow writes them. */
const phases: Record<string, Record<string, string>> = {
  gate: { ...github, verb: "fix", issue: "12", trigger: "comment", id: "500", requester: "5" },
  prepare: { repository: "repository", ...papers.task, "setup-host": "true", ...switches },
  solve: {
    ...switches,
    repository: "repository",
    ...papers.task,
    "openai-api-key": "sk-key",
    "openai-base-url": "https://models.test/v1",
  },
  baseline: { ...switches, repository: "repository", ...papers.task },
  verify: { ...switches, repository: "repository", ...papers.task, ...papers.solution, ...papers.baseline },
  publish: { ...github, ...papers.task, ...papers.solution, ...papers.report },
};
const optional = ["openai-api-key", "openai-base-url", "environment-cache", "baseline", "baseline-digest"];
const everyInput = Object.fromEntries(Object.values(phases).flatMap((inputs) => Object.entries(inputs)));

/** The environment as the runner makes it of a step's `with`: unnamed inputs are there too, as their defaults. */
const environment = (inputs: Record<string, string>) => ({
  PATH: "/usr/bin",
  "INPUT_SETUP-HOST": "true",
  "INPUT_DROP-SUDO": "true",
  "INPUT_SEPARATE-USER": "auto",
  ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
});

function refusal(inputs: Record<string, string>): AirlockError {
  try {
    readInputs(environment(inputs));
  } catch (thrown) {
    if (thrown instanceof AirlockError) return thrown;
  }
  throw new Error("the inputs were taken");
}

describe("each phase takes exactly its inputs", () => {
  test.each(Object.keys(phases))("%s", (phase) => {
    expect(readInputs(environment({ phase, ...phases[phase] }))).toEqual({
      ...phases[phase],
      phase,
      ...("setup-host" in (phases[phase] ?? {}) ? { "setup-host": true } : {}),
      ...("drop-sudo" in (phases[phase] ?? {}) ? { "drop-sudo": false } : {}),
      ...("app-bot-id" in (phases[phase] ?? {}) ? { "app-bot-id": 42 } : {}),
    });
  });

  const missing = Object.entries(phases).flatMap(([phase, inputs]) =>
    Object.keys(inputs).map((name) => [phase, name] as const),
  );
  test.each(
    missing.filter(([, name]) => !optional.includes(name) && !/^(setup-host|drop-sudo|separate-user)$/.test(name)),
  )("%s without %s is refused, and the input is named", (phase, name) => {
    const inputs = Object.fromEntries(Object.entries(phases[phase] ?? {}).filter(([key]) => key !== name));
    expect(refusal({ phase, ...inputs })).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(name),
    });
    expect(refusal({ phase, ...inputs, [name]: "" }).message).toContain(name);
    expect(refusal({ phase, ...inputs, [name]: "  " }).message).toContain(name);
  });

  test("the base URL of the model may be left out or empty", () => {
    const { "openai-base-url": _url, ...without } = { ...phases["solve"] };
    const expected = { phase: "solve", ...without, "drop-sudo": false };
    expect(readInputs(environment({ phase: "solve", ...without }))).toEqual(expected);
    expect(readInputs(environment({ phase: "solve", ...without, "openai-base-url": "" }))).toEqual(expected);
  });
});

describe("a setting of the repository that was forgotten is named with the place to set it", () => {
  test.each([
    ["gate", "app-bot-id", "AIRLOCK_BOT_ID", undefined],
    ["publish", "app-bot-id", "AIRLOCK_BOT_ID", "airlock[bot]"],
  ])("%s without a usable %s", (phase, name, setting, value) => {
    const { [name]: _left, ...rest } = { ...phases[phase] };
    const error = refusal({ phase, ...rest, ...(value === undefined ? {} : { [name]: value }) });
    expect(error.message).toContain(setting);
    expect(error.fix).toContain(setting);
    expect(error.fix).toContain("Settings → Secrets and variables → Actions");
  });

  test("the model's key, where a model is needed", () => {
    const { "openai-api-key": _key, ...withoutKey } = { ...phases["solve"] };
    expect(readInputs(environment({ phase: "solve", ...withoutKey }))).not.toHaveProperty("openai-api-key");
    const { code, message, fix } = noKey();
    expect({ code, message }).toEqual({
      code: "bad-input",
      message: "The input openai-api-key is missing or wrong: the secret OPENAI_API_KEY is not set.",
    });
    expect(fix).toContain("Settings → Secrets and variables → Actions");
  });

  test("the twin: another input is the workflow file's business", () => {
    const { verb: _verb, ...rest } = { ...phases["gate"] };
    expect(refusal({ phase: "gate", ...rest }).fix).toContain(".github/workflows/airlock.yml");
  });
});

describe("a phase that is handed more than it names does not begin", () => {
  const foreign = Object.keys(phases).flatMap((phase) =>
    Object.keys(everyInput)
      .filter((name) => !(name in (phases[phase] ?? {})) && !/^(setup-host|drop-sudo|separate-user)$/.test(name))
      .map((name) => [phase, name] as const),
  );
  test.each(foreign)("%s with %s", (phase, name) => {
    const error = refusal({ phase, ...phases[phase], [name]: everyInput[name] ?? "" });
    expect(error).toMatchObject({ code: "bad-input", message: expect.stringContaining(`"${name}"`) });
    expect(error.message).not.toContain("sk-key");
    expect(error.message).not.toContain("ghs_token");
  });

  test("an input nobody knows is refused too", () => {
    expect(refusal({ phase: "verify", ...phases["verify"], shell: "bash" }).message).toContain('"shell"');
  });
});

describe("values", () => {
  test.each([
    ["gate", "app-bot-id", "0"],
    ["gate", "app-bot-id", "airlock[bot]"],
    ["prepare", "setup-host", "yes"],
    ["prepare", "drop-sudo", "0"],
    ["solve", "task-digest", "sha256:abc"],
    ["verify", "solution-digest", digest("B")],
  ])("%s does not take %s as %j", (phase, name, value) => {
    expect(refusal({ phase, ...phases[phase], [name]: value }).message).toContain(name);
  });

  test("space around a value is the YAML author's, not the value's", () => {
    const inputs = { phase: "gate", ...phases["gate"], verb: " fix\n", "app-bot-id": " 42 " };
    expect(readInputs(environment(inputs))).toMatchObject({ verb: "fix", "app-bot-id": 42 });
  });

  test.each(["", "deploy", "__proto__"])("phase %j is none", (phase) => {
    expect(refusal({ phase, ...phases["gate"] })).toMatchObject({ code: "bad-input" });
  });
});

describe("the runner", () => {
  const facts = {
    GITHUB_REPOSITORY: "octo/demo",
    GITHUB_REPOSITORY_ID: "1",
    GITHUB_RUN_ID: "19000000001",
    GITHUB_RUN_ATTEMPT: "2",
    GITHUB_API_URL: "https://api.github.test",
    GITHUB_SERVER_URL: "https://github.test",
    RUNNER_TEMP: "/home/runner/work/_temp",
    PATH: "/usr/bin",
  };

  test("says whose run this is and where things lie", () => {
    expect(readRunner({ ...facts, SECRET: "not looked at" })).toEqual({
      identity: { repository: { id: 1, owner: "octo", name: "demo" }, run: { id: 19_000_000_001, attempt: 2 } },
      apiUrl: "https://api.github.test",
      runUrl: "https://github.test/octo/demo/actions/runs/19000000001",
      temp: "/home/runner/work/_temp",
      path: "/usr/bin",
      image: null,
    });
  });

  test.each([
    ["name and version", { ImageOS: "ubuntu24", ImageVersion: "20261123.1.0" }, "ubuntu24 20261123.1.0"],
    ["no version", { ImageOS: "ubuntu24" }, null],
    ["no name", { ImageOS: "", ImageVersion: "20261123.1.0" }, null],
    ["more than a name", { ImageOS: "u".repeat(200), ImageVersion: "1" }, null],
  ])("an image with %s", (_title, said, image) => {
    expect(readRunner({ ...facts, ...said }).image).toBe(image);
  });

  test.each([
    ...Object.keys(facts).map((name) => [name, undefined] as const),
    ["GITHUB_REPOSITORY", "demo"],
    ["GITHUB_REPOSITORY", "a/b/c"],
    ["GITHUB_REPOSITORY_ID", "0"],
    ["GITHUB_RUN_ID", "12x"],
    ["GITHUB_API_URL", "api"],
    ["RUNNER_TEMP", ""],
  ] as const)("with %s as %j this is no runner", (name, value) => {
    expect(() => readRunner({ ...facts, [name]: value })).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining(name) }),
    );
  });
});

test("the directory of a job behind sudo is its own, and no name of a job leads out of it", () => {
  const job = { GITHUB_RUN_ID: "77", GITHUB_RUN_ATTEMPT: "2", GITHUB_JOB: "solve" };
  expect(jobsOfRoot(job)).toBe("/var/lib/airlock/77-2-solve");
  expect(jobsOfRoot({ ...job, GITHUB_JOB: "../../etc" })).toBe("/var/lib/airlock/77-2-______etc");
});
