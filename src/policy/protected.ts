import type { RiskLevel } from "../config.ts";
import { pathRules, repositoryFolder } from "../inspect/path-rules.ts";
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
  ["lockfile-unasked", critical("packages that nothing asks for")],
  ["lockfile-range", critical("versions outside the range that is asked for")],
  ["lockfile-weak-hash", high("packages that only a weak hash pins")],
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

/** What a rule looks for, where `what` does not say it. The rules of paths say it themselves. */
const sentences: ReadonlyMap<string, string> = new Map([
  ...[...pathRules, repositoryFolder].map(({ rule, message }) => [rule, message] as const),
  ["submodule", "The change adds, moves or removes a submodule, which brings in another repository."],
  ["lifecycle-script", "A script that runs at install appears or changes."],
  ["install-script", "The lockfile gains a package that has an install script."],
  ["lockfile-source", "The lockfile gains an entry from a source that it did not have before."],
  ["lockfile-unasked", "The lockfile gains a package that no manifest and no other package asks for."],
  ["lockfile-range", "The lockfile pins a version outside the range that is asked for."],
  ["lockfile-weak-hash", "The lockfile pins a package by a hash that can be forged."],
  ["lockfile-integrity", "A lockfile entry has another hash without another version, or none."],
  ["dependency-source", "A dependency comes from outside the registry."],
  ["dependency-override", "An override changes which version of a dependency is used."],
  ["dependency-added", "A manifest gains a dependency."],
  ["dependency-changed", "A manifest asks for another version of a dependency."],
  ["dependency-removed", "A manifest loses a dependency."],
  ["package-script", "A script of package.json changes."],
  ["manifest", "A manifest changes: it declares dependencies or commands."],
  ["manifest-unreadable", "A manifest cannot be read, so what it asks for is not known."],
  ["lockfile", "A lockfile changes."],
  ["lockfile-deleted", "A lockfile is deleted."],
  ["lockfile-unread", "A lockfile cannot be read, so what it installs is not known."],
  ["lockfile-without-manifest", "A lockfile changes and no manifest does."],
  ["symlink", "A path is a symbolic link: what it names can change without a change here."],
  ["type-change", "A path changes its kind: file, link or submodule."],
]);

/** The same for people. */
export const protectedRules: readonly RuleText[] = [...protections].map(([rule, { level, effect, what }]) => ({
  rule,
  gives: `${level}, ${effect === "hold" ? "held" : "a person"}`,
  sentence: sentences.get(rule) ?? `The change touches ${what}.`,
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
