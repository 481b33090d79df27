/** Words that nobody generates by accident: a value with one of them is an example. */
const exampleWord = /example|sample|dummy|fake|placeholder|changeme|change-me|redacted|your[_-]|test|123|\.\.\./i;
const exampleRow = /abc|ABC|xyz|XYZ|xxx|XXX/;
/** The same where only 16 different digits occur, so that three in a row mean nothing. */
const exampleHexadecimal = /123456|abcdef|ABCDEF|deadbeef|([0-9a-f])\1{5}/;

/** Whether the value says itself that it is an example. */
export function saysExample(value: string): boolean {
  return isHexadecimal(value) ? exampleHexadecimal.test(value) : exampleWord.test(value) || exampleRow.test(value);
}

function isHexadecimal(value: string): boolean {
  return /^[0-9a-f-]+$/i.test(value);
}

/**
 * The same for tokens whose form alone is a finding. Only what random letters hardly ever spell: five in one case stand in 40 random
 * letters and digits once in ten million.
 */
const exampleInToken =
  /(?:^|[_-])(?:your|my)[_-]|(?:^|[_-])(?:YOUR|MY)[_-]|example|EXAMPLE|placeholder|PLACEHOLDER|redacted|REDACTED|sample|SAMPLE|dummy|DUMMY|token|TOKEN|replace|REPLACE|insert|INSERT|changeme|CHANGEME/;

/**
 * Bits per character (Shannon entropy over the value's own characters) that generated values reach and words do not. Of random values
 * of 24 letters and digits fewer than 1 in 1000 lie below; hexadecimal digits carry less.
 */
const entropyMin = { any: 3.5, hexadecimal: 3 };
/** Places where a letter follows a digit or the reverse. Random values have many, names with a version number one or two. */
const turnsMin = 3;
/** Share of neighbours of different class (upper, lower, digit): about 0.6 in random values, below 0.5 in camelCase names. */
const mixMin = 0.5;

/** Whether a value was made by a generator rather than written: no path, no template, no word of an example, and enough disorder. */
export function looksGenerated(value: string): boolean {
  if (/^(https?|file):|[<>{}()$]|^[./~]/.test(value) || saysExample(value)) return false;
  if (entropy(value) < (isHexadecimal(value) ? entropyMin.hexadecimal : entropyMin.any)) return false;
  const turns = value.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  const changes = value.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[a-zA-Z])/g)?.length ?? 0;
  return turns >= turnsMin || (turns > 0 && changes / value.length >= mixMin);
}

/**
 * Whether a matched value is one of the examples that documentation uses: hardly any different characters (`ghp_xxxx…`), a prefixed
 * token with six equal ones in a row or with a word such as YOUR or EXAMPLE in it, AWS's own examples, which end in EXAMPLE or EXAMPLEKEY, the subject
 * 1234567890 of the best-known sample web token, or an address whose password says so or repeats the user's name.
 */
export function isExample(value: string): boolean {
  if (new Set(value.slice(-20)).size < 4) return true;
  if (/^[a-z]{2,10}[_-]\w*?(\w)\1{5}/i.test(value)) return true;
  if (value.includes(".eyJzdWIiOiIxMjM0NTY3ODkwIi")) return true;
  if (/^[A-Za-z][A-Za-z0-9]{1,10}[_-][\w./+-]{8,200}$/.test(value) && exampleInToken.test(value)) return true;
  if (/^[A-Za-z0-9/+]{13,33}EXAMPLE(?:KEY)?$/.test(value)) return true;
  const login = /^[a-z][a-z0-9+.:-]{0,40}:\/\/([^:@/]{0,256}):([^@/]{0,1024})@/i.exec(value);
  return login !== null && isExampleLogin(login[1] ?? "", login[2] ?? "");
}

/** The user and the password of an address in documentation and in templates. */
export function isExampleLogin(user: string, password: string): boolean {
  return (
    user === password ||
    /^(?:(?:my|your|the|db|a|some)?[_-]?(?:user(?:name)?|pass(?:word|wd|phrase)?|pwd|pw|secret|token|key)\d{0,4}|foo|bar|x+|\*+|•+|\.+|…|<.*>|\[.*\]|\{.*\}|\$.*|%.*%|)$/i.test(
      password,
    )
  );
}

/** Bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / value.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
