import type { SecretRule } from "./secret-rule.ts";
import { looksGenerated } from "./secret-looks.ts";

const hexDigits = Array.from({ length: 16 }, (_, digit) => digit.toString(16));
const hasDigit = ({ value }: { value: string }) => /\d/.test(value);

/** Secrets of services: messages, payments, mail, language models. */
export const serviceRules: readonly SecretRule[] = [
  {
    id: "slack-token",
    name: "Slack token",
    source: "Slack: token types",
    literals: ["xox", "xapp-"],
    pattern: /(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}/y,
    form: hasDigit,
    sure: ({ value }) =>
      /^x(?:ox[abceoprs]|app)-(?:\d-)?[A-Za-z0-9]{5,}-[A-Za-z0-9-]+$/.test(value) || looksGenerated(value),
  },
  {
    id: "slack-webhook",
    name: "Slack webhook",
    source: "Slack: incoming webhooks",
    literals: ["hooks.slack.com/"],
    pattern: /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/]{20,}/iy,
    keep: true,
    sure: ({ value }) => looksGenerated(value.replaceAll("/", "")) || hasDigit({ value }),
  },
  {
    id: "discord-webhook",
    name: "Discord webhook",
    source: "Discord: webhooks resource",
    literals: ["/api/webhooks/"],
    pattern: /(\/api\/webhooks\/\d{17,20}\/)[A-Za-z0-9_-]{60,}/y,
    keep: true,
  },
  {
    id: "telegram-token",
    name: "Telegram bot token",
    source: "Telegram: bot API, authorizing your bot",
    literals: [":AA"],
    pattern: /(?<=(?<!\d)\d{8,10}):AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/y,
  },
  {
    id: "stripe-key",
    name: "Stripe key",
    source: "Stripe: API keys; webhook signing secrets",
    literals: ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"],
    pattern: /(?<![A-Za-z])(?:[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{32,})/y,
  },
  {
    id: "twilio-key",
    name: "Twilio API key",
    source: "Twilio: API keys (`SK` and 32 hexadecimal digits)",
    literals: hexDigits.map((digit) => `SK${digit}`),
    pattern: /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/y,
  },
  {
    id: "sendgrid-key",
    name: "SendGrid key",
    source: "SendGrid: API keys",
    literals: ["SG."],
    pattern: /(?<![A-Za-z])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}/y,
  },
  {
    id: "mailgun-key",
    name: "Mailgun key",
    source: "Mailgun: API keys",
    literals: ["key-"],
    pattern: /(?<![A-Za-z0-9_-])key-[0-9a-f]{32}(?![A-Za-z0-9])/y,
  },
  {
    id: "shopify-token",
    name: "Shopify token",
    source: "Shopify: access token prefixes",
    literals: ["shppa_", "shpca_", "shpat_", "shpss_"],
    pattern: /(?<![A-Za-z])shp(?:pa|ca|at|ss)_[A-Za-z0-9]{32,64}/y,
  },
  {
    id: "square-token",
    name: "Square token",
    source: "Square: access tokens and application secrets",
    literals: ["sq0atp-", "sq0csp-"],
    pattern: /(?<![A-Za-z0-9])sq0(?:atp|csp)-[A-Za-z0-9_-]{22,}/y,
  },
  {
    id: "workplace-token",
    name: "token of a workplace service",
    source: "Linear, Notion, Figma, Postman: token formats",
    literals: ["lin_api_", "ntn_", "figd_", "PMAK-"],
    pattern:
      /(?<![A-Za-z])(?:lin_api_[A-Za-z0-9_]{32,}|ntn_[0-9]{11}[A-Za-z0-9]{35}(?![A-Za-z0-9])|figd_[A-Za-z0-9_-]{40,}|PMAK-[a-f0-9]{24}-[a-f0-9]{34})/y,
  },
  {
    id: "model-key",
    name: "key of OpenAI, Anthropic or another model's provider",
    source: "OpenAI, Anthropic, OpenRouter, DeepSeek and others: keys begin with `sk-`",
    literals: ["sk-"],
    pattern: /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/y,
    form: hasDigit,
    sure: ({ value }) => looksGenerated(value),
  },
  {
    id: "openai-key",
    name: "OpenAI key",
    source: "OpenAI: keys carry `T3BlbkFJ`, which is OpenAI in base64",
    literals: ["sk-"],
    pattern: /sk-[A-Za-z0-9_-]{16,90}T3BlbkFJ[A-Za-z0-9_-]{16,}/y,
  },
  {
    id: "model-provider-key",
    name: "key of a model's provider",
    source: "Groq, xAI, Replicate, Perplexity, Nvidia, Hugging Face: key formats",
    literals: ["gsk_", "xai-", "r8_", "pplx-", "nvapi-", "hf_"],
    pattern:
      /(?<![A-Za-z])(?:gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{60,}|r8_[A-Za-z0-9]{36,}|pplx-[A-Za-z0-9]{40,}|nvapi-[A-Za-z0-9_-]{50,}|hf_[A-Za-z0-9]{30,})/y,
  },
];
