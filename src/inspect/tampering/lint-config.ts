import type { Finding } from "../../handoff/finding.ts";
import type { Sides } from "../sides.ts";
import { configPairs, weakerSettings, type ConfigPair, type SettingRule } from "./config-pairs.ts";
import { withParents } from "./config-parents.ts";
import type { Setting } from "./settings.ts";
import { tampering } from "./source.ts";

const name =
  /(^|\/)(\.?eslint(rc)?(\.[\w-]+)*\.([cm]?[jt]s|jsonc?|ya?ml)|\.eslintrc|\.?oxlint(rc)?(\.config)?\.(jsonc?|[cm]?[jt]s)|biome\.jsonc?|\.?xo-config(\.[cm]?js|\.json)?|xo\.config\.[cm]?[jt]s)$/;

const severities: ReadonlyMap<string | number | boolean | null, number> = new Map<
  string | number | boolean | null,
  number
>([
  ["off", 0],
  [0, 0],
  ["allow", 0],
  [false, 0],
  ["warn", 1],
  [1, 1],
  ["info", 1],
  ["error", 2],
  [2, 2],
  ["deny", 2],
  ["on", 2],
  [true, 2],
]);
const words = ["off", "warn", "error"];

const table: readonly SettingRule[] = [
  {
    key: /(^|\.)(ignorePatterns|ignores|ignore|files\.ignore|excludedFiles)\.\*$/,
    weaker: "grows",
    says: "has one entry more, so fewer files are linted",
  },
  { key: /^(.*\.)?(extends|plugins|jsPlugins)\.\*$/, weaker: "shrinks", says: "has one entry less" },
  { key: /^extends$/, weaker: "changes", says: "is another base, whose rules nobody compared" },
  { key: /^(\*|(.*\.)?\.\.\.)$/, weaker: "shrinks", says: "no longer brings in a shared configuration" },
  { key: /(^|\.)(linter|assist)?\.?enabled$/, weaker: "off", says: "switches the linter off" },
  { key: /(^|\.)(reportUnusedDisableDirectives|denyWarnings|typeAware)$/, weaker: "off", says: "is switched off" },
  { key: /(^|\.)maxWarnings$/, weaker: "higher", says: "allows more warnings" },
];

/** V19: rules that are less severe, files that are no longer linted, presets and plugins that are gone; from what the file writes out. */
export function weakerLint(sides: readonly Sides[]): Finding[] {
  const { pairs, unread } = configPairs(sides, name);
  return [
    ...unread,
    ...pairs
      .map((pair) => withParents(pair, sides, /(^|\.)(rules|categories)\./))
      .flatMap((pair) => [...weakerRules(pair), ...weakerSettings(pair, "v19-lint-weaker", table), ...deleted(pair)]),
  ];
}

function weakerRules({ path, before, after, deleted: gone, added }: ConfigPair): Finding[] {
  if (gone || added) return [];
  const [was, now] = [severityByRule(before), severityByRule(after)];
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((rule) => {
    const [old, fresh] = [was.get(rule), now.get(rule)];
    // A rule that is named for the first time to switch it off was on by a preset; one that is no longer named may still be.
    const isDown = fresh === undefined ? (old?.level ?? 0) > 0 : fresh.level < (old?.level ?? 1);
    if (!isDown) return [];
    const message = `The lint rule ${JSON.stringify(rule)} is ${fresh === undefined ? "no longer set" : `set to ${words[fresh.level]}`}.`;
    const said = (one: typeof old) => (one === undefined ? null : `${rule}: ${words[one.level]}`);
    return [
      tampering({
        rule: "v19-lint-weaker",
        level: "block",
        path,
        line: fresh?.line ?? old?.line ?? null,
        message,
        before: said(old),
        after: said(fresh),
      }),
    ];
  });
}

/** Each rule with the weakest severity that it is given anywhere in the file: an override for some files counts. */
function severityByRule(settings: readonly Setting[]): Map<string, { level: number; line: number | null }> {
  const found = new Map<string, { level: number; line: number | null }>();
  for (const { key, value, line } of settings) {
    const rule = /(?:^|\.)(?:rules|categories)\.(.+?)(?:\.\*|\.level)?$/.exec(key)?.[1];
    const level = severities.get(value);
    if (rule === undefined || level === undefined || rule.includes(".*")) continue;
    const known = found.get(rule);
    if (known === undefined || level < known.level) found.set(rule, { level, line });
  }
  return found;
}

function deleted({ path, deleted: gone }: ConfigPair): Finding[] {
  if (!gone) return [];
  const message = "The linter's configuration is deleted: nobody knows what is linted instead.";
  return [tampering({ rule: "v19-lint-weaker", level: "block", path, line: null, message, before: null, after: null })];
}
