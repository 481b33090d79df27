import type { RiskLevel } from "../config.ts";
import type { RuleText } from "./catalogue.ts";
import type { Facts } from "./facts.ts";
import { opinionsOn, type Opinion } from "./opinion.ts";

interface Protection {
  level: RiskLevel;
  effect: "none" | "hold";
  what: string;
}

const critical = (what: string): Protection => ({ level: "critical", effect: "none", what });
const high = (what: string): Protection => ({ level: "high", effect: "none", what });

/**
 * Findings about files and fields that always need a person (design, promises 8 and 9), whatever level the finding itself has.
 * The keys are the rules of `inspect/`; a rule that is not here is judged by its finding's level (`findings.ts`).
 */
const protections: ReadonlyMap<string, Protection> = new Map([
  ["ci-configuration", { ...critical("workflows, actions and CI configuration"), effect: "hold" }],
  ["code-owners", critical("CODEOWNERS")],
  ["airlock-configuration", critical("Airlock's configuration")],
  ["agent-instructions", critical("instruction files of coding agents")],
  ["git-hooks", critical("hooks")],
  ["package-manager-configuration", critical("package manager configuration")],
  ["automation-configuration", critical("configuration of bots")],
  ["submodule", critical("submodules")],
  ["lifecycle-script", critical("scripts that run at install")],
  ["install-script", critical("packages with install scripts")],
  ["lockfile-source", critical("entries from new sources")],
  ["lockfile-integrity", critical("entries with unexplained hashes")],
  ["dependency-source", critical("dependencies from outside the registry")],
  ["dependency-override", high("dependency overrides")],
  ["dependency-added", high("new dependencies")],
  ["dependency-changed", high("dependency updates")],
  ["dependency-removed", high("dependency removals")],
  ["package-script", high("package scripts")],
  ["manifest", high("manifests")],
  ["manifest-unreadable", high("manifests")],
  ["lockfile", high("lockfiles")],
  ["lockfile-deleted", high("lockfiles")],
  ["lockfile-unread", high("lockfiles")],
  ["lockfile-without-manifest", high("lockfiles")],
  ["vendored-dependencies", high("code of dependencies")],
  ["check-configuration", high("configuration of checks")],
  ["editor-configuration", high("editor and container configuration")],
  ["repository-configuration", high("files under .github")],
  ["git-attributes", high(".gitattributes and .gitmodules")],
  ["symlink", high("symbolic links")],
  ["type-change", high("paths that change their kind")],
] satisfies [string, Protection][]);

/** The same for people. */
export const protectedRules: readonly RuleText[] = [...protections].map(([rule, { level, effect, what }]) => ({
  rule,
  gives: `${level}, ${effect === "hold" ? "held" : "a person"}`,
  sentence: `The change touches ${what}.`,
  lower: wayOut(what),
}));

/** Whether a rule of `inspect/` is judged here. */
export function isProtected(rule: string): boolean {
  return protections.has(rule);
}

/** One opinion per finding about something protected. Each needs at least one reviewer. */
export function protectedParts({ findings }: Facts): Opinion[] {
  return [...protections].flatMap(([rule, { level, effect, what }]) =>
    opinionsOn(
      findings.filter((finding) => finding.rule === rule),
      { level, effect, needsPerson: true, lower: wayOut(what) },
    ),
  );
}

function wayOut(what: string): string {
  return `Leave ${what} out of the change.`;
}
