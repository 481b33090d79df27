/**
 * Why an entry of `[network]` is none, or null. The rule is the sandbox's own (`sandbox/allow-list.ts`), said once more here because
 * gate and publish read configurations and may not reach the sandbox; their test holds both to the same table.
 */
export function domainProblem(entry: string, list: "allow" | "deny"): string | null {
  if (/^\[?\*+\]?(?::\d*)?$/.test(entry)) return "a bare star would mean every host";
  const [, stars = "", written = "", port] = /^(\*{1,2}\.)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  const host = hostOf(written);
  if (host === null || written.includes("*"))
    return "it is no host name; write a host, *.domain, **.domain or host:port";
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return "ports go from 1 to 65535";
  const isLiteral = host.startsWith("[") || host === "localhost" || /^\d+\.\d+\.\d+\.\d+$/.test(host);
  if (stars === "") return isLiteral && written.toLowerCase() !== host ? `write the address as ${host}` : null;
  if (isLiteral) return "an address has no subdomains";
  return list === "allow" && !host.includes(".") ? "a whole top-level domain cannot be opened" : null;
}

/** The host as the URL standard writes it, without a trailing dot; null when it is none. */
function hostOf(text: string): string | null {
  if (text.length > 300 || !/^[^\s/\\?#@%\u0000-\u0020\u007f]+$/.test(text)) return null;
  if (!URL.canParse(`http://${text}/`)) return null;
  const host = new URL(`http://${text}/`).hostname.replace(/\.$/, "");
  if (host.startsWith("[")) return host;
  const fits = host.length <= 253 && host.split(".").every((label) => label !== "" && label.length <= 63);
  return fits && /^[a-z0-9._-]+$/.test(host) ? host : null;
}
