import type { CheckKind, Config } from "../config.ts";
import { AirlockError } from "../errors.ts";
import { checkScripts } from "../inspect/check-programs.ts";
import { jsonObject } from "../inspect/json.ts";

/** One check as it will be run, the same on both sides. */
export interface PlannedCheck {
  name: string;
  kind: CheckKind;
  /** Commands one after the other, each as a list; the first that fails ends the check. */
  command: string[][];
  /** Variables that npm sets for a script. */
  env: Record<string, string>;
  /** Milliseconds for all of them together. */
  timeoutMs: number;
}

export type BuiltInKind = Exclude<CheckKind, "custom">;

export interface CheckPlan {
  checks: PlannedCheck[];
  /** Kinds for which the repository offers nothing to run. */
  notConfigured: BuiltInKind[];
}

/** Everything here comes from the trusted commit, so that a change cannot redefine its own check (promise 6). */
export interface TrustedFacts {
  /** Text of package.json at the top; null when there is none. */
  manifest: string | null;
  /** Text of tsconfig.json at the top; null when there is none. */
  tsconfig: string | null;
  /** Names of the files at the top. Absent: none is known. */
  topFiles?: readonly string[];
  /** Whether `pre` and `post` scripts run around a script. Absent: they do, as with npm. */
  framed?: boolean;
  config: Pick<Config, "checks" | "limits">;
}

const builtInKinds: readonly BuiltInKind[] = ["types", "lint", "tests", "build"];

/**
 * Which checks there are: those of the configuration first (a kind other than `custom` replaces the built-in check of that
 * kind), then types, lint, tests and build as package.json offers them.
 * @throws AirlockError `unsupported-repository` when package.json is no JSON object: npm could not run it either.
 */
export function detectChecks({ manifest, tsconfig, config, topFiles = [], framed = true }: TrustedFacts): CheckPlan {
  const parsed = { ...parseManifest(manifest), framed, topFiles };
  const timeoutMs = config.limits.check_s * 1000;
  const checks: PlannedCheck[] = [];
  const notConfigured: BuiltInKind[] = [];
  for (const kind of builtInKinds) {
    const configured = configuredChecks(config, kind);
    const found = configured.length > 0 ? configured : builtIn(kind, parsed, tsconfig, timeoutMs);
    if (found.length === 0) notConfigured.push(kind);
    checks.push(...found);
  }
  return { checks: [...checks, ...configuredChecks(config, "custom")], notConfigured };
}

function configuredChecks({ checks, limits }: TrustedFacts["config"], kind: CheckKind): PlannedCheck[] {
  return checks
    .filter((check) => check.kind === kind)
    .map(({ name, run, timeout_s }) => ({
      name,
      kind,
      command: [run],
      env: {},
      timeoutMs: (timeout_s ?? limits.check_s) * 1000,
    }));
}

function builtIn(kind: BuiltInKind, manifest: Manifest, tsconfig: string | null, timeoutMs: number): PlannedCheck[] {
  const script = checkScripts[kind].find((name) => isRealScript(manifest.scripts[name]));
  if (script !== undefined) {
    return [{ name: kind, kind, command: scriptSteps(manifest, script), env: scriptEnv(manifest, script), timeoutMs }];
  }
  if (kind === "lint") return lintWithoutScript(manifest, timeoutMs);
  if (kind !== "types" || tsconfig === null || !manifest.dependencies.has("typescript")) return [];
  const compiler = hasReferences(tsconfig) ? ["tsc", "-b"] : ["tsc", "--noEmit"];
  return [{ name: kind, kind, command: [compiler], env: {}, timeoutMs }];
}

/** Linters and formatters that judge a whole repository by their own configuration at its top, and nothing without one. */
const linters: readonly { dependency: string; configuration: RegExp; command: string[] }[] = [
  {
    dependency: "eslint",
    configuration: /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.(c?js|json|ya?ml))?)$/,
    command: ["eslint", "."],
  },
  { dependency: "oxlint", configuration: /^(\.oxlintrc\.jsonc?|oxlint\.config\.ts)$/, command: ["oxlint"] },
  { dependency: "@biomejs/biome", configuration: /^\.?biome\.jsonc?$/, command: ["biome", "lint"] },
  {
    dependency: "prettier",
    configuration: /^(\.prettierrc(\.[a-z0-9]+)?|prettier\.config\.[cm]?[jt]s)$/,
    command: ["prettier", "--check", "."],
  },
];

/** One check of all that are installed and configured, for a repository without a lint script. */
function lintWithoutScript({ dependencies, topFiles }: Manifest, timeoutMs: number): PlannedCheck[] {
  const command = linters
    .filter(({ dependency }) => dependencies.has(dependency))
    .filter(({ configuration }) => topFiles.some((name) => configuration.test(name)))
    .map((linter) => [...linter.command]);
  return command.length === 0 ? [] : [{ name: "lint", kind: "lint", command, env: {}, timeoutMs }];
}

/** What the package manager's `run` runs: the script, between its `pre` and `post` scripts where they count, each by `sh -c`. */
function scriptSteps({ scripts, framed }: Manifest, name: string): string[][] {
  return (framed ? [`pre${name}`, name, `post${name}`] : [name]).flatMap((step) => {
    const text = scripts[step];
    return text === undefined || text.trim() === "" ? [] : [["sh", "-c", text]];
  });
}

function scriptEnv({ name, version }: Manifest, script: string): Record<string, string> {
  return { npm_lifecycle_event: script, npm_package_name: name, npm_package_version: version };
}

/** `npm init` writes a test script that only fails; it says that there are no tests. */
function isRealScript(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== "" && !text.includes("Error: no test specified");
}

interface Manifest {
  name: string;
  version: string;
  scripts: Record<string, string>;
  dependencies: ReadonlySet<string>;
  topFiles: readonly string[];
  framed: boolean;
}

function parseManifest(text: string | null): Omit<Manifest, "framed" | "topFiles"> {
  const json = text === null ? {} : jsonObject(text);
  if (json === null) throw noManifest();
  const scripts = Object.entries(fields(json["scripts"])).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  const dependencies = ["dependencies", "devDependencies"].flatMap((key) => Object.keys(fields(json[key])));
  return {
    name: stringOf(json["name"]),
    version: stringOf(json["version"]),
    scripts: Object.fromEntries(scripts),
    dependencies: new Set(dependencies),
  };
}

function noManifest(): AirlockError {
  return new AirlockError({
    code: "unsupported-repository",
    message: "package.json of the trusted commit is not a JSON object.",
    fix: "Mend package.json on the default branch; `npm pkg get name` shows whether npm can read it.",
  });
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** tsconfig.json is JSON with comments; only whether it lists other projects matters here. */
function hasReferences(tsconfig: string): boolean {
  const bare = tsconfig.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g, "$1");
  return /"references"\s*:\s*\[\s*\{/.test(bare);
}
