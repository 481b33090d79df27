/** Settings that change which tree a lockfile means, and nothing else. No path, no address, no script, no credential. */
const kept: Readonly<Record<string, RegExp>> = {
  "legacy-peer-deps": /^(true|false)$/,
  "strict-peer-deps": /^(true|false)$/,
  "install-links": /^(true|false)$/,
  "install-strategy": /^(hoisted|nested|shallow|linked)$/,
};

/**
 * The flags for `npm ci` that a project's `.npmrc` asks for. Pure. The file itself never reaches npm: it could name another
 * registry, a proxy, a shell or a credential. Everything outside the short list is ignored; the last setting wins, as in npm.
 */
export function npmFlags(npmrc: string | null): string[] {
  const flags = new Map<string, string>();
  for (const line of (npmrc ?? "").split(/\r?\n/)) {
    const [, key = "", value = ""] = /^\s*([a-z-]+)\s*=\s*"?([^"\s]*)"?\s*$/.exec(line) ?? [];
    if (kept[key]?.test(value) === true) flags.set(key, value);
  }
  return [...flags].map(([key, value]) => `--${key}=${value}`);
}
