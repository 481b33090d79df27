/** Well-formed secrets that nobody issued, put together here so that no scanner (and no push protection) finds them in this file. */

/** Random-looking characters, the same in every run (mulberry32). Another seed gives other ones. */
export function letters(length: number, alphabet = base62, seed = 1): string {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return Array.from({ length }, () => alphabet[next() % alphabet.length]).join("");
}

const base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const hex = "0123456789abcdef";
const pem = (kind: string, body: string, line = "\n") =>
  [`-----BEGIN ${kind}-----`, body, `-----END ${kind}-----`].join(line);
const base64Url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = `${base64Url({ alg: "HS256" })}.${base64Url({ iss: "airlock", aud: "x1" })}.${letters(43)}`;

export const planted: Record<string, string> = {
  "GitHub ghp_": `ghp_${letters(36)}`,
  "GitHub ghs_ short": `ghs_${letters(36)}`,
  "GitHub ghs_ long": `ghs_123456_${jwt}`,
  "GitHub github_pat_": `github_pat_${letters(22)}_${letters(59)}`,
  "AWS access key id": `AKIA${letters(16, upper)}`,
  "AWS secret access key": `aws_secret_access_key = "${letters(40)}"`,
  "Slack bot token": `xoxb-${letters(12, "123456789")}-${letters(12, "123456789")}-${letters(24)}`,
  "Slack webhook": `https://hooks.slack.com/services/T${letters(8, upper)}/B${letters(8, upper)}/${letters(24)}`,
  "OpenAI project key": `sk-proj-${letters(74)}T3BlbkFJ${letters(74)}`,
  "Anthropic key": `sk-ant-api03-${letters(93)}AA`,
  "npm token": `npm_${letters(36)}`,
  "RSA private key": pem("RSA PRIVATE KEY", letters(640)),
  "RSA private key in .env": `KEY="${pem("RSA PRIVATE KEY", letters(640), "\\n")}"`,
  "PKCS#8 ed25519 private key": pem("PRIVATE KEY", letters(64)),
  "private key as base64": Buffer.from(pem("PRIVATE KEY", letters(64))).toString("base64"),
  "Google API key": `AIza${letters(35)}`,
  "Stripe live key": `sk_live_${letters(24)}`,
  "SendGrid key": `SG.${letters(22)}.${letters(43)}`,
  "GitLab token": `glpat-${letters(20)}`,
  "Hugging Face token": `hf_${letters(34, base62.slice(0, 52))}`,
  "Azure storage key": `DefaultEndpointsProtocol=https;AccountKey=${letters(86)}==;`,
  "postgres password": `postgres://app:${letters(18)}@db.internal.test:5432/app`,
  "basic auth": `https://deploy:${letters(18)}@git.internal.test/x`,
  "JSON web token": jwt,
  "generic password": `const password = "${letters(24)}";`,
  "generic API key, hexadecimal": `api_key: ${letters(40, hex)}`,
  "generic token in an env file": `SERVICE_TOKEN=${letters(32)}`,
  "generic secret in JSON": `{"clientSecret": "${letters(32)}"}`,
  "GitLab deploy token": `gldt-${letters(20)}`,
  "Google OAuth client secret": `GOCSPX-${letters(28)}`,
  "Google OAuth access token": `ya29.${letters(60)}`,
  "OpenRouter key": `sk-or-v1-${letters(64, hex)}`,
  "redis password": `redis://:${letters(18)}@cache.internal.test:6379/0`,
  "token in an address": `https://${letters(32, hex)}@errors.internal.test/1`,
  "basic authorization header": `Authorization: Basic ${Buffer.from(`deploy:${letters(18)}`).toString("base64")}`,
  "bearer authorization header": `"authorization": "Bearer ${letters(32)}"`,
  "bearer in a sentence": `curl -H 'x: Bearer ${letters(32)}'`,
  "Stripe test key": `sk_test_${letters(24)}`,
  "PyPI token": `pypi-AgEIcHlwaS5vcmc${letters(60)}`,
  "npmrc token": `//registry.example.test/:_authToken=${letters(36)}`,
};

export const lookAlikes: Record<string, string> = {
  uuid: "id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  "lock integrity": `"integrity": "sha512-${letters(86)}=="`,
  "git sha": `commit ${letters(40, hex)}`,
  "empty PEM": pem("RSA PRIVATE KEY", ""),
  "PEM in words": "starts with -----BEGIN PRIVATE KEY----- and then the body",
  "AWS documentation key": ["AKIA", "IOSFODNN7", "EXAMPLE"].join(""),
  "environment read": "const password = process.env.DATABASE_PASSWORD_PRODUCTION_1;",
  "placeholder token": `ghp_${"x".repeat(36)}`,
  "token of a document": ["ghs", "InstallationOrActionToken00000000000"].join("_"),
  "placeholder key id": `AKIA${"A".repeat(16)}`,
  "npmrc reference": "//registry.example.test/:_authToken=${NPM_TOKEN}",
  "example address": "https://user:password@example.test/",
  "template address": "https://${USER}:${PASS}@example.test/",
  "name of a header": 'apiKeyHeader: "x-custom-api-key-v2-header"',
  "bearer in prose": "a bearer of-internationalization-v2 tokens",
  "basic in prose": "a basic test/fixtures/demo-1.json file",
  "placeholder header": "Authorization: Bearer your-token-goes-here-1",
  "class name": '<div class="sk-folding-cube-animation-2">',
  "template redis address": "redis://:${PASSWORD}@cache.internal.test",
  "scoped package address": "http://localhost:4873/@scope/package",
  "type name": 'tokenType = "urn:ietf:params:oauth:token-type:access_token"',
  sentence: 'passwordHint: "Use at least 12 characters and 1 digit"',
  "example value": 'token: "your-token-1a2b3c4d5e6f7g8h"',
  "test value": 'secret: "test-1a2b3c4d5e6f7g8h9i0j"',
  call: "const token = createTokenForUser1And2And3(user);",
  path: 'privateKey: "/etc/ssl/private/site1/key2/part3.pem"',
  "sample web token": `${base64Url({ alg: "HS256" })}.${base64Url({ sub: "1234567890", name: "John Doe" })}.${letters(43)}`,
};
