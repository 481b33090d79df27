import { type Document, isAlias, isMap, isNode, isPair, isScalar, parseAllDocuments, visit, type YAMLMap } from "yaml";

/** Levels of nodes inside nodes, a pair and its value being two. Lockfiles have about 12. */
const depthMax = 100;
/** Anchors and aliases of a file of settings, which people write; lockfiles have none. */
export const settingsAliasesMax = 100;
/** Expansions of one anchor, with those inside it: the library's guard against a short text that means an enormous value. */
const expansionsMax = 20;

/**
 * The documents of a YAML text that nobody vouches for (bun's JSON with its trailing commas is one too). Out: null when it cannot be read
 * in one way only: an error, a key twice in one map, a key that is a collection or that some readers obey (`<<` merges another map, `__proto__`), too deep, more anchors and aliases than `aliasesMax`.
 * Parsing takes time in proportion to the text; what makes values of it does not, so those are refused before.
 * Nothing of the text is printed: warnings of the library quote it, and a runner obeys lines on stderr. Pure; the caller limits the length.
 */
export function strictYaml(text: string, aliasesMax = 0): unknown[] | null {
  try {
    // The parser's own look for equal keys takes the square of their number.
    const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" });
    if (!Array.isArray(documents)) return [];
    if (documents.some((document) => document.errors.length > 0 || isRefused(document, aliasesMax))) return null;
    return documents.map((document): unknown => document.toJS({ maxAliasCount: expansionsMax }));
  } catch {
    return null;
  }
}

/** The same for a text that is one document. Out: its value (null when it is empty) in an object of its own, or null. */
export function oneStrictYaml(text: string, aliasesMax = 0): { value: unknown } | null {
  const documents = strictYaml(text, aliasesMax);
  return documents === null || documents.length > 1 ? null : { value: documents[0] ?? null };
}

function isRefused(document: Document, aliasesMax: number): boolean {
  let refused = false;
  let named = 0;
  visit(document, (_key, node, path) => {
    if (isAlias(node) || (isNode(node) && node.anchor !== undefined)) named += 1;
    const isKeyed = isPair(node) && !isScalar(node.key);
    refused = isKeyed || path.length > depthMax || named > aliasesMax || (isMap(node) && hasOddKeys(node));
    return refused ? visit.BREAK : undefined;
  });
  return refused;
}

/** Of two equal keys one reader takes the first, another the last; js-yaml, which pnpm reads with, merges, and this library does not. */
function hasOddKeys({ items }: YAMLMap): boolean {
  const keys = new Set(items.map(({ key }) => (isScalar(key) ? String(key.value) : key)));
  return keys.size < items.length || keys.has("<<") || keys.has("__proto__");
}
