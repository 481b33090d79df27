/** Characters that are looked at together. A shorter literal is taken with any character before it. */
const anchorUnits = 4;
/** Every UTF-16 unit is read as one of 128: letters without their case, everything else as something that ASCII folds to. */
const foldedBits = 7;
const folded = (unit: number): number => (unit | 0x20) & 0x7f;

/** Told of every place where a literal may stand: the literal's number and where it begins. */
export type OnLiteral = (literal: number, at: number) => void;

/**
 * A search for many literals in one pass over a text, whatever their number: Wu and Manber's way ("A fast algorithm for multi-pattern
 * searching", 1994) with pairs of characters, which skips up to three of four. ASCII letters are compared without their case and
 * some other characters by their lower bits, so what it reports is a superset of where the literals stand; the caller looks closer.
 * In: literals of ASCII characters, three or more each. Out: a search that reports every place, in the order of their anchors.
 */
export function literalSearch(literals: readonly string[]): (text: string, onLiteral: OnLiteral) => void {
  const tables = tablesOf(literals);
  return (text, onLiteral) => search(text, tables, onLiteral);
}

interface Tables {
  /** By a folded pair: how far the next anchor's end can be at least; 0: one may end here. */
  shift: Uint8Array;
  /** By the folded last pair of the anchor: which literals. */
  ending: readonly (readonly Folded[] | undefined)[];
}

interface Folded {
  literal: number;
  units: Uint8Array;
  /** Units of the literal that lie before the end of its anchor. */
  until: number;
}

function tablesOf(literals: readonly string[]): Tables {
  const shift = new Uint8Array(1 << (2 * foldedBits)).fill(anchorUnits - 1);
  const ending: Folded[][] = [];
  const atMost = (pair: number, distance: number): void => {
    shift[pair] = Math.min(shift[pair] ?? 0, distance);
  };
  for (const [literal, text] of literals.entries()) {
    const units = Uint8Array.from(text, (unit) => folded(unit.charCodeAt(0)));
    const until = Math.min(anchorUnits, units.length);
    for (let end = 2; end <= until; end += 1) atMost(pairAt(units, end), until - end);
    // The character before a short literal can be any, so every pair that ends with its first one may lead to it.
    if (until < anchorUnits)
      for (let any = 0; any < 1 << foldedBits; any += 1) atMost((any << foldedBits) | (units[0] ?? 0), until - 1);
    (ending[pairAt(units, until)] ??= []).push({ literal, units, until });
  }
  return { shift, ending };
}

function pairAt(units: Uint8Array, end: number): number {
  return ((units[end - 2] ?? 0) << foldedBits) | (units[end - 1] ?? 0);
}

function search(text: string, { shift, ending }: Tables, onLiteral: OnLiteral): void {
  const { length } = text;
  for (let last = 2; last < length;) {
    // Written out, because this line is what the time goes into.
    const pair = (((text.charCodeAt(last - 1) | 0x20) & 0x7f) << foldedBits) | ((text.charCodeAt(last) | 0x20) & 0x7f);
    const distance = shift[pair] ?? 0;
    if (distance > 0) {
      last += distance;
      continue;
    }
    for (const { literal, units, until } of ending[pair] ?? [])
      if (stands(text, last + 1 - until, units)) onLiteral(literal, last + 1 - until);
    last += 1;
  }
}

function stands(text: string, at: number, units: Uint8Array): boolean {
  if (at < 0 || at + units.length > text.length) return false;
  for (let index = units.length - 1; index >= 0; index -= 1)
    if (folded(text.charCodeAt(at + index)) !== units[index]) return false;
  return true;
}
