import { isIP } from "node:net";

/** Where a proxied request wants to go. `host` is canonical: lower case, punycode, no trailing dot, no brackets. */
export interface Target {
  host: string;
  port: number;
}

/** Bytes of a name and of one label of it (RFC 1035 §2.3.4). */
const nameMax = 253;
const labelMax = 63;

/**
 * Reads `host:port` of a CONNECT line or a Host header. Other spellings of one address (hexadecimal, one number, capitals,
 * a trailing dot) come out equal. Null for anything that is not exactly a host and a port.
 */
export function parseAuthority(text: string, defaultPort?: number): Target | null {
  const written = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text);
  const host = canonicalHost(written?.[1] ?? "");
  const port = written?.[2] === undefined ? defaultPort : Number(written[2]);
  if (host === null || port === undefined || port < 1 || port > 65_535) return null;
  return { host, port };
}

/**
 * One spelling for each host: lower case, international names in ASCII (IDNA), addresses as the URL standard writes them, without
 * brackets. In: a name, an IPv4 address or an IPv6 address in brackets. Null for anything else: user information, control
 * characters, spaces, empty or over-long names and labels.
 */
export function canonicalHost(text: string): string | null {
  if (text.length > 300 || !/^[^\s/\\?#@%\u0000-\u0020\u007f]+$/.test(text)) return null;
  // A name with a colon would be read as a host with a port.
  if (!text.startsWith("[") && text.includes(":")) return null;
  if (!URL.canParse(`http://${text}/`)) return null;
  const host = new URL(`http://${text}/`).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return host;
  const labels = host.split(".");
  const fits = host.length <= nameMax && labels.every((label) => label !== "" && label.length <= labelMax);
  return fits && /^[a-z0-9._-]+$/.test(host) ? host : null;
}

/** A host that the caller can only mean as itself: an address, or the one name every machine keeps for itself. */
export function isLiteral(host: string): boolean {
  return isIP(host) !== 0 || host === "localhost";
}
