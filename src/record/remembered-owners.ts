import { type Owners, ownersMax } from "../handoff/verdict.ts";
import { fence } from "../text/outgoing.ts";

/** Paths of one group that are remembered, and code units of one path and of all groups as JSON: the state has one check run's text. */
const pathsMax = 3;
const pathUnitsMax = 120;
const ownersUnitsMax = 8_000;

/**
 * Owners as they fit into a check run's text and come back unchanged. Who must approve is kept whole; paths only tell people what it is
 * about. What is no login or slug becomes a name that nobody can have: leaving it out could change who is asked. null: there are too
 * many to be remembered, or as many as a judgement holds, which may have been cut: a part of them must not stand for all.
 */
export function rememberedOwners(groups: readonly Owners[]): Owners[] | null {
  if (groups.length >= ownersMax.groups) return null;
  const kept = groups.map(({ paths, users, teams }) => ({
    paths: shortPaths(paths),
    users: users.map((login) => asName(login, /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/)),
    teams: teams.map((slug) => asName(slug, /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/)),
  }));
  return JSON.stringify(kept).length <= ownersUnitsMax ? kept : null;
}

function shortPaths(paths: readonly string[]): string[] {
  const more = paths.length - pathsMax;
  const listed = paths.slice(0, more > 0 ? pathsMax - 1 : pathsMax).map((path) => {
    const short = path.length > pathUnitsMax ? `${path.slice(0, pathUnitsMax).toWellFormed()}…` : path;
    return passes(short) ? short : "a path that cannot be shown here";
  });
  return more > 0 ? [...listed, `and ${more + 1} more`] : listed;
}

function asName(name: string, form: RegExp): string {
  return form.test(name) && passes(name) ? name : "no--login";
}

/** Whether the choke point lets it through as it is, in the form that it has in the state. */
function passes(text: string): boolean {
  const json = JSON.stringify([text]);
  return fence(json, []).includes(json);
}
