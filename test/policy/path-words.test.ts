import { expect, test } from "vitest";
import { pathWords, wordsOf } from "../../src/policy/path-words.ts";
import { config, entry, madeFacts, said } from "./made-facts.ts";

const critical = [
  "src/auth/index.ts",
  "src/authService.ts",
  "src/AuthService.ts",
  "src/userAuth.ts",
  "src/OAuthClient.ts",
  "src/auth2.ts",
  "AUTH_TOKEN.ts",
  "src/AUTH/x.ts",
  "src/AuTh.ts",
  ".env",
  ".env.local",
  "config/env.ts",
  "db/migrations/1.sql",
  "db/20240101_migration.sql",
  "a/b/c/d/e/f/g/h/i/j/security.md",
  "src/reset-password.ts",
  "src/password reset.ts",
  "src/database.ts",
  "src/csrfToken.ts",
  "src/JWTToken.ts",
  "src/secrets.ts",
  "src/\u0430uth.ts",
  "src/\uff41\uff55\uff54\uff48.ts",
  "src/a\u200bu\u200dth.ts",
  "src/a\u0301uth.ts",
  "src/t\u03bfken.ts",
  "src/\u{1d41a}uth.ts",
];

const high = [
  "src/payment.ts",
  "src/users/list.ts",
  "src/userProfile.ts",
  "src/api/v1.ts",
  "src/HTTPApi.ts",
  "role.ts",
  "external/x.ts",
];

const neither = [
  "src/author.ts",
  "src/authors/list.ts",
  "src/tokenizer.ts",
  "src/tokenize.ts",
  "environment.md",
  "src/environment/index.ts",
  "src/envelope.ts",
  "src/authentic.ts",
  "src/secretary.ts",
  "src/databases.md",
  "src/capital.ts",
  "src/apiary.ts",
  "src/username.ts",
  "src/enrolled.ts",
  "src/controller.ts",
  "src/migrate.ts",
  "src/insecurity.ts",
  "src/integrated.ts",
  "",
];

test.each([
  ...critical.map((path) => [path, "critical"] as const),
  ...high.map((path) => [path, "high"] as const),
  ...neither.map((path) => [path, "none"] as const),
])("%j is %s by its words", (path, level) => {
  const levels = pathWords(madeFacts({ entries: [entry(path)] })).map(({ reason }) => reason.level);
  expect(levels[0] ?? "none").toBe(level);
});

test.each([
  ["src/HTTPServerAuth.test.ts", ["src", "httpserverauth", "http", "server", "auth", "test", "ts"]],
  ["a1b2", ["a", "b"]],
  ["Straße/日本.ts", ["straße", "日本", "ts"]],
  ["..//", []],
])("The words of %s", (path, words) => {
  expect([...wordsOf(path)]).toEqual(words);
});

test("One reason per word names the first paths, and says what to leave out", () => {
  const entries = ["a", "b", "c", "d", "e"].map((name) => entry(`src/auth/${name}.ts`));
  expect(pathWords(madeFacts({ entries })).map(({ reason, lower }) => ({ ...reason, lower }))).toEqual([
    {
      rule: "path-word",
      level: "critical",
      saw: "src/auth/a.ts, src/auth/b.ts, src/auth/c.ts and 2 more",
      message: 'The path contains the word "auth", which this repository treats as critical.',
      lower: 'Leave the paths with the word "auth" out of the change.',
    },
  ]);
});

test("The words are the repository's own: without them the same path says nothing", () => {
  const facts = madeFacts({ entries: [entry("src/auth/index.ts")] });
  expect(said(pathWords(facts))).toEqual(["critical path-word: src/auth/index.ts"]);
  expect(pathWords({ ...facts, risk: { ...config.risk, critical_words: ["ledger"] } })).toEqual([]);
});

test("Both paths of a rename are judged", () => {
  const entries = [entry("src/auth.ts", { kind: "deleted" }), entry("src/plain.ts", { kind: "added" })];
  expect(said(pathWords(madeFacts({ entries })))).toEqual(["critical path-word: src/auth.ts"]);
});

test("A path cannot write into the sentence", () => {
  const entries = [entry("src/\u202eauth\n\u001b[31m.ts")];
  expect(pathWords(madeFacts({ entries }))[0]?.reason.saw).toBe("src/\\u{202e}auth\\u{a}\\u{1b}[31m.ts");
});
