import { type Document, isScalar, parseAllDocuments, visit } from "yaml";

/**
 * The documents of a YAML text that nobody vouches for (bun's JSON with its trailing commas is one too). Out: null when it cannot be read
 * in one way only: an error, a key twice in one map, too many aliases. Pure; the caller limits the length.
 */
export function strictYaml(text: string): unknown[] | null {
  try {
    // The parser's own look for equal keys takes the square of their number.
    const documents = parseAllDocuments(text, { uniqueKeys: false });
    if (!Array.isArray(documents)) return [];
    if (documents.some((document) => document.errors.length > 0 || hasEqualKeys(document))) return null;
    return documents.map((document): unknown => document.toJS({ maxAliasCount: 100 }));
  } catch {
    return null;
  }
}

/** Of two equal keys one reader takes the first, another the last. */
function hasEqualKeys(document: Document): boolean {
  let equal = false;
  visit(document, {
    Map(_key, { items }) {
      const keys = new Set(items.map(({ key }) => (isScalar(key) ? String(key.value) : key)));
      if (keys.size === items.length) return undefined;
      equal = true;
      return visit.BREAK;
    },
  });
  return equal;
}
