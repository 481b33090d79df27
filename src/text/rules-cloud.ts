import type { SecretRule } from "./secret-rule.ts";

/** Units around a shared access signature in which the other parts of its address are looked for. */
const addressUnits = 512;
const awsIds = ["AKIA", "ASIA", "ABIA", "ACCA"];

/** Secrets of clouds and of what runs in them. */
export const cloudRules: readonly SecretRule[] = [
  {
    id: "aws-access-key-id",
    name: "Amazon Web Services access key id",
    source: "AWS: IAM identifiers, unique ID prefixes; git-secrets",
    literals: [...awsIds, "A3T", "AGPA", "AIDA", "AROA", "AIPA", "ANPA", "ANVA"],
    pattern: /(?<![A-Z0-9])(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}(?![A-Z0-9])/y,
  },
  {
    id: "aws-secret-after-id",
    name: "Amazon Web Services secret key beside its id",
    source: "AWS: access keys as they are downloaded, id and secret side by side",
    literals: awsIds,
    pattern:
      /((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}[^A-Za-z0-9][\s\S]{0,79}?(?<![A-Za-z0-9/+=_-]))[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])/y,
    keep: true,
    form: ({ value }) => /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value),
  },
  {
    id: "aws-secret-key",
    name: "Amazon Web Services secret key",
    source: "AWS: configuration and credential files; git-secrets",
    literals: ["secretkey", "secret_key", "secretaccess", "secret_access"],
    pattern:
      /(secret_?(?:access)?_?key["'\]]{0,2}\s{0,8}(?:=>|:|=|,)\s{0,8}["'`]?)[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/iy,
    keep: true,
  },
  {
    id: "google-api-key",
    name: "Google API key",
    source: "Google Cloud: API keys",
    literals: ["AIza"],
    pattern: /AIza[A-Za-z0-9_-]{35}/y,
  },
  {
    id: "google-oauth",
    name: "Google OAuth secret or token",
    source: "Google: OAuth 2.0 client secrets, access and refresh tokens",
    literals: ["GOCSPX-", "ya29.", "1//0"],
    pattern: /(?<![A-Za-z0-9])(?:(?:GOCSPX-|ya29\.)[A-Za-z0-9_-]{20,}|1\/\/0[A-Za-z0-9_-]{40,})/y,
  },
  {
    id: "azure-storage-key",
    name: "Azure storage account key",
    source: "Microsoft: Azure Storage connection strings (64 bytes in base64)",
    literals: ["AccountKey="],
    pattern: /(AccountKey=)[A-Za-z0-9+/]{80,100}={0,2}/iy,
    keep: true,
  },
  {
    id: "azure-shared-access-key",
    name: "Azure shared access key",
    source: "Microsoft: Service Bus, Event Hubs and IoT Hub connection strings",
    literals: ["SharedAccessKey="],
    pattern: /(SharedAccessKey=)[A-Za-z0-9+/]{40,100}={0,2}/iy,
    keep: true,
  },
  {
    id: "azure-shared-access-signature",
    name: "Azure shared access signature",
    source: "Microsoft: service and account SAS, `sv`, `se`, `sp` and `sig` (HMAC-SHA256 in base64)",
    literals: ["sig="],
    pattern: /((?<=[?&"'\s;]|amp;)sig=)[A-Za-z0-9%+/_-]{43,120}={0,2}/iy,
    keep: true,
    form: ({ text, start, end }) =>
      /[?&;]s[vepr]=[^\s&]/i.test(text.slice(Math.max(0, start - addressUnits), end + addressUnits)),
  },
  {
    id: "azure-client-secret",
    name: "Azure AD client secret",
    source: "Microsoft: Entra ID client secrets (40 characters, `Q~` at the fifth)",
    literals: Array.from({ length: 10 }, (_, digit) => `${digit}Q~`),
    back: 3,
    pattern: /(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/y,
  },
  {
    id: "digitalocean-token",
    name: "DigitalOcean token",
    source: "DigitalOcean: token formats",
    literals: ["dop_v1_", "doo_v1_", "dor_v1_"],
    pattern: /(?<![A-Za-z])do[opr]_v1_[a-f0-9]{64}/y,
  },
  {
    id: "cloudflare-token",
    name: "Cloudflare token",
    source: "Cloudflare: API token formats",
    literals: ["cfk_", "cfut_", "cfat_"],
    pattern: /(?<![A-Za-z])cf(?:k|ut|at)_[A-Za-z0-9]{40}[0-9a-f]{8}(?![A-Za-z0-9])/y,
  },
  {
    id: "vault-token",
    name: "HashiCorp Vault token",
    source: "HashiCorp: Vault tokens, prefixes",
    literals: ["hvs.", "hvb.", "hvr."],
    pattern: /(?<![A-Za-z])hv[sbr]\.[A-Za-z0-9_-]{90,}/y,
  },
  {
    id: "tailscale-key",
    name: "Tailscale key",
    source: "Tailscale: key prefixes",
    literals: ["tskey-"],
    pattern: /(?<![A-Za-z])tskey-[a-z]{2,20}-[0-9A-Za-z_]{8,40}-[0-9A-Za-z_]{16,60}/y,
  },
  {
    id: "databricks-token",
    name: "Databricks token",
    source: "Databricks: personal access tokens",
    literals: ["dapi"],
    pattern: /(?<![A-Za-z])dapi[A-Fa-f0-9]{32}(?:-[0-9])?(?![A-Fa-f0-9])/y,
  },
  {
    id: "grafana-token",
    name: "Grafana token",
    source: "Grafana: Cloud access policy and service account tokens",
    literals: ["glc_", "glsa_"],
    pattern: /(?<![A-Za-z])(?:glc_[A-Za-z0-9+/]{32,400}={0,2}(?![A-Za-z0-9+/=])|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})/y,
  },
  {
    id: "1password-token",
    name: "1Password service account token",
    source: "1Password: service accounts (`ops_` and JSON in base64)",
    literals: ["ops_ey"],
    pattern: /(?<![A-Za-z])ops_ey[A-Za-z0-9+/=_-]{100,}/y,
  },
  {
    id: "platform-token",
    name: "token of a hosting platform",
    source: "Doppler, PlanetScale, Supabase, Pulumi, New Relic, Sentry, Heroku, Fly.io: token formats",
    literals: ["dp.pt.", "pscale_", "sbp_", "pul-", "NRAK-", "sntrys_", "sntryu_", "HRKU-", "fm2_"],
    pattern:
      /(?<![A-Za-z0-9])(?:dp\.pt\.[A-Za-z0-9]{40,}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,}|sbp_[a-f0-9]{40}|pul-[a-f0-9]{40}|NRAK-[A-Z0-9]{27}|sntry[su]_[A-Za-z0-9+/=_-]{40,}|HRKU-[A-Za-z0-9_-]{36,}|fm2_[A-Za-z0-9+/=_-]{100,})/y,
  },
];
