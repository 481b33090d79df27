import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import { textOrEmpty, type Sides } from "../sides.ts";
import { fixture, tampering } from "./source.ts";

const name = /(^|\/)\.(git|npm|eslint|prettier|docker|oxlint)ignore$/;
/** What tools leave behind: nobody's source. */
const leftovers =
  /^!?\/?(\*\*\/)?(dist|build|out|output|coverage|node_modules|tmp|temp|logs?|target|vendor|public|site|storybook-static|test-results|playwright-report|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|\.[\w.*-]+|[\w*.-]*\.(log|tgz|tmp|bak|swp|pid|map|tsbuildinfo|local|min\.js|md|ya?ml|sqlite|db|zip|env))(\/.*)?\/?$/i;
/** Files of git and npm decide about copies and packages; only a pattern that names code can hide it there. */
const namesCode =
  /\.[cm]?[jt]sx?$|(^|\/)(src|lib|app|test|tests|spec|specs|__tests__|e2e|packages)(\/|$)|^\*+$|\*\.(test|spec)/;

/**
 * V24: new patterns that may hide sources or tests from a tool. Output folders, fixtures and what tools leave behind are quiet, and so is
 * `*` where a file for copies goes on to say what is in them.
 */
export function ignoredSources(sides: readonly Sides[]): Finding[] {
  return sides
    .filter(({ entry }) => name.test(foldPath(entry.path)))
    .flatMap(({ entry: { path }, before, after }) => {
      const old = new Set(patternsIn(before).map(({ pattern }) => pattern));
      const forLinter = /\.(eslint|prettier|oxlint)ignore$/.test(foldPath(path));
      const forCopies = /\.(npm|docker)ignore$/.test(foldPath(path));
      const now = patternsIn(after);
      const picks = forCopies && now.some(({ pattern }) => pattern.startsWith("!"));
      return now
        .filter(({ pattern }) => !old.has(pattern) && !pattern.startsWith("!") && !leftovers.test(pattern))
        .filter(({ pattern }) => !fixture.test(`${foldPath(pattern)}/`) && !(picks && /^\*+$/.test(pattern)))
        .filter(({ pattern }) => forLinter || (namesCode.test(pattern) && !(forCopies && /test|spec/.test(pattern))))
        .map(({ pattern, line }) => {
          const message = "This pattern may hide sources or tests from a tool.";
          return tampering({
            rule: "v24-ignore-file",
            level: "warn",
            path,
            line,
            message,
            before: null,
            after: pattern,
          });
        });
    });
}

function patternsIn(bytes: Uint8Array | null): { pattern: string; line: number }[] {
  return (textOrEmpty(bytes) ?? "").split("\n").flatMap((text, index) => {
    const pattern = text.trim();
    return pattern === "" || pattern.startsWith("#") ? [] : [{ pattern, line: index + 1 }];
  });
}
