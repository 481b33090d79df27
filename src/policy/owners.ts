import { type Owners, ownersMax } from "../handoff/verdict.ts";
import { type Owner, ownersOf } from "./codeowners.ts";
import type { Facts } from "./facts.ts";
import { opinion, shown, shownPaths, type Opinion } from "./opinion.ts";
import { matchesGlob } from "./path-globs.ts";

/**
 * Whose files these are. `[[risk.owners]]` always asks for a person. An owner in CODEOWNERS is asked where a review is required anyway;
 * a path that CODEOWNERS leaves to nobody, or to somebody who cannot be asked, needs a person, because who should look is not known.
 */
export function pathOwners(facts: Facts): Opinion[] {
  const opinions = [...named(facts), ...unknown(facts), ...unreadable(facts), ...tooMany(facts)];
  return opinions.map((one) => ({ ...one, needsPerson: true }));
}

function named({ entries, risk }: Facts): Opinion[] {
  return risk.owners.flatMap(({ paths: globs, users, teams }) => {
    const paths = owned(entries, globs);
    if (paths.length === 0) return [];
    const message = `${people({ users, teams })} must approve, by risk.owners.`;
    const reason = { rule: "owner-named", level: "low", saw: shownPaths(paths), message } as const;
    return [opinion(reason, `Leave ${shownPaths(paths)} out of the change.`)];
  });
}

function unknown({ entries, risk, codeowners }: Facts): Opinion[] {
  if (codeowners === null) return [];
  const all = risk.owners.flatMap(({ paths }) => paths);
  const paths = entries
    .map(({ path }) => path)
    .filter((path) => !all.some((glob) => matchesGlob(glob, path)) && !canBeAsked(ownersOf(codeowners, path) ?? []));
  if (paths.length === 0) return [];
  const message = `${codeowners.file} names nobody for this path whom Airlock could ask.`;
  const lower = `Name an owner for ${shownPaths(paths)} in ${codeowners.file} of the base branch.`;
  return [opinion({ rule: "owner-unknown", level: "low", saw: shownPaths(paths), message }, lower)];
}

function unreadable({ codeowners }: Facts): Opinion[] {
  const [first] = codeowners?.unreadable ?? [];
  if (codeowners === null || first === undefined) return [];
  const more = codeowners.unreadable.length - 1;
  const saw = `${codeowners.file}:${first.line}${more > 0 ? ` and ${more} more` : ""}`;
  const message = `GitHub skips this line, so its owners are not known: ${first.why}.`;
  const lower = `Correct line ${first.line} of ${codeowners.file} on the base branch.`;
  return [opinion({ rule: "owners-unreadable", level: "low", saw, message }, lower)];
}

/** Owners who are not in the judgement are not waited for, so that a maintainer decides before anything is pushed. */
function tooMany(facts: Facts): Opinion[] {
  const count = allGroups(facts).length;
  if (count <= ownersMax.groups) return [];
  const message = `More than ${ownersMax.groups} groups of owners must approve; the approvals of the others cannot be waited for.`;
  const reason = { rule: "owners-too-many", level: "critical", saw: `${count} groups`, message } as const;
  return [{ ...opinion(reason, "Ask for the change in parts that fewer people own."), effect: "hold" }];
}

/**
 * Who must be among the reviewers for which paths, one group per set of people. In: the facts. Out: at most `ownersMax`, and the last
 * path of a group says how many more there are; with more groups `pathOwners` holds the change.
 */
export function ownerGroups(facts: Facts): Owners[] {
  return allGroups(facts).slice(0, ownersMax.groups).map(capped);
}

function allGroups({ entries, risk, codeowners }: Facts): Owners[] {
  const groups = new Map<string, Owners>();
  const add = (paths: readonly string[], users: readonly string[], teams: readonly string[]) => {
    if (paths.length === 0 || users.length + teams.length === 0) return;
    const key = JSON.stringify([users.toSorted(), teams.toSorted()]);
    const others = groups.get(key)?.paths ?? [];
    groups.set(key, { paths: [...new Set([...others, ...paths])], users: [...users], teams: [...teams] });
  };
  for (const { paths, users, teams } of risk.owners) add(owned(entries, paths), users, teams);
  for (const { path } of codeowners === null ? [] : entries) {
    const owners = codeowners === null ? [] : (ownersOf(codeowners, path) ?? []);
    const users = owners.flatMap((owner) => (owner.kind === "user" ? [owner.login] : []));
    const teams = owners.flatMap((owner) => (owner.kind === "team" ? [owner.slug] : []));
    add([path], users, teams);
  }
  return [...groups.values()];
}

function capped({ paths, users, teams }: Owners): Owners {
  const readable = paths.map((path) => shown(path).slice(0, 500));
  const more = readable.length - (ownersMax.paths - 1);
  const listed = more > 1 ? [...readable.slice(0, ownersMax.paths - 1), `and ${more} more`] : readable;
  return { paths: listed, users: users.slice(0, ownersMax.people), teams: teams.slice(0, ownersMax.people) };
}

function owned(entries: Facts["entries"], globs: readonly string[]): string[] {
  return entries.map(({ path }) => path).filter((path) => globs.some((glob) => matchesGlob(glob, path)));
}

function canBeAsked(owners: readonly Owner[]): boolean {
  return owners.some(({ kind }) => kind !== "address");
}

/** The people of a group in words: `@mona or @org/team`. */
export function people({ users, teams }: Pick<Owners, "users" | "teams">): string {
  return [...users.map((login) => `@${login}`), ...teams.map((slug) => `the team ${slug}`)].map(shown).join(" or ");
}
