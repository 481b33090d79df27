import type { PackageFacts } from "../handoff/packages.ts";
import type { RiskLevel } from "../config.ts";
import { lookAlike } from "../inspect/look-alike.ts";
import type { RuleText } from "./catalogue.ts";
import type { Facts } from "./facts.ts";
import { opinion, shown, type Opinion } from "./opinion.ts";

/** Squats and throw-away packages are mostly found and taken down within weeks; a name that has been there for a month has been looked at. */
export const youngNameDays = 30;
/** The poisoned releases of 2025 and 2026 were found within minutes to two days; most managers' minimum age is as long. */
export const youngVersionDays = 3;

const dayMs = 86_400_000;
/** Packages that one reason names; the rest is counted. */
const namedMax = 5;

type Known = Extract<PackageFacts["registry"], { kind: "known" }>;

/** One thing that the registry says of a package, and what to do about it. `tells`: what was seen; null: nothing. */
interface Sign {
  rule: string;
  level: RiskLevel;
  message: string;
  lower: string;
  tells: (known: Known, about: PackageFacts, asOf: number) => string | null;
}

const signs: readonly Sign[] = [
  {
    rule: "package-hash",
    level: "critical",
    message: "The lockfile pins another content than the registry has for this version.",
    lower: "Write the lockfile anew with the package manager.",
    tells: ({ hash }) => (hash === "differs" ? "" : null),
  },
  {
    rule: "package-install-script",
    level: "critical",
    message: "This package runs a script of its own when it is installed.",
    lower: "Use a package, or a version of it, without an install script.",
    tells: ({ install_script: now, install_script_before: earlier }, { before }) =>
      now && !(before !== null && earlier) ? "" : null,
  },
  {
    rule: "package-young",
    level: "high",
    message: `This package was first published less than ${youngNameDays} days before this work was asked for.`,
    lower: "Use a package that has been published for longer, or wait.",
    tells: ({ first_release: first }, { before }, asOf) =>
      before === null ? youngerThan(first, asOf, youngNameDays) : null,
  },
  {
    rule: "package-version-young",
    level: "high",
    message: `This version was published less than ${youngVersionDays} days before this work was asked for.`,
    lower: "Use the version before it, or wait.",
    tells: ({ released }, _, asOf) => youngerThan(released, asOf, youngVersionDays),
  },
  {
    rule: "package-publisher",
    level: "high",
    message: "Another account published this version than the one before.",
    lower: "Use a version of the account that published before, or find out why it changed.",
    tells: ({ publisher_changed: changed }) => (changed === true ? "" : null),
  },
  {
    rule: "package-deprecated",
    level: "medium",
    message: "The maintainers say that this version should not be used any more.",
    lower: "Use what the maintainers recommend instead.",
    tells: ({ deprecated }) => (deprecated === null ? null : ""),
  },
];

const nobodyAsked = "Verify again when the registry answers, or look at the packages yourself.";

const gone = {
  "package-absent": {
    message: "The registry has no such package or version: whoever publishes it next decides what it is.",
    lower: "Use a package that exists.",
  },
  "package-unpublished": {
    message: "The registry had this package or version, and it was taken down.",
    lower: "Find out why it was taken down; use another one.",
  },
};

/** The rules of this file for docs/policy.md and the tree. */
export const packageRules: readonly RuleText[] = [
  {
    rule: "package-look-alike",
    gives: "critical, a person",
    sentence: "An added name could be taken for a popular package's.",
    lower: "Use the popular package if that is meant; else leave it out.",
  },
  {
    rule: "package-not-looked-up",
    gives: "high, a person",
    sentence: "Nobody looked up a package that the change brings.",
    lower: nobodyAsked,
  },
  ...Object.entries(gone).map(([rule, { message, lower }]) => ({
    rule,
    gives: "critical, a person",
    sentence: message,
    lower,
  })),
  ...signs.map(({ rule, level, message, lower }) => ({
    rule,
    gives: needsPerson(level) ? `${level}, a person` : level,
    sentence: message,
    lower,
  })),
];

/**
 * Packages that the change brings. Which ones those are and what their names resemble is found here, from the change itself; what the
 * registry says of them comes from verify and can only raise the level. What was not looked up needs a person: it is not clean.
 */
export function addedPackages(facts: Facts): Opinion[] {
  const { added, packages } = facts;
  const likes = added.filter(({ before }) => before === null).flatMap(({ name }) => resembling(name));
  if (added.length === 0 || packages === null) return likes;
  if (packages.kind !== "looked") {
    const why = packages.kind === "none" ? "the Report names none" : packages.reason;
    const names = added.map(({ name, version }) => labelOf(name, version));
    const message = `Nobody looked up the packages that the change brings: ${shown(why)}.`;
    return [...likes, said({ rule: "package-not-looked-up", level: "high", message, lower: nobodyAsked }, names)];
  }
  const looked = new Map(packages.packages.map((one) => [labelOf(one.name, one.version), one]));
  const labels = added.map(({ name, version }) => labelOf(name, version));
  const seen = labels.flatMap((label) => looked.get(label) ?? []);
  const asOf = Date.parse(packages.as_of);
  return [
    ...likes,
    ...some("package-absent", seen, (one) => one.registry.kind === "absent"),
    ...some("package-unpublished", seen, (one) => one.registry.kind === "unpublished"),
    ...signs.flatMap((sign) => signOf(sign, seen, asOf)),
    ...unanswered(labels, looked, nobodyAsked),
  ];
}

function resembling(name: string): Opinion[] {
  const like = lookAlike(name);
  if (like === null) return [];
  const message = `The name could be taken for the popular package ${JSON.stringify(like.name)} (${like.how}).`;
  const lower = `Use ${JSON.stringify(like.name)} if that is meant; else leave ${shown(JSON.stringify(name.slice(0, 214)))} out.`;
  return [said({ rule: "package-look-alike", level: "critical", message, lower }, [labelOf(name, null)])];
}

function some(
  rule: keyof typeof gone,
  packages: readonly PackageFacts[],
  is: (one: PackageFacts) => boolean,
): Opinion[] {
  const names = packages.filter(is).map(({ name, version }) => labelOf(name, version));
  return names.length === 0 ? [] : [said({ rule, level: "critical", ...gone[rule] }, names)];
}

function signOf({ tells, ...about }: Sign, packages: readonly PackageFacts[], asOf: number): Opinion[] {
  const names = packages.flatMap((one) => {
    const told = one.registry.kind === "known" ? tells(one.registry, one, asOf) : null;
    return told === null ? [] : [`${labelOf(one.name, one.version)}${told === "" ? "" : ` (${told})`}`];
  });
  return names.length === 0 ? [] : [said(about, names)];
}

function unanswered(labels: readonly string[], looked: ReadonlyMap<string, PackageFacts>, lower: string): Opinion[] {
  const names = labels.filter((label) => (looked.get(label)?.registry.kind ?? "unanswered") === "unanswered");
  if (names.length === 0) return [];
  const message = `Nobody looked up ${names.length === 1 ? "this package" : `these ${names.length} packages`}.`;
  return [said({ rule: "package-not-looked-up", level: "high", message, lower }, names)];
}

/** "2 days before", "on the day", or that nobody knows, which counts as young; null: it is old enough. */
function youngerThan(date: string | null, asOf: number, days: number): string | null {
  if (date === null) return "the registry does not say when";
  const age = (asOf - Date.parse(date)) / dayMs;
  if (age >= days) return null;
  return age < 1 ? "less than a day old" : `${Math.floor(age)} days old`;
}

function said(about: Omit<Sign, "tells">, names: readonly string[]): Opinion {
  const { rule, level, message, lower } = about;
  const more = names.length - namedMax;
  const saw = [...names.slice(0, namedMax), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
  return { ...opinion({ rule, level, saw, message }, lower), needsPerson: needsPerson(level) };
}

function needsPerson(level: RiskLevel): boolean {
  return level !== "medium";
}

/** How a reason names a package, and how facts are found again: cut as they are cut. */
function labelOf(name: string, version: string | null): string {
  return shown(version === null ? name.slice(0, 214) : `${name.slice(0, 214)}@${version.slice(0, 100)}`);
}
