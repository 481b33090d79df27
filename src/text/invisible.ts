/**
 * Characters without a visible form: controls other than line break and tab, formats (bidi, tags, zero width), private use, unassigned,
 * half surrogate pairs, everything Unicode calls default-ignorable (variation selectors, fillers), and the blank Braille pattern.
 * The two joiners are looked at apart.
 */
const invisible = /(?![\n\t\u200c\u200d])[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Scripts that need a joiner between two letters, and emoji, which are built with one. Anywhere else it hides something. */
const strayJoiner =
  /\u200c(?!(?<=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}]\u200c)[\p{L}\p{M}])|\u200d(?!(?<=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}]\u200d)[\p{L}\p{M}])(?!(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\u200d)\p{Extended_Pictographic})/gu;

/** Removes what nobody can see. Line and paragraph separators become line breaks. `removed` counts UTF-16 code units. Idempotent. */
export function stripInvisible(text: string): { text: string; removed: number } {
  const lines = text.replaceAll(/[\u2028\u2029]/g, "\n");
  const stripped = lines.replaceAll(invisible, "").replaceAll(strayJoiner, "");
  return { text: stripped, removed: lines.length - stripped.length };
}
