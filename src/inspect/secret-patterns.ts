/** A match inside a text: which kind of secret, and where (UTF-16 offsets). */
export interface Match {
  kind: string;
  start: number;
  end: number;
}

/**
 * Formats that secretlint's recommended rules miss or cut short. Each starts with a literal and repeats over one character class only,
 * so that matching stays linear in the length of the text.
 */
const formats: readonly { kind: string; pattern: RegExp }[] = [
  // Since April 2026 installation tokens are `ghs_<app id>_<JWT>`: about 520 characters with dots and dashes.
  { kind: "GitHub token", pattern: /\bgh[oprsu]_[A-Za-z0-9._-]{36,1000}/g },
  { kind: "Google API key", pattern: /\bAIza[0-9A-Za-z_-]{35}/g },
  { kind: "Azure storage account key", pattern: /AccountKey=[A-Za-z0-9+/]{80,100}={0,2}/g },
  {
    kind: "JSON web token",
    pattern: /\beyJ[A-Za-z0-9_-]{10,4000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{16,4000}/g,
  },
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

/** All matches of our own formats in a text, examples left out. Linear in the length of the text. */
export function ownMatches(text: string): Match[] {
  const found = formats.flatMap(({ kind, pattern }) =>
    [...text.matchAll(pattern)].map(({ index, 0: value }) => ({ kind, start: index, end: index + value.length })),
  );
  const assigned = [...text.matchAll(assignment)].flatMap((match) => {
    const value = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    const kind = "high-entropy value assigned to a secret's name";
    return looksGenerated(value) ? [{ kind, start: match.index, end: match.index + match[0].length }] : [];
  });
  return [...found, ...assigned].filter(({ start, end }) => !isExample(text.slice(start, end)));
}

/**
 * Whether a matched value is one of the examples that documentation uses: hardly any different characters (`ghp_xxxx…`), a prefixed
 * token with six equal ones in a row, the subject 1234567890 of the best-known sample web token, or a URL whose password says so.
 */
export function isExample(value: string): boolean {
  if (new Set(value.slice(-20)).size < 5) return true;
  if (/^[a-z]{2,10}_\w*?(\w)\1{5}/i.test(value)) return true;
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
