import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import { jsonObject, objectAt } from "../json.ts";
import { textOrEmpty, type Sides } from "../sides.ts";
import { tampering } from "./source.ts";

/** Scripts that say by their name that they check something. In a script that cleans up, `|| true` masks nothing. */
const checking =
  /(^|[:_.-])(pre|post)?(test|tests|lint|types?|typecheck|check|tsc|build|verify|ci|coverage|cov|unit|e2e|integration|spec|format|validate|audit)([:_.-]|$)/;

/** `old`: says something only of a script that was there, or that runs before or after another one. A new one hides nothing. */
const masks: readonly { pattern: RegExp; says: string; old?: true }[] = [
  { pattern: /(\|\||;)\s*(true|:|exit 0|echo\b)/, says: "a failure is turned into a success" },
  { pattern: /^\s*exit 0\b/, says: "it ends as a success" },
  { pattern: /(^|[;&|]\s*)set \+e\b/, says: "failures are passed over" },
  { pattern: /\|\s*(cat|tee|head|tail|grep)\b/, says: "the exit code is that of another program" },
  { pattern: /--(pass-?with-?no-?tests|passWithNoTests)\b/i, says: "a run without tests passes" },
  {
    pattern: /--(no-verify|no-bail-on-error|if-present|silent-errors|allow-only|no-error-on-unmatched-pattern|quiet)\b/,
    says: "less is reported or required",
  },
  { pattern: /--max-warnings[= ]\s*-?[1-9]/, says: "warnings are allowed" },
  { pattern: /--(noCheck|skipLibCheck|no-coverage|noEmitOnError=false)\b/, says: "less is checked" },
  {
    pattern:
      /(^|\s)(-t|--testNamePattern|--grep|--test-name-pattern|--testPathIgnorePatterns|--exclude|--shard|-u|--update|--updateSnapshot|--update-snapshots)([= ]|$)/,
    says: "tests are chosen, or their expectations are written anew",
  },
  {
    pattern:
      /(^|\s)--(changed|onlyChanged|related|findRelatedTests|lastCommit|onlyFailures|last-failed|only-changed|testPathPattern|project|dir|root|rootDir)([= ]|$)/,
    says: "tests are chosen",
    old: true,
  },
  { pattern: /(^|\s)--(retry|retries|retry-times)([= ]|$)/, says: "a red test is run again", old: true },
  {
    pattern:
      /(^|\s)--(dangerouslyIgnoreUnhandledErrors|allowOnly|forceExit|force-exit|test-force-exit|allow-uncaught)\b/,
    says: "a run passes that did not",
  },
  {
    pattern:
      /(^|\s)--(help|version|listTests|list-tests|listFilesOnly|showConfig|print-config|dry-run)([= ]|$)|\b(vitest|playwright) (list|init|show-report)\b/,
    says: "it says something and checks nothing",
    old: true,
  },
  { pattern: /(^|[^&>\d|])&(?![&>\d])/, says: "nobody waits for the end", old: true },
  {
    pattern:
      /\b(node|mocha|tape|tap|ava|nodemon)\b[^&|;]*\s(--import|--require|-r|--loader|--experimental-loader)[= ]+["']?\.{0,2}\//,
    says: "other code of the repository is loaded first",
    old: true,
  },
  {
    pattern: /\b(rm|mv|rimraf|del|del-cli|unlink)\b[^&|;]*\b(tests?|specs?|__tests__)\b/,
    says: "tests are taken away",
    old: true,
  },
  {
    pattern:
      /\b(vitest|jest|mocha|ava|playwright|cypress|eslint|oxlint|biome|xo|c8|nyc)\b[^&|;]*\s(-c|--config)([= ]|$)|\b(tsc|vue-tsc|tsgo)\b[^&|;]*\s(-p|--project)([= ]|$)/,
    says: "another configuration is read",
    old: true,
  },
  {
    pattern: /\bNODE_OPTIONS=[^&|;]*(--require|-r|--import|--loader|--experimental-loader)\b/,
    says: "other code may be loaded first",
  },
];

/** Programs that check something, by what they are for: one may follow another of its kind. */
const tools: ReadonlyMap<string, string> = new Map(
  Object.entries({
    test: "vitest jest mocha ava tap tape uvu playwright cypress karma qunit jasmine wtr borp poku nodeunit",
    lint: "eslint oxlint biome xo standard tslint stylelint knip",
    types: "tsc vue-tsc tsgo tsd tstyche attw svelte-check flow",
    format: "prettier oxfmt dprint",
    coverage: "c8 nyc istanbul",
  }).flatMap(([kind, names]) => names.split(" ").map((one) => [one, kind] as const)),
);

/** Scripts of one package.json. The largest ones seen have about 200. */
const scriptsMax = 500;
/** UTF-16 code units of one script: some patterns take the square of it. */
const scriptUnitsMax = 8 * 1024;
/** UTF-16 code units of all checking scripts of one package.json, each with what it names written out. */
const expandedUnitsMax = 256 * 1024;

interface Script {
  name: string;
  /** The script with all scripts that it names, so that moving a command into another script changes nothing. */
  all: string;
  /** The kinds of checks that all of it starts. */
  kinds: ReadonlySet<string>;
  own: string;
}

/** V22: scripts of package.json that no longer fail, or no longer run what they ran. */
export function maskedScripts(sides: readonly Sides[]): Finding[] {
  return sides
    .filter(
      ({ entry, before, after }) =>
        /(^|\/)package\.json$/.test(foldPath(entry.path)) && before !== null && after !== null,
    )
    .flatMap(({ entry: { path }, before, after }) => {
      const [was, now] = [scriptsOf(before), scriptsOf(after)];
      if (was === null || now === null) return [unread(path)];
      const everything = toolsIn([...now.values()].map(({ own }) => own).join(" && "));
      return [...was.values()]
        .flatMap((one) => (checking.test(one.name) ? changed(path, one, now.get(one.name), everything) : []))
        .concat(
          [...now.values()].flatMap((one) =>
            was.has(one.name) || !checking.test(one.name) ? [] : masked(path, null, one),
          ),
        );
    });
}

function unread(path: string): Finding {
  const message = "Nobody compared the scripts of this file: they could not be read, because they are too many.";
  return tampering({ rule: "v00-not-read", level: "block", path, line: null, message, before: null, after: null });
}

function changed(path: string, was: Script, now: Script | undefined, everything: ReadonlySet<string>): Finding[] {
  const name = JSON.stringify(was.name);
  const seen = {
    rule: "v22-script-masked" as const,
    level: "block" as const,
    path,
    line: null,
    before: was.own,
    after: now?.own ?? null,
  };
  const lost = [...was.kinds].filter((kind) => !(now?.kinds ?? everything).has(kind));
  if (now === undefined)
    return lost.length === 0
      ? []
      : [
          tampering({
            ...seen,
            message: `The script ${name} is gone, and no other script checks ${lost.join(" and ")}.`,
          }),
        ];
  if (was.all === now.all) return [];
  return [
    ...masked(path, was, now),
    ...(lost.length === 0
      ? []
      : [tampering({ ...seen, message: `The script ${name} no longer runs what checks ${lost.join(" and ")}.` })]),
  ];
}

function masked(path: string, was: Script | null, now: Script): Finding[] {
  const chosen = { says: "only the tests of some paths run" };
  return [
    ...masks.filter(({ pattern, old }) => {
      const isNew = was === null && !/^(pre|post)/.test(now.name);
      return pattern.test(now.own) && !(was !== null && pattern.test(was.own)) && !(isNew && old === true);
    }),
    ...(was !== null && pathsOfTests(was.own).length === 0 && pathsOfTests(now.own).length > 0 ? [chosen] : []),
  ].map(({ says }) => {
    const message = `The script ${JSON.stringify(now.name)} is masked: ${says}.`;
    return tampering({
      rule: "v22-script-masked",
      level: "block",
      path,
      line: null,
      message,
      before: was?.own ?? null,
      after: now.own,
    });
  });
}

/** The files and folders that a command of a test runner names; what belongs to an option does not count. */
function pathsOfTests(script: string): string[] {
  return script.split(/[&|;]+/).flatMap((command) => {
    const words = command.trim().split(/\s+/);
    const start = words.findIndex((word) => tools.get(word.split("/").at(-1) ?? "") === "test");
    if (start === -1) return [];
    return words
      .slice(start + 1)
      .filter((word, index) => !word.startsWith("-") && words[start + index]?.startsWith("-") !== true)
      .filter((word) => /\/|\.[cm]?[jt]sx?\b/.test(word));
  });
}

/** null: more scripts, or scripts that name more of each other, than anybody writes. */
function scriptsOf(bytes: Uint8Array | null): Map<string, Script> | null {
  const text = textOrEmpty(bytes);
  const scripts = Object.entries(objectAt(jsonObject(text ?? "") ?? {}, "scripts")).filter(
    (one): one is [string, string] => typeof one[1] === "string",
  );
  if (scripts.length > scriptsMax || scripts.some(([, script]) => script.length > scriptUnitsMax)) return null;
  const own = new Map(scripts);
  const wide = { unitsLeft: expandedUnitsMax };
  const read = new Map(
    scripts.map(([name, script]) => {
      wide.unitsLeft -= script.length;
      // Of the others only what they say themselves is looked at.
      const all = checking.test(name) ? withNamed(script, own, wide) : script;
      return [name, { name, own: script, all, kinds: toolsIn(all) }];
    }),
  );
  return wide.unitsLeft < 0 ? null : read;
}

function withNamed(script: string, scripts: ReadonlyMap<string, string>, wide: { unitsLeft: number }): string {
  const seen = new Set<string>();
  const open = [script];
  const all = [script];
  for (let next = open.pop(); next !== undefined && wide.unitsLeft >= 0; next = open.pop()) {
    wide.unitsLeft -= next.length;
    for (const word of new Set(next.split(/[\s"'&|;=]+/)))
      for (const name of namedBy(word, scripts, wide)) {
        const text = scripts.get(name);
        if (text === undefined || seen.has(name)) continue;
        seen.add(name);
        all.push(text);
        open.push(text);
      }
  }
  return all.join(" && ");
}

/** A word is a script's name, or `name:*` for several. */
function namedBy(word: string, scripts: ReadonlyMap<string, string>, wide: { unitsLeft: number }): string[] {
  if (!word.endsWith("*")) return [word];
  wide.unitsLeft -= scripts.size;
  return word.length > 1 ? [...scripts.keys()].filter((name) => name.startsWith(word.slice(0, -1))) : [];
}

/** The kinds of checks that a command line starts. */
function toolsIn(script: string): Set<string> {
  const kinds = script.split(/[&|;]+/).flatMap((command) => {
    // Said is not done, whatever stands before it.
    if (
      /^\s*((\w+=\S*|command|builtin|exec|env|cross-env|time)\s+)*(echo|printf|true|:|which|type|#)(\s|$)/.test(command)
    )
      return [];
    const node = command.search(/\bnode\b/);
    const isTest = /\bbun test\b/.test(command) || (node !== -1 && /--test\b/.test(command.slice(node)));
    const words = command.split(/[\s"'()]+/).map((word) => word.split("/").at(-1) ?? "");
    return [...(isTest ? ["test"] : []), ...words.flatMap((word) => tools.get(word) ?? [])];
  });
  return new Set(kinds);
}
