import { type TokenFormat, tokenFormats } from "../text/token-formats.ts";

/** A match inside a text: which kind of secret, and where (UTF-16 offsets). */
export interface Match {
  kind: string;
  start: number;
  end: number;
}

/**
 * Formats that neither secretlint's recommended rules nor `text/token-formats.ts` know. Each starts with a literal and repeats over one character class only,
 * so that matching stays linear in the length of the text.
 */
const formats: readonly { kind: string; pattern: RegExp }[] = [
  { kind: "Azure storage account key", pattern: /AccountKey=[A-Za-z0-9+/]{80,100}={0,2}/g },
  {
    kind: "private key",
    pattern: /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[\s"'`,+>|]|\\[nr])*[A-Za-z0-9+/=]{40}/g,
  },
  { kind: "private key in base64", pattern: /LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,200}/g },
  { kind: "token in a GitHub URL", pattern: /https?:\/\/[A-Za-z0-9_-]{20,256}:x-oauth-basic@/g },
  { kind: "age secret key", pattern: /\bAGE-SECRET-KEY-1[0-9A-Z]{58}/g },
  { kind: "PyPI token", pattern: /\bpypi-AgE[A-Za-z0-9_-]{50,300}/g },
  { kind: "DigitalOcean token", pattern: /\bdo[opr]_v1_[a-f0-9]{64}/g },
];

/** A name that announces a secret, then `:` or `=`, then a value: quoted anywhere, or bare to the end of its line. */
const assignment =
  /(?:passw(?:or)?d|passphrase|secret|token|credentials?|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|encryption[_-]?key|auth[_-]?key)[A-Za-z0-9_]{0,20}["'`]?[ \t]{0,8}(?::|=>|:=|=)[ \t]{0,8}(?:"([^"\s]{16,256})"|'([^'\s]{16,256})'|`([^`\s]{16,256})`|([A-Za-z0-9+/=_-]{20,256})[ \t]*(?=$|[\r\n#;,]))/gi;

/** Words that nobody generates by accident: a value with one of them is an example. */
const exampleWord =
  /example|sample|dummy|fake|placeholder|changeme|change-me|redacted|your[_-]|test|abc|123|xyz|xxx|\.\.\./i;

/**
 * Bits per character (Shannon entropy over the value's own characters) that generated values reach and words do not. Of random values
 * of 24 letters and digits fewer than 1 in 1000 lie below; hexadecimal digits carry less.
 */
const entropyMin = { any: 3.5, hexadecimal: 3 };
/** Places where a letter follows a digit or the reverse. Random values have many, names with a version number one or two. */
const turnsMin = 3;
/** Share of neighbours of different class (upper, lower, digit): about 0.6 in random values, below 0.5 in camelCase names. */
const mixMin = 0.5;

/**
 * All matches of our own formats and of everything that redaction masks in outgoing text, examples left out. Linear in the length
 * of the text.
 */
export function ownMatches(text: string): Match[] {
  const found = formats.flatMap(({ kind, pattern }) =>
    [...text.matchAll(pattern)].map(({ index, 0: value }) => ({ kind, start: index, end: index + value.length })),
  );
  const assigned = [...text.matchAll(assignment)].flatMap((match) => {
    const value = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    const kind = "high-entropy value assigned to a secret's name";
    return looksGenerated(value) ? [{ kind, start: match.index, end: match.index + match[0].length }] : [];
  });
  const tokens = tokenFormats.flatMap((format) => tokensOf(format, text));
  return [...found, ...tokens, ...assigned].filter(({ start, end }) => !isExample(text.slice(start, end)));
}

/**
 * What redaction masks may be too much; what is refused here must be a secret. So a form that a plain word can have must also
 * look generated, an address must not be an example, and a key needs its body.
 */
function tokensOf(format: TokenFormat, text: string): Match[] {
  return [...text.matchAll(format.pattern)].flatMap((match) => {
    const shown = format.keep === "before" ? (match[1] ?? "") : "";
    const value = match[0].slice(shown.length);
    const lead = text.slice(Math.max(0, match.index - headerUnits), match.index);
    const isHeader = authorizationHeader.test(lead) && /\d/.test(value) && !exampleWord.test(value);
    const sure =
      (!format.needsDigit || isHeader || looksGenerated(value)) &&
      !(shown.startsWith("://") && isExample(`address${match[0]}@`)) &&
      !(format.name === "private key" && !keyBody.test(value));
    return sure ? [{ kind: format.name, start: match.index + shown.length, end: match.index + match[0].length }] : [];
  });
}

/** Forty characters of the key itself between the two lines, without which they are only words. */
const keyBody = /^-----BEGIN[^-]*-----[^-]*?[A-Za-z0-9+/]{40}/;
const authorizationHeader = /authorization["'`]?\s{0,4}[:=,]\s{0,4}["'`]?$/i;
/** UTF-16 code units before a value in which the name of its header is looked for. */
const headerUnits = 32;

/**
 * Whether a matched value is one of the examples that documentation uses: hardly any different characters (`ghp_xxxx…`), a prefixed
 * token with six equal ones in a row, the subject 1234567890 of the best-known sample web token, an AWS key id
 * that ends in EXAMPLE, or a URL whose password says so.
 */
export function isExample(value: string): boolean {
  if (new Set(value.slice(-20)).size < 5) return true;
  if (/^[a-z]{2,10}_\w*?(\w)\1{5}/i.test(value)) return true;
  if (/^A[A-Z]{3}[A-Z0-9]{9}EXAMPLE$/.test(value)) return true;
  if (value.includes(".eyJzdWIiOiIxMjM0NTY3ODkwIi")) return true;
  const login = /^[a-z][a-z0-9+.-]*:\/\/([^:@/]*):([^@/]*)@/i.exec(value);
  return (
    login !== null && /^(user(name)?|pass(word|wd)?|secret|token|x+|\*+|<.*>|\$\{.*\}|%.*%|)$/i.test(login[2] ?? "")
  );
}

function looksGenerated(value: string): boolean {
  if (/^(https?|file):|[<>{}()$]|^[./~]/.test(value) || exampleWord.test(value)) return false;
  const hexadecimal = /^[0-9a-f-]+$/i.test(value);
  if (entropy(value) < (hexadecimal ? entropyMin.hexadecimal : entropyMin.any)) return false;
  const turns = value.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  const changes = value.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[a-zA-Z])/g)?.length ?? 0;
  return turns >= turnsMin || (turns > 0 && changes / value.length >= mixMin);
}

function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / value.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
