import { encodingsOf } from "./encodings.ts";

/** From this length on a form is found with white space in it too, as `base64` wraps its lines. Shorter ones would match words. */
const wrappedUnitsMin = 16;
/** White space, as it is or as a JSON text spells it. */
const gap = String.raw`(?:\s|\\+[nrt])*`;

/**
 * One pattern for every form of a value that `encodingsOf` knows, for texts that are read as Latin-1, where every byte is one
 * character. The first and the last line of a key are left out: they are the same in every example key of somebody's tests. Pure.
 */
export function formsPattern(value: string): RegExp {
  const forms = [...new Set(encodingsOf(value))].filter((form) => !/^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/.test(form));
  return new RegExp(forms.map(formPattern).join("|"));
}

function formPattern(form: string): string {
  const units = Array.from(Buffer.from(form).toString("latin1"), (unit) => unit.replace(/[^A-Za-z0-9\s]/, "\\$&"));
  const dense = units.filter((unit) => !/\s/.test(unit));
  return dense.length >= wrappedUnitsMin ? dense.join(gap) : units.join("");
}
