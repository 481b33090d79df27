/** Characters of one line or address of a lockfile that is still looked at. */
export const lineCharactersMax = 10_000;

/** A registry's tarball: `…/name/-/name-1.0.0.tgz`, with a scope or a version after the dash, or `…/download/name/1.0.0/hash`. */
const dashed =
  /^https?:\/\/[^/\s?#]+\/(?:[^\s?#]*\/)?-\/(?:[^/\s?#]+\/){0,2}[^/\s?#]+\.tgz(?:\?[\w=&%-]*)?(?:#[0-9a-f]*)?$/i;
const downloaded =
  /^https?:\/\/[^/\s?#]+\/(?:[^\s?#]*\/)?download\/(?:@[^/\s?#]+\/)?[^/\s?#]+\/[^/\s?#]+\/[0-9a-f]+(?:#[0-9a-f]*)?$/i;
/** Managers read such an address as that of a git repository, whatever its path, or as a packed one. */
const gitHosted =
  /^https?:\/\/(?:[^/]*@)?(?:www\.)?(?:github\.com|gist\.github\.com|bitbucket\.org|git\.sr\.ht|codeload\.[^/]+)\/|\.git(?:[?#/]|$)|tar\.gz/i;
const ofTheTree = /^(?:file|link|portal|workspace|root):|^\.{0,2}\/(?!\/)|^\.{1,2}$|^~\//;
const ofTheRegistry = /^(?:npm|jsr|catalog|runtime):/;

/**
 * Whether what a manifest or lockfile asks for comes from git, or from any address that is not a registry's tarball. Fails closed: only versions,
 * ranges, tags and the listed protocols are not foreign. Which registry an address names is the network's to decide. Pure.
 */
export function isForeign(spec: string): boolean {
  if (spec.length > lineCharactersMax) return true;
  if (ofTheTree.test(spec) || ofTheRegistry.test(spec)) return false;
  if (spec.startsWith("patch:")) return isForeign(patched(spec.slice("patch:".length)));
  if (/^https?:/i.test(spec)) return gitHosted.test(spec) || !(dashed.test(spec) || downloaded.test(spec));
  return /[:/\\]/.test(spec);
}

/** `name@npm%3A1.0.0#./a.patch` → `npm:1.0.0`. */
function patched(source: string): string {
  const [locator = ""] = source.split("#");
  const spec = locator.slice(locator.indexOf("@", 1) + 1);
  try {
    return decodeURIComponent(spec);
  } catch {
    return "unreadable:";
  }
}

/** `  resolved "…"`, `  dependencies:` or `    name "range"`, as yarn 1 writes them. */
const entryLine = /^(?: {2}| {4})("[^"]*"|[^\s":,]+)(?: ("[^"]*"|[^\s"]+)|:)$/;

/** Everything that yarn 1's lockfile asks for and is resolved to: of keys, of `resolved`, and of dependencies. */
export function* yarnOneSpecs(lock: string): Generator<string> {
  for (const raw of lock.split(/[\r\n]/)) {
    if (raw.length > lineCharactersMax) yield "a line of more than 10,000 characters:";
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.includes("\\")) yield line;
    if (!/^[ \t]/.test(raw)) {
      if (!line.endsWith(":")) yield `${line}:`;
      for (const pattern of line.replace(/:$/, "").split(",")) yield afterName(bare(pattern));
      continue;
    }
    const entry = entryLine.exec(raw.trimEnd());
    // yarn reads a lockfile that is not its own form as YAML.
    if (entry === null) yield `${line}:`;
    const [, key = "", value = ""] = entry ?? [];
    if (["version", "integrity", "uid"].includes(bare(key)) && !raw.startsWith("    ")) continue;
    yield bare(key) === "name" ? bare(value).replace(/^@[^/]*\//, "") : bare(value);
  }
}

function afterName(pattern: string): string {
  const at = pattern.indexOf("@", 1);
  return at === -1 ? pattern.replace(/^@[^/]*\//, "") : pattern.slice(at + 1);
}

function bare(text: string): string {
  return text.trim().replace(/^"|"$/g, "");
}
