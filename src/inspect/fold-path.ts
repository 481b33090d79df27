/**
 * Letters that look like a Latin letter but are another one. A subset of Unicode's confusables (UTS #39): Cyrillic, Greek, Armenian
 * and Latin extensions. Compatibility forms (full-width, mathematical, ligatures) are folded by NFKD, not here.
 */
const lookAlikes: Record<string, string> = {
  a: "аαɑ",
  b: "Ьƅ",
  c: "сϲᴄ",
  d: "ԁɗ",
  e: "еҽ℮ε",
  g: "ɡց",
  h: "һհ",
  i: "іıɩιӏ",
  j: "јϳ",
  k: "κк",
  l: "ǀ",
  m: "мᴍ",
  n: "ոп",
  o: "оοօσ",
  p: "рρ",
  q: "ԛգ",
  r: "гᴦ",
  s: "ѕƽ",
  t: "тτ",
  u: "υսᴜ",
  v: "νѵᴠ",
  w: "ԝшᴡω",
  x: "хχ",
  y: "уүγ",
  z: "ᴢ",
  A: "АΑ",
  B: "ВΒ",
  C: "СϹ",
  D: "Ꭰ",
  E: "ЕΕ",
  H: "НΗ",
  I: "ІΙӀ",
  J: "Ј",
  K: "КΚ",
  M: "МΜ",
  N: "Ν",
  O: "ОΟ",
  P: "РΡ",
  S: "Ѕ",
  T: "ТΤ",
  U: "Ս",
  W: "Ԝ",
  X: "ХΧ",
  Y: "ҮΥ",
  Z: "Ζ",
};

const latinOf = new Map(
  Object.entries(lookAlikes).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin] as const)),
);

/**
 * The Latin skeleton of a path, its case kept: marks and invisible characters gone, look-alikes replaced. Two paths that a reader
 * cannot tell apart have (nearly always) one skeleton, so a rule that matches on it cannot be avoided by a Cyrillic letter.
 */
export function skeleton(path: string): string {
  const bare = path.normalize("NFKD").replace(/[\p{M}\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, "");
  return Array.from(bare, (letter) => latinOf.get(letter) ?? letter).join("");
}

/**
 * The form in which path rules compare: the skeleton in lower case, backslashes as slashes, and no dots or spaces at the end of a
 * segment (Windows drops them). Folding can only make a rule match more.
 */
export function foldPath(path: string): string {
  return skeleton(path)
    .toLowerCase()
    .replaceAll("\\", "/")
    .replace(/[. ]+(?=\/|$)/g, "");
}
