export interface TokenFormat {
  /** Who issues it. */
  name: string;
  /** Global. Every quantifier is bounded, or starts where no other match can: linear on any text. */
  pattern: RegExp;
  /** `before`: the first group is not secret and stays. */
  keep?: "before";
  /** The form is also that of a plain word; only one with a digit is a secret. */
  needsDigit?: true;
}

/**
 * Secrets known by their form alone. Sources: the issuers' own documentation of prefixes. GitHub's installation tokens have been
 * `ghs_<app id>_<JWT>` of some 520 characters with dots since April 2026, so the old 36-character form is only the beginning.
 */
export const tokenFormats: readonly TokenFormat[] = [
  {
    name: "private key",
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  { name: "GitHub", pattern: /(?:(?<![a-z])|(?<=%[0-9A-Fa-f]{2}))gh[pousr]_[A-Za-z0-9._-]{16,}/g },
  { name: "GitHub fine-grained", pattern: /github_pat_[A-Za-z0-9_]{16,}/g },
  { name: "OpenAI, Anthropic and others", pattern: /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/g, needsDigit: true },
  { name: "Stripe", pattern: /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { name: "Amazon Web Services", pattern: /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/g },
  { name: "Google", pattern: /AIza[A-Za-z0-9_-]{35}/g },
  { name: "Google OAuth", pattern: /(?<![A-Za-z0-9])(?:GOCSPX-|ya29\.)[A-Za-z0-9_-]{20,}/g },
  { name: "npm", pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36,}/g },
  { name: "Slack", pattern: /(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}/g, needsDigit: true },
  { name: "Slack webhook", pattern: /(hooks\.slack\.com\/services\/)[A-Za-z0-9/]{20,}/g, keep: "before" },
  { name: "GitLab", pattern: /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt)-[A-Za-z0-9_-]{20,}/g },
  { name: "Hugging Face", pattern: /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/g },
  { name: "PyPI", pattern: /pypi-AgEI[A-Za-z0-9_-]{30,}/g },
  { name: "SendGrid", pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/g },
  {
    name: "JSON Web Token",
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?/g,
  },
  { name: "password in an address", pattern: /(:\/\/[^\s/@:]{0,256}:)[^\s/]{1,1024}(?=@)/g, keep: "before" },
  { name: "token in an address", pattern: /(:\/\/)[^\s/@:]{20,256}(?=@)/g, keep: "before" },
  {
    name: "authorization header",
    pattern: /((?:bearer|basic) {1,4})[A-Za-z0-9._~+/=-]{16,4096}/gi,
    keep: "before",
    needsDigit: true,
  },
];
