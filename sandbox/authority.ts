import { isIP } from "node:net";

/** Where a proxied request wants to go. `host` is canonical: lower case, punycode, no trailing dot, no brackets. */
export interface Target {
  host: string;
  port: number;
}

/**
 * Reads `host:port` of a CONNECT line or a Host header. Other spellings of one address (hexadecimal, one number, capitals,
 * a trailing dot) come out equal. Null for anything that is not exactly a host and a port.
 */
export function parseAuthority(text: string, defaultPort?: number): Target | null {
  if (text.length > 300 || !/^[^\s/\\?#@%\u0000-\u0020\u007f]+$/.test(text)) return null;
  if (!URL.canParse(`http://${text}/`)) return null;
  const { hostname, username } = new URL(`http://${text}/`);
  const written = /:(\d{1,5})$/.exec(text)?.[1];
  const port = written === undefined ? defaultPort : Number(written);
  if (port === undefined || port < 1 || port > 65_535 || username !== "") return null;
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return host === "" || host.endsWith(".") ? null : { host, port };
}

/** A host that the caller can only mean as itself: an address, or the one name every machine keeps for itself. */
export function isLiteral(host: string): boolean {
  return isIP(host) !== 0 || host === "localhost";
}
