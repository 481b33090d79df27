import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hiddenPath, scanSecrets, scanText } from "../../src/inspect/secrets.ts";
import { redact } from "../../src/text/redact.ts";
import { findMaskable, findSecrets, secretRules } from "../../src/text/find-secrets.ts";
import { madeChange } from "./made-change.ts";
import { letters, lookAlikes, planted } from "./planted.ts";

const token = `ghp_${letters(36)}`;

test.each(Object.entries(planted))("Found: %s", async (name, text) => {
  const { change } = madeChange({ "src/a.ts": [null, `line one\n${text}\n`] });
  const findings = await scanSecrets(change);
  expect(findings).not.toEqual([]);
  for (const { rule, level, path, before, after } of findings)
    expect({ rule, level, path, before, after }).toEqual({
      rule: "secret",
      level: "block",
      path: "src/a.ts",
      before: null,
      after: null,
    });
  expect(findings[0]?.line).toBe(1 + (name === "value on the next line" ? 2 : 1));
  expect(JSON.stringify(findings)).not.toContain(text.slice(5, 25));
});

test.each(Object.entries(lookAlikes))("Left alone: %s", async (_, text) => {
  expect(await scanText("a", `line one\n${text}\n`)).toEqual([]);
});

test("Every rule has a planted secret that it finds, and redaction leaves nothing of any that the scan would find", async () => {
  const values = Object.values(planted);
  const kinds = new Set(
    values.flatMap((text) => [...findSecrets(text), ...findMaskable(text)].map(({ kind }) => kind)),
  );
  expect(secretRules.filter(({ name }) => !kinds.has(name)).map(({ id }) => id)).toEqual([]);
  for (const text of values) {
    expect(redact(text, [])).not.toBe(text);
    expect(findSecrets(redact(text, []))).toEqual([]);
  }
});

test("Very many secrets are found, each at its line, in time that grows with the text only", async () => {
  const text = Array.from({ length: 50_000 }, (_, seed) => `ghp_${letters(36, undefined, seed)}`).join("\n");
  const lines = (await scanText("a", text)).map(({ line }) => line);
  expect([lines.length, lines[0], lines[24_999], lines.at(-1)]).toEqual([50_000, 1, 25_000, 50_000]);
});

test("A secret is found wherever it stands in a long text, with lines or without", async () => {
  // A format that only secretlint's own rules know, at every offset around the places where its parts meet.
  const secret = `aws_secret_access_key = "${letters(40)}"`;
  for (const filler of ["x", `${"x".repeat(99)}\n`]) {
    for (const at of [0, 32_700, 32_768, 49_120, 49_152, 65_500, 81_920, 99_000]) {
      const text = `${filler.repeat(100_000).slice(0, at)}\n${secret}\n${filler.repeat(1_000).slice(0, 60_000)}`;
      expect((await scanText("a", text)).map(({ line }) => line)).toEqual([text.slice(0, at).split("\n").length + 1]);
    }
  }
});

test("Of a hundred generated passwords of 24 characters at least ninety-five are found", async () => {
  const text = Array.from({ length: 100 }, (_, seed) => `password${seed} = "${letters(24, undefined, seed)}"`).join(
    "\n",
  );
  expect((await scanText("a", text)).length).toBeGreaterThanOrEqual(95);
});

test("A comment in the file cannot switch the rules off", async () => {
  // A format that only secretlint's own rules know, so that nothing of ours finds it instead.
  const stripe = `sk_live_${letters(24)}`;
  for (const comment of ["// secretlint-disable", "# secretlint-disable", "/* secretlint-disable-line */"])
    expect(await scanText("a", `${comment}\nx = "${stripe}" ${comment}\n`)).toHaveLength(1);
});

test("The file's name decides nothing: a .p12, .npmrc or lockfile is read like any other", async () => {
  for (const path of ["key.p12", ".npmrc", "package-lock.json", "/etc/passwd"]) {
    const { change } = madeChange({ [path]: [null, token] });
    expect((await scanSecrets(change)).map(({ rule }) => rule)).toEqual(["secret"]);
  }
});

test.each([
  ["UTF-16", Buffer.from(`\uFEFF${token}`, "utf16le")],
  ["a binary file", Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(` ${token} `), Buffer.from([0, 1])])],
])("A token inside %s is found", async (_, bytes) => {
  const { change } = madeChange({ f: [null, bytes] });
  expect(await scanSecrets(change)).toHaveLength(1);
});

test("Two secrets of one kind are two findings with two ids", async () => {
  const findings = await scanText("a", `${token}\nghp_${letters(36, undefined, 2)}\n`);
  expect(findings.map(({ line }) => line)).toEqual([1, 2]);
  expect(new Set(findings.map(({ id }) => id)).size).toBe(2);
});

test("The id does not depend on the value, so nobody can guess the value from it", async () => {
  const idOf = async (value: string) => (await scanText("a", `password = "${value}"`)).map(({ id }) => id);
  expect(await idOf(letters(24))).toEqual(await idOf(letters(24, undefined, 2)));
});

test("A secret that the same file held before is a warning; elsewhere or changed it blocks", async () => {
  const other = `ghp_${letters(36, undefined, 2)}`;
  const { change, before } = madeChange({
    "kept.ts": [`a = "${token}"`, `// moved\nb = "${token}"`],
    "new.ts": [null, token],
    "swapped.ts": [token, other],
  });
  expect((await scanSecrets(change, before)).map(({ path, rule, level }) => [path, rule, level])).toEqual([
    ["kept.ts", "secret-existing", "warn"],
    ["new.ts", "secret", "block"],
    ["swapped.ts", "secret", "block"],
  ]);
  expect((await scanSecrets(change)).map(({ rule }) => rule)).toEqual(["secret", "secret", "secret"]);
});

test("A new file name that is a secret is found and not repeated", async () => {
  const { change } = madeChange({ [`${token}/a.ts`]: [null, `x = "${token}"`] });
  const findings = await scanSecrets(change);
  expect(findings.map(({ path, rule }) => [path, rule])).toEqual([
    [hiddenPath, "secret"],
    [hiddenPath, "secret"],
  ]);
  expect(JSON.stringify(findings)).not.toContain(token.slice(4));
});

test("A deleted file adds no secret", async () => {
  const { change, before } = madeChange({ a: [token, null] });
  expect(await scanSecrets(change, before)).toEqual([]);
});

test("This repository's own source, sandbox and pages hold nothing that looks like a secret, although they speak of them", async () => {
  const root = join(import.meta.dirname, "../..");
  const files = globSync(["src/**/*.{ts,md}", "sandbox/**/*.{ts,mjs,md}", "docs/*", "*.md", "package-lock.json"], {
    cwd: root,
  });
  expect(files.length).toBeGreaterThan(300);
  for (const file of files) expect(await scanText(file, readFileSync(join(root, file), "utf8"))).toEqual([]);
});

test("What a reader sees", async () => {
  const text = `${token}\nAIza${letters(35)}\nconst password = "${letters(24)}"`;
  expect((await scanText("summary", text)).map(({ line, message }) => `${line}: ${message}`)).toMatchInlineSnapshot(`
    [
      "1: The new content holds what looks like a secret (GitHub token).",
      "2: The new content holds what looks like a secret (Google API key).",
      "3: The new content holds what looks like a secret (high-entropy value assigned to a secret's name).",
    ]
  `);
});
