import type { Change } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import type { CheckPrograms } from "./check-programs.ts";
import { findingOf } from "./finding-id.ts";
import { type AddedPackage, addedPackages } from "./added-packages.ts";
import { inspectLockfiles, readLocks } from "./lockfiles.ts";
import { inspectManifests } from "./manifests.ts";
import { inspectModes } from "./modes.ts";
import { inspectPaths } from "./paths.ts";
import { hiddenPath, scanSecrets } from "./secrets.ts";
import { sidesOf, type BeforeContents } from "./sides.ts";
import { inspectTampering } from "./tampering/tampering.ts";

/** Findings of one rule in one file that are listed; the rest becomes one line with their number, at the same level. */
export const findingsPerRuleMax = 25;

interface Inspected {
  /** Sorted by path, then rule. */
  findings: Finding[];
  /** The packages that it brings, for whoever looks them up or asks whether they were looked up. */
  added: AddedPackage[];
}

/**
 * Everything the rules see in a Change, from its blobs alone. Pure: the same Change gives the same findings in verify and in publish.
 * In: a Change within the caps, the base blob of every entry that has one, and the programs that the trusted commit's checks name.
 * @throws AirlockError `tree-mismatch` when a base blob is missing or is not the one the Change names.
 */
export async function inspectChange(
  change: Change,
  before: BeforeContents,
  programs: CheckPrograms,
): Promise<Inspected> {
  const sides = sidesOf(change, before);
  const locks = readLocks(sides);
  const secrets = await scanSecrets(change, before);
  const other = [
    ...inspectPaths(sides, programs),
    ...inspectModes(sides),
    ...inspectManifests(sides),
    ...inspectLockfiles(sides, locks),
    ...inspectTampering(sides),
  ];
  const findings = limited([...secrets, ...withoutQuotes(other, secrets)]).toSorted(inOrder);
  return { findings, added: addedPackages(sides, locks) };
}

/**
 * Evidence quotes the file. Where a new secret stands, the secret is the finding (and refuses the change) and nothing else of the file
 * is said; where an old one stands, the other findings stay, without their quotes.
 */
function withoutQuotes(findings: readonly Finding[], secrets: readonly Finding[]): Finding[] {
  const paths = (rule: string) => new Set(secrets.filter((secret) => secret.rule === rule).map(({ path }) => path));
  const added = paths("secret");
  const existing = paths("secret-existing");
  if (added.has(hiddenPath)) return [];
  return findings
    .filter(({ path }) => !added.has(path))
    .map((finding) => (existing.has(finding.path) ? { ...finding, before: null, after: null } : finding));
}

function limited(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ rule, path, level }) => `${rule}\n${level}\n${path}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length <= findingsPerRuleMax) return group;
    const rest = group.slice(findingsPerRuleMax);
    const message = `${rest.length} more findings of the rule ${first.rule} in this file.`;
    const after = rest.map(({ id }) => id).join(" ");
    return [...group.slice(0, findingsPerRuleMax), findingOf({ ...first, line: null, message, before: null, after })];
  });
}

function inOrder(a: Finding, b: Finding): number {
  return compare(a.path, b.path) || compare(a.rule, b.rule) || (a.line ?? 0) - (b.line ?? 0) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
