import { joinedStep, programOf, scriptOf, simpleCommands } from "./simple-command.ts";

/** Where a check that starts from a cache finds it, outside the workspace. The same for base and head: build information names files from there. */
export const cachesInside = "/airlock-caches";

/** The same check with its tools told to keep a cache. */
export interface CachedForm {
  command: string[][];
  /** Names of the caches below `cachesInside`. */
  caches: string[];
}

/**
 * How a check is called so that it keeps what it learned in `cachesInside`; null when no command of it is known to take that.
 * In: its commands, from the trusted commit; `lint`, whether linters may (`[verify] lint_cache`). The compiler keeps which file depends on
 * which, by contents, and looks again at all that a changed file reaches: it says the same. A linter only knows which files changed.
 */
export function cachedForm(command: readonly (readonly string[])[], { lint }: { lint: boolean }): CachedForm | null {
  const caches: string[] = [];
  const cached = (words: readonly string[]): string[] => {
    const added = addedTo(words, { lint, name: String(caches.length) });
    if (added === null) return [...words];
    caches.push(added.name);
    return [...words, ...added.words];
  };
  const steps = command.map((step) => {
    const text = scriptOf(step);
    if (text === null) return cached(step);
    const commands = simpleCommands(text);
    return commands === null ? [...step] : joinedStep(commands.map(cached));
  });
  return caches.length === 0 ? null : { command: steps, caches };
}

/** Linters and formatters that take these options, with these meanings. */
const linters: ReadonlySet<string> = new Set(["eslint", "prettier", "stylelint"]);

function addedTo(
  words: readonly string[],
  { lint, name }: { lint: boolean; name: string },
): { name: string; words: string[] } | null {
  const { at, program } = programOf(words);
  const rest = words.slice(at + 1);
  if (program === "tsc" && onlyChecks(rest)) {
    const info = `${name}.tsbuildinfo`;
    return { name: info, words: ["--incremental", "--tsBuildInfoFile", `${cachesInside}/${info}`] };
  }
  if (!lint || !linters.has(program) || rest.some((word) => refused.test(word))) return null;
  const file = `${name}.lintcache`;
  return {
    name: file,
    // Copies of one file have other time stamps, so only contents can say that it is the same.
    words: ["--cache", "--cache-strategy", "content", "--cache-location", `${cachesInside}/${file}`],
  };
}

/** A cache of its own, a way to write, and words that are somebody else's. */
const refused =
  /^(--|--cache.*|--no-cache|--fix.*|--write|-w|--stdin.*|--init|--print-config|--env-info|--version|-v)$/;

const switches: ReadonlySet<string> = new Set(["--noEmit", "--pretty", "--skipLibCheck", "--strict"]);
const plainPath = /^[\w@./-]+$/;

/** Whether a compiler is only asked whether the types hold. What it writes besides is not carried, so it must write nothing. */
function onlyChecks(rest: readonly string[]): boolean {
  const left = [...rest];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === "-p" || word === "--project") {
      if (!plainPath.test(left.shift() ?? "")) return false;
    } else if (!switches.has(word)) return false;
  }
  return rest.includes("--noEmit");
}
