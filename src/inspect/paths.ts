import type { Finding } from "../handoff/finding.ts";
import { type CheckPrograms, isCheckProgram } from "./check-programs.ts";
import { findingOf } from "./finding-id.ts";
import { foldPath } from "./fold-path.ts";
import { checkProgram, pathRules, repositoryFolder } from "./path-rules.ts";
import type { Sides } from "./sides.ts";

/**
 * What a path's name alone says: files that steer CI, review, agents, hooks, installs or checks, and the programs that the trusted
 * checks name. A deletion counts like an edit.
 * The finding carries the blob ids, so that its id names this very content.
 */
export function inspectPaths(sides: readonly Sides[], programs: CheckPrograms): Finding[] {
  return sides.flatMap(({ entry }) =>
    rulesFor(entry.path, programs).map(({ rule, level, message }) =>
      findingOf({
        rule,
        level,
        path: entry.path,
        line: null,
        message,
        before: entry.before?.sha ?? null,
        after: entry.after?.sha ?? null,
      }),
    ),
  );
}

function rulesFor(path: string, programs: CheckPrograms) {
  const folded = foldPath(path);
  const named = pathRules.filter(({ patterns }) => patterns.some((pattern) => pattern.test(folded)));
  const isProgram = !named.some(({ rule }) => rule === checkProgram.rule) && isCheckProgram(path, programs);
  const inFolder = named.length === 0 && repositoryFolder.patterns.every((pattern) => pattern.test(folded));
  return [...(inFolder ? [repositoryFolder] : named), ...(isProgram ? [checkProgram] : [])];
}
