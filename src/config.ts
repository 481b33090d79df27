import { z } from "zod";
import { Ci } from "./config/ci.ts";
import { Network } from "./config/network.ts";
import { Labels, PullRequest, Review, Reviewers } from "./config/pull-request.ts";

/** Codex's two axes. `danger-full-access` exists only as a CLI flag and can therefore not be written in a file. */
export const SandboxMode = z.enum(["read-only", "workspace-write"]);
export type SandboxMode = z.infer<typeof SandboxMode>;
export const ApprovalPolicy = z.enum(["untrusted", "on-request", "never"]);
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

export const RiskLevel = z.enum(["low", "medium", "high", "critical"]);
export type RiskLevel = z.infer<typeof RiskLevel>;

const seconds = (value: number, max: number) => z.int().min(1).max(max).default(value);
const count = (value: number, max: number) => z.int().min(1).max(max).default(value);

const Agent = z.strictObject({
  model: z.string().min(1).default("gpt-6.1-sol").describe("Model name sent to the Responses API."),
  sandbox_mode: SandboxMode.default("workspace-write").describe("What the agent may write inside its sandbox."),
  approval_policy: ApprovalPolicy.extract(["never"])
    .default("never")
    .describe("When a person is asked. A run on GitHub has nobody to ask, so `never` is all there is."),
  reasoning_effort: z
    .enum(["low", "medium", "high"])
    .default("medium")
    .describe("Reasoning effort asked of the model."),
});

/** The limits of design §7: each has a name, a unit and one home, which is here. */
const Limits = z.strictObject({
  turns: count(60, 500).describe("Model calls per run."),
  wall_clock_s: seconds(1800, 3600).describe("Seconds the agent may work."),
  tokens: count(1_500_000, 50_000_000).describe("Input plus output tokens per run."),
  cost_usd: z
    .number()
    .positive()
    .max(1000)
    .default(5)
    .describe("US dollars per run; needs prices to be known for the model."),
  command_s: seconds(120, 600).describe("Seconds one command of the agent may take unless it asks for more."),
  command_max_s: seconds(600, 600).describe("Seconds one command may ask for."),
  output_head_bytes: count(65_536, 1_048_576).describe("Bytes kept from the start of a command's output."),
  output_tail_bytes: count(65_536, 1_048_576).describe("Bytes kept from the end of a command's output."),
  change_files: count(50, 1000).describe("Files one change may touch."),
  change_bytes: count(524_288, 16_777_216).describe("Bytes of new content one change may carry."),
  check_s: seconds(900, 3600).describe("Seconds one check may take on one side."),
  memory_mb: z
    .int()
    .min(256)
    .max(1_048_576)
    .optional()
    .describe(
      "MiB of memory all processes of one command may hold together; absent means 8192, and at most three quarters of the machine's.",
    ),
  processes: z
    .int()
    .min(16)
    .max(32_768)
    .optional()
    .describe("Processes and threads one command may have at a time; absent means 2048."),
  install_s: seconds(600, 3600).describe("Seconds the dependency installation may take."),
  review_rounds: count(5, 50).describe(
    "Rounds of review feedback that one pull request may have; then a person takes over.",
  ),
  setup_s: seconds(300, 3600).describe("Seconds one command of `[setup]` may take."),
});

export const CheckKind = z.enum(["types", "lint", "tests", "build", "custom"]);
export type CheckKind = z.infer<typeof CheckKind>;

const CheckConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9 _-]{0,39}$/, "lower-case letters, digits, space, _ and -; at most 40")
    .describe("Name of the row."),
  kind: CheckKind.default("custom").describe("Which built-in check this replaces; `custom` adds a row."),
  run: z.array(z.string().min(1)).min(1).describe("The command as a list: program and arguments. No shell reads it."),
  timeout_s: z.int().min(1).max(3600).optional().describe("Seconds; absent means `limits.check_s`."),
});
export type CheckConfig = z.infer<typeof CheckConfig>;

/**
 * A variable as repositories name their secrets; never one that the runner, the shell, Node, git, npm or we ourselves read.
 * One pattern, so that editors know the rule as well.
 */
const SecretName = z
  .string()
  .regex(
    /^(?!(?:GITHUB|ACTIONS|RUNNER|INPUT|OPENAI|AIRLOCK|NODE|GIT|LD|LC|BASH|NPM_CONFIG)_)(?!(?:PATH|HOME|LANG|TZ|CI|TMPDIR|USER|SHELL|PWD|OLDPWD|ENV|IFS|LOGNAME|TERM|DISPLAY|HTTP_PROXY|HTTPS_PROXY|ALL_PROXY|NO_PROXY)$)[A-Z][A-Z0-9_]{0,99}$/,
    "capital letters, digits and _, at most 100; not a name of the runner, the shell, Node, git, npm or Airlock (GITHUB_…, ACTIONS_…, RUNNER_…, OPENAI_…, PATH …)",
  );

/** What happens between the installation without scripts and the first command. Its secrets exist for that time, and for nobody afterwards. */
const Setup = z.strictObject({
  scripts: z
    .array(z.string().regex(/^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/, "a package's name"))
    .max(50)
    .default([])
    .describe("Packages whose install scripts run, in the sandbox and without network, after everything is installed."),
  commands: z
    .array(z.array(z.string().min(1)).min(1).max(100))
    .max(20)
    .default([])
    .describe(
      "Commands, each a list that no shell reads, run once in the sandbox after the installation, for example to generate code. Files that git ignores and what they write into node_modules stay; everything else is dropped.",
    ),
  secrets: z
    .array(SecretName)
    .max(20)
    .default([])
    .describe(
      "Variables that only these commands are given. The agent and the checks never see them. The commands reach the package registry, and what `[network.prepare]` opens.",
    ),
  registry_token: SecretName.optional().describe(
    "The variable with the token that the installation sends to the registry of the machine's npm configuration. Given to the installation only.",
  ),
});

/** What a level requires. A key that is left out keeps that level's default, so that naming one cannot switch another off. */
const requirement = (reviewers: number, security: boolean, manual: boolean) =>
  z
    .strictObject({
      reviewers: z.int().min(0).max(10).default(reviewers),
      security_review: z.boolean().default(security),
      manual_verification: z.boolean().default(manual),
    })
    .prefault({});

const words = (...values: string[]) => z.array(z.string().regex(/^[a-z0-9]+$/, "one lower-case word")).default(values);

/** One entry of `[[risk.owners]]`. */
const PathOwners = z.strictObject({
  paths: z.array(z.string().min(1)).min(1).max(100).describe("Paths (globs with * and **)."),
  users: z.array(z.string().min(1)).max(15).default([]).describe("Logins."),
  teams: z.array(z.string().min(1)).max(15).default([]).describe("Team slugs."),
});

const Risk = z.strictObject({
  critical_words: words(
    "auth",
    "oauth",
    "jwt",
    "envrc",
    "authentication",
    "authorization",
    "security",
    "password",
    "passwords",
    "token",
    "tokens",
    "database",
    "migration",
    "migrations",
    "env",
    "secret",
    "secrets",
    "crypto",
    "credential",
    "credentials",
  ).describe(
    "Path words that make a change critical. A word is a run of letters between separators or case changes: `author` is not `auth`.",
  ),
  high_words: words(
    "payment",
    "payments",
    "billing",
    "user",
    "users",
    "permission",
    "permissions",
    "role",
    "roles",
    "api",
    "external",
    "integration",
    "integrations",
  ).describe("Path words that make a change high."),
  critical_paths: z.array(z.string()).default([]).describe("Further paths (globs with * and **) that are critical."),
  high_paths: z.array(z.string()).default([]).describe("Further paths (globs with * and **) that are high."),
  medium_paths: z.array(z.string()).default([]).describe("Further paths (globs with * and **) that are medium."),
  low_paths: z
    .array(z.string())
    .default(["docs/**/*.md", "docs/**/*.txt", "/*.md", "README.md", "CHANGELOG.md"])
    .describe(
      "The only paths (globs, compared exactly) where a change may be low; every other path is at least medium. The kind of file must be allowed as well.",
    ),
  medium_lines: count(100, 100_000).describe("More changed lines than this make a change at least medium."),
  high_lines: count(500, 100_000).describe("More changed lines than this make a change at least high."),
  owners: z
    .array(PathOwners)
    .max(50)
    .default([])
    .describe("Who must approve a change of which paths, whatever its level; beside CODEOWNERS."),
  requester_may_approve: z
    .boolean()
    .default(false)
    .describe("Whether the approval of the person who asked for the change counts."),
  low: requirement(0, false, false),
  medium: requirement(1, false, false),
  high: requirement(2, true, false),
  critical: requirement(2, true, true),
});

/** Never more than the rule in `policy/auto-merge.ts` allows: the keys only narrow it. */
const AutoMerge = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe("Whether a low change of plain text whose checks are all green may be merged without a person."),
  budget_lines: count(200, 100_000).describe(
    "Changed lines per top directory and seven days that may be merged so, this change included.",
  ),
  budget_changes: count(5, 1000).describe(
    "Changes per top directory and seven days that may be merged so, this change included.",
  ),
});

const Verify = z.strictObject({
  mutation: z
    .boolean()
    .default(false)
    .describe(
      "Whether tests that a change adds or alters must fail when only its source is taken back. When they do not, a reviewer is warned.",
    ),
  fail_fast: z
    .boolean()
    .default(false)
    .describe(
      "Whether a check that passes on the base and fails with the change ends the other checks. They are then shown as not run.",
    ),
  baseline_job: z
    .boolean()
    .default(false)
    .describe(
      "Whether the workflow checks the base on a machine of its own while the agent works. Verification is shorter; each run uses the minutes of one more machine.",
    ),
  lint_cache: z
    .boolean()
    .default(false)
    .describe(
      "Whether linters may start from what they said of the base's unchanged files. Rules that look into other files than the one they judge can then miss something.",
    ),
});

const Bump = z.strictObject({
  min_release_age_days: z
    .int()
    .min(0)
    .max(365)
    .default(3)
    .describe("Days that a release must have been in the registry before a bump takes it; 0 takes any."),
});

/** `.github/airlock.toml`, read from the trusted commit only. A missing file means every default below. */
export const Config = z.strictObject({
  agent: Agent.prefault({}),
  limits: Limits.prefault({}),
  checks: z.array(CheckConfig).max(20).default([]),
  verify: Verify.prefault({}),
  setup: Setup.prefault({}),
  risk: Risk.prefault({}),
  auto_merge: AutoMerge.prefault({}),
  labels: Labels.prefault({}),
  reviewers: Reviewers.prefault({}),
  pull_request: PullRequest.prefault({}),
  review: Review.prefault({}),
  network: Network.prefault({}),
  ci: Ci.prefault({}),
  bump: Bump.prefault({}),
});
export type Config = z.infer<typeof Config>;

export const configPath = ".github/airlock.toml";
