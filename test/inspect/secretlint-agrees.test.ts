import { lintSource } from "@secretlint/core";
import { creator, rules } from "@secretlint/secretlint-rule-preset-recommend";
import { extname } from "node:path";
import { describe, expect, test } from "vitest";
import { secretsIn } from "../../src/inspect/secrets.ts";
import { secretlintTriggers, triggerPrefix } from "../../src/inspect/secretlint-triggers.ts";
import { findSecrets } from "../../src/text/find-secrets.ts";
import { isExample } from "../../src/text/secret-looks.ts";
import { letters, planted } from "./planted.ts";
import { secretlintFiles, secretlintSamples } from "./secretlint-samples.ts";

/** What secretlint alone says about a whole text, with its recommended rules and its own defaults. */
async function secretlintOf(text: string, filePath = "a.txt"): Promise<{ id: string; start: number; end: number }[]> {
  const rule = { id: "@secretlint/secretlint-rule-preset-recommend", rule: creator };
  const source = { content: text, filePath, ext: extname(filePath), contentType: "text" as const };
  const { messages } = await lintSource({ source, options: { config: { rules: [rule] }, noPhysicFilePath: true } });
  return messages.map(({ ruleId, messageId, range: [start, end] }) => ({ id: `${ruleId} ${messageId}`, start, end }));
}

/** Where secretlint sees something that is no example, and we nothing. */
async function missed(text: string): Promise<string[]> {
  const ours = await secretsIn(text);
  return (await secretlintOf(text))
    .filter(({ start, end }) => !isExample(text.slice(start, end)))
    .filter((theirs) => !ours.some(({ start, end }) => start < theirs.end && theirs.start < end))
    .map(({ id, start, end }) => `${id}: ${text.slice(start, end)}`);
}

test("Every one of secretlint's recommended rules has a trigger and a sample that secretlint itself finds", async () => {
  const wanted = rules.map(({ meta }) => meta.id).filter((id) => !/filter|gcp/.test(id));
  const triggered = new Set(secretlintTriggers.map(({ id }) => id.slice(triggerPrefix.length)));
  expect(wanted.filter((id) => !triggered.has(id))).toEqual([]);
  const seen = new Set(
    (await Promise.all(Object.values(secretlintSamples).map((text) => secretlintOf(text))))
      .flat()
      .map(({ id }) => id.split(" ")[0]),
  );
  expect(wanted.filter((id) => !seen.has(id))).toEqual([]);
});

describe.each(Object.entries(secretlintSamples))("What secretlint finds, we find: %s", (_, sample) => {
  test("alone, and in a program, a sentence, an address, after a letter of another script", async () => {
    expect(await secretlintOf(sample)).not.toEqual([]);
    for (const text of [
      sample,
      `x = "${sample}";`,
      `(${sample})`,
      `see ${sample}, please`,
      `0${sample}`,
      `_${sample}`,
      `é${sample}`,
      sample.repeat(2),
    ])
      expect(await missed(text)).toEqual([]);
  });

  test("far inside a long text, where only the surroundings of a trigger are read", async () => {
    const filler = "const plain = words(of, no, interest);\n".repeat(1_500);
    expect(await missed(`${filler}${sample}\n${filler}`)).toEqual([]);
    expect(await missed(`${filler}\n${sample}`)).toEqual([]);
  });
});

test.each(Object.entries(secretlintFiles))(
  "What secretlint finds in a file called %s, we find whatever the name",
  async (name, content) => {
    expect(await secretlintOf(content, name)).not.toEqual([]);
    expect(await secretsIn(content)).not.toEqual([]);
  },
);

test("Our own rules alone find most of it: without the second opinion little is lost, and it is named here", () => {
  const alone = Object.entries(secretlintSamples).filter(([, sample]) => findSecrets(sample).length === 0);
  expect(alone.map(([name]) => name)).toMatchInlineSnapshot(`
    [
      "npm: access token with a low line",
      "postgres with signs",
      "Slack token of words",
    ]
  `);
});

test("In 400 texts of pieces of secrets, whole and torn, secretlint finds nothing that we miss", async () => {
  const pieces = [...Object.values(secretlintSamples), ...Object.values(planted)];
  const glue = ["\n", " ", '"', "'", "=", ":", "/", "@", "_", "-", ".", "é", "x", "0", "\\n", "\t"];
  const random = (seed: number, most: number) => Number.parseInt(letters(7, "0123456789", seed), 10) % most;
  const losses: string[] = [];
  let theirs = 0;
  for (let text = 0; text < 400; text += 1) {
    const parts = Array.from({ length: 12 }, (_, at) => {
      const seed = text * 100 + at * 5;
      const piece = pieces[random(seed, pieces.length)] ?? "";
      const cut = random(seed + 1, 3) === 0 ? piece.slice(random(seed + 2, piece.length), piece.length) : piece;
      const torn = random(seed + 3, 4) === 0 ? cut.slice(0, random(seed + 2, cut.length + 1)) : cut;
      return torn + (glue[random(seed + 4, glue.length)] ?? "");
    });
    losses.push(...(await missed(parts.join(""))));
    theirs += (await secretlintOf(parts.join(""))).length;
  }
  expect(losses).toEqual([]);
  // Otherwise the pieces would say nothing.
  expect(theirs).toBeGreaterThan(500);
});
