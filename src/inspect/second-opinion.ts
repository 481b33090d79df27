import { lintSource } from "@secretlint/core";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Match } from "../text/find-secrets.ts";
import type { RuleMatch } from "../text/secret-matches.ts";
import { isExample } from "../text/secret-looks.ts";
import { secretlintTriggers, triggerPrefix } from "./secretlint-triggers.ts";

/** UTF-16 code units that secretlint gets at once, and by how many two neighbours overlap (a PGP key has about 10,000). */
const windowUnits = 49_152;
const overlapUnits = 16_384;
/** Units before a trigger that belong to a match: `jdbc:postgresql` before an address, AWS_ before a name. */
const beforeUnits = 64;
/** Units behind a trigger in which every match ends; a key, an installation token and a value behind much white space may be longer. */
const reachUnits = 2_048;
const longReaching = /(?:privatekey|github|aws)$/;

/**
 * Not asked: comments in the file that switch the others off, because the author of the file is who we check, and files of Google accounts,
 * which are told by a file's name; our own rules find the key inside.
 */
const notAsked = /secretlint-rule-(?:filter-|gcp$)/;

/** secretlint's recommended rules one by one, as they come. */
const offered = rules.filter(({ meta }) => !notAsked.test(meta.id)).map((rule) => ({ id: rule.meta.id, rule }));

/** Rules that no trigger is known for run on every text: a new version of secretlint must not lose one. */
const untriggered = offered.filter(
  ({ id }) => !secretlintTriggers.some((trigger) => trigger.id === `${triggerPrefix}${id}`),
);

/**
 * What secretlint finds that we might not. In: a text, and where the triggers of its rules stand in it. Only rules with a trigger are asked,
 * and only about the surroundings; what they need to match always holds one, so nothing is lost. Out: examples left out.
 */
export async function secondOpinion(text: string, triggers: readonly RuleMatch[]): Promise<Match[]> {
  const parts: Part[] = aroundOf(text, triggers);
  if (untriggered.length > 0) parts.push({ from: 0, to: text.length, ids: new Set(untriggered.map(({ id }) => id)) });
  const found: Match[] = [];
  for (const { ids, ...part } of parts) {
    const asked = offered.filter(({ id }) => ids.has(id));
    for (const { from, to } of windowsOf(text, part))
      for (const { kind, start, end } of await matchesIn(text.slice(from, to), asked))
        found.push({ kind, start: from + start, end: from + end });
  }
  return found;
}

interface Window {
  from: number;
  to: number;
}

/** A stretch of the text, and which rules are asked about it. */
interface Part extends Window {
  ids: Set<string>;
}

/** Everything that a match at a trigger could reach, neighbours joined. */
function aroundOf(text: string, triggers: readonly RuleMatch[]): Part[] {
  const parts: Part[] = [];
  for (const { start, rule } of triggers.toSorted((a, b) => a.start - b.start)) {
    const id = rule.id.slice(triggerPrefix.length);
    const reach = longReaching.test(id) ? overlapUnits : reachUnits;
    const from = Math.max(0, start - beforeUnits);
    const to = Math.min(text.length, start + reach);
    const last = parts.at(-1);
    if (last === undefined || from > last.to) parts.push({ from, to, ids: new Set([id]) });
    else {
      last.to = Math.max(last.to, to);
      last.ids.add(id);
    }
  }
  return parts;
}

/**
 * The parts in which secretlint reads a text: its time grows with matches times length, so no part is long. Each begins at a line,
 * where there is one, and overlaps the one before by more than a secret is long; what is found twice counts once.
 */
function windowsOf(text: string, part: Window): Window[] {
  const windows = [{ from: part.from, to: Math.min(part.from + windowUnits, part.to) }];
  for (let last = windows[0]; last !== undefined && last.to < part.to; last = windows.at(-1)) {
    const line = text.indexOf("\n", last.to - overlapUnits);
    const from = line === -1 || line >= last.to ? last.to - overlapUnits : line + 1;
    windows.push({ from, to: Math.min(from + windowUnits, part.to) });
  }
  return windows;
}

async function matchesIn(text: string, asked: typeof offered): Promise<Match[]> {
  // Never the file's own name: its author chose it. What rules do only for some names (`.npmrc`), our own do for all.
  const source = { content: text, filePath: "content.txt", ext: ".txt", contentType: "text" as const };
  const options = { config: { rules: asked }, maskSecrets: true, noPhysicFilePath: true };
  const { messages } = await lintSource({ source, options });
  return messages
    .map(({ ruleId, messageId, range: [start, end] }) => ({ kind: kindOf(ruleId, messageId), start, end }))
    .filter(({ start, end }) => !isExample(text.slice(start, end)));
}

function kindOf(ruleId: string, messageId: string): string {
  return `${ruleId.replace(/^.*secretlint-rule-/, "")} ${messageId}`;
}
