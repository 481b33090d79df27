import type { SecretRule } from "../text/secret-rule.ts";
import { mayHoldUser } from "../text/user-info.ts";

/** What the ids of triggers begin with; the id of secretlint's rule follows. */
export const triggerPrefix = "secretlint: ";

/**
 * For each of secretlint's recommended rules what every match of it holds, by the rule's own pattern in version 13: where none of a rule's
 * triggers stands, the rule can find nothing and is not asked. Looser than the rule; the differential test compares both.
 */
export const secretlintTriggers: readonly SecretRule[] = [
  trigger("aws", ["secretaccess", "secret_access"], /secret_?access_?key/iy),
  trigger("privatekey", ["-----BEGIN"], /-----BEGIN ?(?:[A-Z]{2,7} )?PRIVATE KEY/y),
  trigger("npm", ["npm_"], /npm_[A-Za-z0-9_]{36}/y),
  { ...trigger("basicauth", ["://"], /:\/\/[-a-zA-Z0-9_]{1,256}:[-a-zA-Z0-9_]{1,256}@/y), worth: mayHoldUser },
  { ...trigger("database-connection-string", ["://"], /:\/\/[^:/\s]{1,100}:[^@/\s]{1,200}@/y), worth: mayHoldUser },
  trigger("slack", ["xox", "xapp-"], /x(?:ox[a-z]|app)-/y),
  trigger("slack", ["hooks.slack.com/"], /hooks\.slack\.com\/services\/T/iy),
  trigger("sendgrid", ["SG."], /SG\.\w{1,128}\.\w/y),
  trigger("shopify", ["shppa_", "shpca_", "shpat_", "shpss_"], /shp(?:pa|ca|at|ss)_[a-zA-Z0-9]{32}/y),
  trigger("stripe", ["sk_live_", "rk_live_", "sk_test_", "rk_test_"], /[sr]k_(?:live|test)_[a-zA-Z0-9]{24}/y),
  trigger("github", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /gh[pousr]_[A-Za-z0-9_]/y),
  trigger("github", ["github_pat_"], /github_pat_[A-Za-z0-9_]{82}/y),
  trigger("gitlab", ["glpat-"], /glpat-[A-Za-z0-9_-]{20}/y),
  trigger("openai", ["sk-"], /sk-(?:(?:proj|svcacct|admin)-|[a-zA-Z0-9]{20}T3BlbkFJ)/y),
  trigger("anthropic", ["sk-ant-api0"], /sk-ant-api0/y),
  trigger("groq", ["gsk_"], /gsk_[a-zA-Z0-9]{52}/y),
  trigger("huggingface", ["hf_"], /hf_[a-zA-Z]{34}/y),
  trigger("linear", ["lin_api_"], /lin_api_[a-zA-Z0-9_]{32}/y),
  trigger("notion", ["ntn_"], /ntn_[0-9]{11}/y),
  trigger("grafana", ["glc_", "glsa_"], /gl(?:c|sa)_[A-Za-z0-9+/]{32}/y),
  trigger("1password", ["ops_ey"], /ops_ey[A-Za-z0-9+/=]{100}/y),
  trigger("hashicorp-vault", ["hvs.", "hvb.", "hvr."], /hv[sbr]\.[A-Za-z0-9_-]{90}/y),
  trigger("vercel", ["vcp_", "vci_", "vca_", "vcr_", "vck_"], /vc[piark]_[A-Za-z0-9]{20}/y),
  trigger("databricks", ["dapi"], /dapi[A-Fa-f0-9]{32}/y),
  trigger("docker", ["dckr_pat_"], /dckr_pat_[a-zA-Z0-9_-]{27}/y),
  trigger("figma", ["figd_"], /figd_[A-Za-z0-9_-]{40}/y),
  trigger("cloudflare", ["cfk_", "cfut_", "cfat_"], /cf(?:k|ut|at)_[A-Za-z0-9]{40}/y),
  trigger("tailscale", ["tskey-"], /tskey-[a-z]{2}/y),
];

function trigger(rule: string, literals: readonly string[], pattern: RegExp): SecretRule {
  const id = `${triggerPrefix}@secretlint/secretlint-rule-${rule}`;
  return { id, name: rule, source: "secretlint", literals, pattern, only: "finding" };
}
