import { describe, expect, it } from "vitest";
import { redact } from "../../src/text/redact.ts";
import { secretRules } from "../../src/text/find-secrets.ts";

const secret = "s3cr3t/Value+with=signs&more-0123456789";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a known value does not get through in any form", () => {
  it.each([
    ["as it is", secret, "[redacted]"],
    ["twice", `${secret}${secret}`, "[redacted][redacted]"],
    ["url-encoded", `?k=${encodeURIComponent(secret)}&x`, "?k=[redacted]&x"],
    [
      "url-encoded in lower case",
      encodeURIComponent(secret).replaceAll(/%../g, (escape) => escape.toLowerCase()),
      "[redacted]",
    ],
    ["in hexadecimal", Buffer.from(secret).toString("hex"), "[redacted]"],
    ["in upper-case hexadecimal", Buffer.from(secret).toString("hex").toUpperCase(), "[redacted]"],
    ["backwards", secret.split("").toReversed().join(""), "[redacted]"],
    ["wrapped over lines", secret.replaceAll(/(.{8})/g, "$1\n  "), "[redacted]"],
    ["in base64url", Buffer.from(secret).toString("base64url"), "[redacted]"],
  ])("%s", (_, text, out) => {
    expect(redact(text, [secret])).toBe(out);
    expect(redact(text, [])).toBe(text);
  });

  it.each([0, 1, 2])("in base64 with %i bytes before it, wrapped or not", (offset) => {
    for (const wrap of [1_000, 20]) {
      const encoded = base64(`${"x".repeat(offset)}${secret}tail`).replaceAll(new RegExp(`.{${wrap}}`, "g"), "$&\n");
      const out = redact(encoded, [secret]);
      expect(out).toContain("[redacted]");
      const left = Buffer.from(out.replace("[redacted]", ""), "base64").toString("latin1");
      expect(left).not.toContain("Value");
      expect(out.replaceAll(/\s/g, "").length).toBeLessThan(30);
    }
  });

  it("a JSON-escaped one, and each line of one with several lines", () => {
    const key = 'first"line-of-key\nsecond-line-of-key';
    expect(redact(`{"k":${JSON.stringify(key)}}`, [key])).toBe('{"k":"[redacted]"}');
    expect(redact("log: second-line-of-key", [key])).toBe("log: [redacted]");
  });

  it("but a value that is too short to be one changes nothing", () => {
    expect(redact("a test of tests", ["test", "", " "])).toBe("a test of tests");
  });
});

describe("a token is known by its form", () => {
  // Put together here, so that no scanner takes this file for a leak.
  const made = (...parts: string[]) => parts.join("");
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";
  const jwt = made("eyJ", "hbGciOiJSUzI1NiJ9", ".", "eyJ", "pc3MiOiIxMjM0NTYifQ", ".", "Zm9v-YmFy_0123456789");
  it.each([
    ["a classic GitHub token", made("ghp", "_", letters.slice(0, 36))],
    ["an OAuth token", made("gho", "_", letters.slice(0, 36))],
    ["a user token", made("ghu", "_", letters.slice(0, 36))],
    ["a refresh token", made("ghr", "_", letters)],
    ["an installation token, short form", made("ghs", "_", letters.slice(0, 36))],
    ["an installation token, long form", made("ghs", "_123456_", jwt.repeat(8))],
    ["a fine-grained token", made("github", "_pat_", letters, "_", letters)],
    ["an OpenAI key", made("sk", "-proj-", letters, "_-", letters)],
    ["an Anthropic key", made("sk", "-ant-api03-", letters)],
    ["an AWS access key", made("AKIA", "IOSFODNN7EXAMPLE")],
    ["a Google key", made("AIza", letters.slice(0, 35))],
    ["an npm token", made("npm", "_", letters.slice(0, 36))],
    ["a Slack token", made("xoxb", "-123456789012-abcdef")],
    ["a GitLab token", made("glpat", "-", letters.slice(0, 20))],
    ["a Stripe key", made("sk", "_live_", letters)],
    ["a Hugging Face token", made("hf", "_", letters.slice(0, 34))],
    ["a SendGrid key", made("SG", ".", letters.slice(0, 22), ".", letters)],
    ["a PyPI token", made("pypi", "-AgEI", letters)],
    ["a JSON Web Token", jwt],
    ["a private key", made("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA ", "PRIVATE KEY-----")],
    ["a private key without an end", made("-----BEGIN ", "PRIVATE KEY-----\\nMIIE\\nabc=")],
  ])("%s", (_, token) => {
    expect(redact(`before "${token}`, [])).toBe('before "[redacted]');
  });

  it.each([
    ["https://user:pa@ss@host.example/x", "https://user:[redacted]@host.example/x"],
    ["https://0123456789abcdef0123@host.example", "https://[redacted]@host.example"],
    ["Authorization: Bearer abc123def456ghi789", "Authorization: Bearer [redacted]"],
    [made("https%3A%2F%2Fx%3Aghs", "_", letters), "https%3A%2F%2Fx%3A[redacted]"],
    [made("https://hooks.slack.com/services/T000/", letters), "https://hooks.slack.com/services/[redacted]"],
  ])("%s keeps what is not secret", (text, out) => {
    expect(redact(text, [])).toBe(out);
  });

  it.each([
    "a commit 0123456789abcdef0123456789abcdef01234567",
    "src/risk-assessment/some-long-module-name-1.ts",
    "task-force-one-two-three-four-5",
    "sk-learn-contrib-imbalanced-learning",
    "laughs_per_minute_average_value_over_time",
    "https://host.example:8080/path@2x.png",
    "see @octokit/core and git@github.com:octo/repo.git",
    "basic understanding of authentication",
    "sha512-abc+def/ghi==",
  ])("%j is no token", (text) => {
    expect(redact(text, [])).toBe(text);
  });

  it("what was redacted stays redacted and is not redacted again", () => {
    for (const { name } of secretRules) expect(redact(`[redacted] ${name}`, [])).toBe(`[redacted] ${name}`);
  });

  it.each([
    "gh",
    "ghs_",
    "sk-",
    "eyJ",
    "eyJa.",
    "://:",
    "://a:b",
    "-----BEGIN PRIVATE KEY-----",
    "bearer ",
    "a",
    "npm_",
    "[",
    "SG.",
  ])("a million characters of %j are read in one pass", (piece) => {
    expect(() => redact(piece.repeat(Math.ceil(1_000_000 / piece.length)), [secret])).not.toThrow();
  });
});
