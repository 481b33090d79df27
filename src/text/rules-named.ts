import type { FoundValue, SecretRule } from "./secret-rule.ts";
import { isExampleLogin, looksGenerated, saysExample } from "./secret-looks.ts";
import { mayHoldUser } from "./user-info.ts";

/** UTF-16 code units before a value in which the name of its header is looked for. */
const headerUnits = 32;
const authorizationHeader = /authorization["'`]?\s{0,4}[:=,]\s{0,4}["'`]?$/i;

/** Values that are secret because of what stands before them: an address, a header, a name. */
export const namedRules: readonly SecretRule[] = [
  {
    id: "password-in-address",
    name: "password in an address",
    source: "RFC 3986 §3.2.1: user information; database URLs and basic authentication alike",
    literals: ["://"],
    worth: mayHoldUser,
    pattern: /(:\/\/[^\s/@:]{0,256}:)[^\s/]{1,1024}(?=@)/y,
    keep: true,
    sure: isRealPassword,
  },
  {
    id: "token-in-address",
    name: "token in an address",
    source: "RFC 3986 §3.2.1: user information without a password",
    literals: ["://"],
    worth: mayHoldUser,
    pattern: /(:\/\/)[^\s/@:]{20,256}(?=@)/y,
    keep: true,
    sure: ({ value }) => looksGenerated(value),
  },
  {
    id: "authorization-header",
    name: "authorization header",
    source: "RFC 7617 (basic), RFC 6750 (bearer)",
    literals: ["bearer ", "basic "],
    pattern: /((?:bearer|basic) {1,4})[A-Za-z0-9._~+/=-]{16,}/iy,
    keep: true,
    form: ({ value }) => /\d/.test(value),
    sure: isRealHeader,
  },
  {
    id: "assigned-value",
    name: "high-entropy value assigned to a secret's name",
    source:
      "our own: a name that announces a secret, then `:` or `=`, then a generated value, quoted, or bare to the end of its line",
    literals: [
      "passwd",
      "password",
      "passphrase",
      "secret",
      "token",
      "credential",
      ...["api", "access", "account", "private", "encryption", "auth", "signing"].flatMap((what) =>
        ["key", "_key", "-key"].map((key) => what + key),
      ),
    ],
    pattern:
      /((?:passw(?:or)?d|passphrase|secret|token|credentials?|(?:api|access|account|private|encryption|auth|signing)[_-]?key)[A-Za-z0-9_]{0,20}\\{0,2}["'`]?[ \t]{0,8}(?::[ \t]{0,4}[A-Za-z]{1,20}[ \t]{0,4}=|:=|=>|:|=)[ \t]{0,8}(?:\r?\n[ \t]{0,40}(?=["'`]))?\\{0,2}["'`]?)(?:(?<=")[^"\s]{16,256}(?=")|(?<=')[^'\s]{16,256}(?=')|(?<=`)[^`\s]{16,256}(?=`)|(?<!["'`])[A-Za-z0-9+/=_-]{20,256}(?=[ \t]{0,80}(?:$|[\r\n#;,])))/iy,
    keep: true,
    form: ({ value }) => looksGenerated(value),
  },
];

/** Basic authentication is base64 of user and password, so that an example may stand below it. */
function isRealHeader({ value, text, start, lead }: FoundValue): boolean {
  const before = text.slice(Math.max(0, start - lead.length - headerUnits), start - lead.length);
  const login = /^basic/i.test(lead) ? Buffer.from(value, "base64").toString("latin1") : "";
  if (/^[\x20-\x7e]+$/.test(login) && saysExample(login)) return false;
  return looksGenerated(value) || (authorizationHeader.test(before) && !saysExample(value));
}

/** A port with more behind it, quotes or markup belong to something else that happens to end in an at sign. */
function isRealPassword({ value, lead }: FoundValue): boolean {
  if (/["'`<>|\\]|^\d{1,5}[,;)\]]/.test(value)) return false;
  return !isExampleLogin(lead.slice(3, -1), value);
}
