import { letters } from "./planted.ts";

const base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const alphabetic = base62.slice(0, 52);
const hex = "0123456789abcdef";
const digits = "0123456789";
const base64Url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const pem = (kind: string, body: string) => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`;

/** What secretlint finds only under a certain file name: the name, and the content. */
export const secretlintFiles: Record<string, string> = {
  ".npmrc": ["//registry.example.test/:_authToken", "short"].join("="),
  "package.json": `{"dependencies": {"a": "https://${letters(40, hex)}:x-oauth-basic@github.com/octo/repo"}}`,
  "account.json": JSON.stringify({
    type: "service_account",
    private_key_id: letters(40, hex),
    private_key: pem("PRIVATE KEY", `MII${letters(200)}`),
  }),
};

/** For every message of secretlint's recommended rules a text that its pattern describes, put together so that nobody issued it. */
export const secretlintSamples: Record<string, string> = {
  "AWS secret access key": `AWS_SECRET_ACCESS_KEY=${letters(40)}`,
  "AWS secret access key in JSON": `"secretAccessKey": "${letters(40)}"`,
  "private key": pem("RSA PRIVATE KEY", `MII${letters(640)}`),
  "private key, OpenSSH": pem("OPENSSH PRIVATE KEY", `b3BlbnNzaC1rZXktdjE${letters(300)}`),
  "npm: access token": `npm_${letters(36)}`,
  "npm: access token with a low line": `npm_${letters(17)}_${letters(18)}`,
  "basic authentication": `https://deploy:${letters(12)}@git.internal.test`,
  "basic authentication, ftp": ["ftp://deploy", "plainwords@files.internal.test"].join(":"),
  mongodb: `mongodb://app:${letters(12)}@db.internal.test/app`,
  mysql: `jdbc:mysql://app:${letters(12)}@db.internal.test/app`,
  postgres: ["postgresql://app", "plain-words@db.internal.test/app"].join(":"),
  "postgres with signs": ["postgres://app", `a<b>"c'd@db.internal.test/app`].join(":"),
  "Slack token": `xoxb-${letters(12, digits)}-${letters(12, digits)}-${letters(24)}`,
  "Slack token of words": ["xoxp", "some", "words", "only"].join("-"),
  "Slack app token": `xapp-1-${letters(11)}-${letters(13, digits)}-${letters(64, hex)}`,
  "Slack webhook": `https://hooks.slack.com/services/T${letters(8)}/B${letters(8)}/${letters(24)}`,
  SendGrid: `SG.${letters(22)}.${letters(43)}`,
  "SendGrid, otherwise divided": `SG.${letters(32)}.${letters(20)}-${letters(12)}`,
  Shopify: `shpat_${letters(32, hex)}`,
  Stripe: `sk_live_${letters(24)}`,
  "Stripe restricted": `rk_test_${letters(99)}`,
  GitHub: `ghp_${letters(36)}`,
  "GitHub with a low line": `gho_${letters(18)}_${letters(17)}`,
  "GitHub installation": `ghs_123456_${base64Url({ alg: "RS256" })}.${base64Url({ iss: "1" })}.${letters(300)}`,
  "GitHub fine-grained": `github_pat_${letters(22)}_${letters(59)}`,
  GitLab: `glpat-${letters(20)}`,
  OpenAI: `sk-proj-${letters(74)}T3BlbkFJ${letters(74)}`,
  "OpenAI, old": `sk-${letters(20)}T3BlbkFJ${letters(20)}`,
  Anthropic: `sk-ant-api03-${letters(93)}AA`,
  Groq: `gsk_${letters(52)}`,
  "Hugging Face": `hf_${letters(34, alphabetic)}`,
  Linear: `lin_api_${letters(40)}`,
  Notion: `ntn_${letters(11, digits)}${letters(35)}`,
  "Grafana Cloud": `glc_${letters(80)}`,
  "Grafana service account": `glsa_${letters(32)}_${letters(8, hex)}`,
  "1Password": `ops_${Buffer.from(JSON.stringify({ address: "x.test", secret: letters(104) })).toString("base64")}`,
  "Vault service token": `hvs.${letters(95)}`,
  "Vault batch token": `hvb.${letters(150)}`,
  "Vault recovery token": `hvr.${letters(95)}`,
  Vercel: `vck_${letters(24)}`,
  Databricks: `dapi${letters(32, hex)}-2`,
  Docker: `dckr_pat_${letters(27)}`,
  Figma: `figd_${letters(43)}`,
  Cloudflare: `cfat_${letters(40)}${letters(8, hex)}`,
  "Tailscale auth key": `tskey-auth-${letters(16)}-${letters(32)}`,
  "Tailscale webhook key": `tskey-webhook-${letters(12)}-${letters(20)}`,
};
