import type { Finding } from "../../handoff/finding.ts";
import { foldPath } from "../fold-path.ts";
import { textOf, type Sides } from "../sides.ts";
import { settingsOf, type Setting } from "./settings.ts";
import { fixture, tampering } from "./source.ts";
import type { RuleId } from "./rules.ts";

/** One configuration on both sides. A file that moved or changed its language is one configuration. */
export interface ConfigPair {
  path: string;
  before: readonly Setting[];
  after: readonly Setting[];
  deleted: boolean;
  added: boolean;
}

/** How a value can be weaker: by getting on or off, larger or smaller, by being there, by being gone, or by being another. */
export type Direction = "on" | "off" | "higher" | "lower" | "grows" | "shrinks" | "changes";

export interface SettingRule {
  /** Tested on the whole key, as `settings.ts` writes it. */
  key: RegExp;
  weaker: Direction;
  says: string;
}

/** The configurations of one kind in a change. One that cannot be read is a finding, because nobody compared it. */
export function configPairs(sides: readonly Sides[], name: RegExp): { pairs: ConfigPair[]; unread: Finding[] } {
  const unread: Finding[] = [];
  const pairs = sides
    .filter(({ entry }) => name.test(foldPath(entry.path)) && !fixture.test(foldPath(entry.path)))
    .map(({ entry: { path }, before, after }): ConfigPair => {
      const read = (bytes: Uint8Array | null): Setting[] => {
        const text = bytes === null ? "" : textOf(bytes);
        const settings = bytes === null ? [] : text === null ? null : settingsOf(path, text);
        if (settings !== null) return settings;
        const message = "Nobody compared this configuration: it could not be read.";
        unread.push(
          tampering({ rule: "v00-not-read", level: "block", path, line: null, message, before: null, after: null }),
        );
        return [];
      };
      return { path, before: read(before), after: read(after), deleted: after === null, added: before === null };
    });
  return { pairs: unread.length > 0 ? pairs : joined(pairs), unread };
}

/** `jest.config.js` → `jest.config.ts`: one went and one came. */
function joined(pairs: readonly ConfigPair[]): ConfigPair[] {
  const [gone, ...moreGone] = pairs.filter(({ deleted }) => deleted);
  const [came, ...moreCame] = pairs.filter(({ added }) => added);
  if (gone === undefined || came === undefined || moreGone.length + moreCame.length > 0) return [...pairs];
  const rest = pairs.filter((pair) => pair !== gone && pair !== came);
  return [...rest, { ...came, before: gone.before, added: false }];
}

/** The settings of one configuration that are weaker in the result, by a table of what weaker means. */
export function weakerSettings(pair: ConfigPair, rule: RuleId, table: readonly SettingRule[]): Finding[] {
  const { path, deleted, added } = pair;
  if (deleted || added) return [];
  return differences(pair.before, pair.after).flatMap(({ key, was, now }) => {
    const known = table.find((one) => one.key.test(key) && isWeaker(one.weaker, was, now));
    if (known === undefined) return [];
    const message = `The setting ${JSON.stringify(key)} ${known.says}.`;
    const text = (one: Setting | undefined) => (one === undefined ? null : `${key}: ${JSON.stringify(one.value)}`);
    const line = now?.line ?? was?.line ?? null;
    return [tampering({ rule, level: "block", path, line, message, before: text(was), after: text(now) })];
  });
}

/** Values that one side has and the other has not. Elements of lists stand alone; other keys are compared with themselves. */
function differences(before: readonly Setting[], after: readonly Setting[]) {
  const [was, now] = [Map.groupBy(before, ({ key }) => key), Map.groupBy(after, ({ key }) => key)];
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((key) => {
    const gone = [...(was.get(key) ?? [])];
    const come = (now.get(key) ?? []).filter((one) => {
      const same = gone.findIndex(({ value }) => value === one.value);
      if (same !== -1) gone.splice(same, 1);
      return same === -1;
    });
    if (key.endsWith("*"))
      return [
        ...gone.map((one) => ({ key, was: one as Setting | undefined, now: undefined as Setting | undefined })),
        ...come.map((one) => ({ key, was: undefined as Setting | undefined, now: one as Setting | undefined })),
      ];
    const length = Math.max(gone.length, come.length);
    return Array.from({ length }, (_, index) => ({ key, was: gone[index], now: come[index] }));
  });
}

function isWeaker(direction: Direction, was: Setting | undefined, now: Setting | undefined): boolean {
  const [old, fresh] = [was?.value, now?.value];
  switch (direction) {
    case "on":
      return fresh === true;
    case "off":
      return fresh === false || (old === true && fresh === undefined);
    case "higher":
      return typeof fresh === "number" && fresh > (typeof old === "number" ? old : 0);
    case "lower":
      return typeof old === "number" && (typeof fresh === "number" ? fresh < old : true);
    case "grows":
      return was === undefined && now !== undefined;
    case "shrinks":
      return was !== undefined && now === undefined;
    case "changes":
      return was !== undefined;
  }
}
