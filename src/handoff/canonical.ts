/**
 * JSON with sorted keys and no white space: one value has one text, so a digest over it is a digest over the value.
 * In: plain JSON data (no undefined in arrays, no functions, finite numbers). Keys whose value is undefined are left out.
 * @throws TypeError for anything JSON cannot carry exactly.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("a number in a paper must be finite");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(",")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
    return `{${fields.join(",")}}`;
  }
  throw new TypeError(`a paper cannot carry a ${typeof value}`);
}
