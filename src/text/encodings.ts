/** Shorter values cannot be told from words. */
const valueUnitsMin = 6;

/**
 * Every way a value may appear in a text: as it is, JSON-escaped, url-encoded, hexadecimal, reversed, and base64 (both alphabets) at each of
 * the three byte offsets, without the digits that depend on the neighbours. A value of several lines counts line by line too.
 */
export function encodingsOf(value: string): string[] {
  const whole = value.trim();
  const lines = whole.split(/\r?\n/).map((line) => line.trim());
  const values = new Set([whole, ...lines.filter((line) => line.length >= 2 * valueUnitsMin)]);
  return [...values].flatMap((part) => formsOf(part)).filter((form) => form.length >= valueUnitsMin);
}

function formsOf(value: string): string[] {
  if (value.length < valueUnitsMin) return [];
  const bytes = Buffer.from(value, "utf8");
  const hex = bytes.toString("hex");
  const url = encodeURIComponent(value.toWellFormed());
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    url,
    url.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    hex,
    hex.toUpperCase(),
    Array.from(value).toReversed().join(""),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** The base64 digits that stand for these bytes alone when `offset` unknown bytes come before them. */
function base64At(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const firstOwn = Math.ceil((offset * 8) / 6);
  const lastOwn = Math.floor((padded.byteLength * 8) / 6);
  return padded.toString("base64").slice(firstOwn, lastOwn);
}
