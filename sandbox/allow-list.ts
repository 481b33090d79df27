import { canonicalHost, isLiteral } from "./authority.ts";
import type { EgressRule } from "./sandbox.ts";

/** What a configuration opens and closes. Each entry is `pattern` or `pattern:port`. */
export interface Access {
  allow: readonly string[];
  deny: readonly string[];
}

export interface AccessProblem {
  list: "allow" | "deny";
  /** Place in its list, from 0. */
  index: number;
  entry: string;
  why: string;
}

export type ReadAccess = { kind: "ok"; rule: EgressRule } | { kind: "invalid"; problems: AccessProblem[] };

/** Ports of a pattern that names none: http and https. */
const usualPorts: readonly number[] = [80, 443];

interface Pattern {
  /** `subdomains` of a name, the `whole` domain with its apex, or `exact`ly this host. */
  covers: "exact" | "subdomains" | "whole";
  host: string;
  /** null: the pattern names none. */
  port: number | null;
}

/**
 * Makes the rule of an allow list and a deny list. Pure. Patterns: a host exactly; `*.d`: the subdomains of d; `**.d`: d and its
 * subdomains. An allowed host is open on 80 and 443, or only on the port it names; a denied one on no port, or not on the port it
 * names; denial wins. An address or `localhost` is open only when it is written out. Out: the rule, or every entry that is none.
 */
export function readAccess({ allow, deny }: Access): ReadAccess {
  const allowed = readList("allow", allow);
  const denied = readList("deny", deny);
  const problems = [...denied.problems, ...allowed.problems];
  if (problems.length > 0) return { kind: "invalid", problems };
  const rule: EgressRule = (host, port) => {
    if (denied.patterns.some((pattern) => matches(pattern, host) && (pattern.port ?? port) === port))
      return { kind: "deny", reason: "blocked-by-denylist" };
    const ports = (pattern: Pattern) => (pattern.port === null ? usualPorts : [pattern.port]);
    return allowed.patterns.some((pattern) => matches(pattern, host) && ports(pattern).includes(port))
      ? { kind: "allow" }
      : { kind: "deny", reason: "blocked-by-allowlist" };
  };
  return { kind: "ok", rule };
}

/** What either rule allows and neither has on a deny list. What both refuse is refused with the first one's reason. Pure. */
export function eitherRule(first: EgressRule, second: EgressRule): EgressRule {
  return (host, port) => {
    const [one, other] = [first(host, port), second(host, port)];
    for (const said of [one, other]) if (said.kind === "deny" && said.reason === "blocked-by-denylist") return said;
    return one.kind === "deny" && other.kind === "allow" ? other : one;
  };
}

function readList(list: AccessProblem["list"], entries: readonly string[]) {
  const patterns: Pattern[] = [];
  const problems: AccessProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = readPattern(entry, list);
    if (typeof read === "string") problems.push({ list, index, entry, why: read });
    else patterns.push(read);
  }
  return { patterns, problems };
}

/** The pattern, or why it is none. */
function readPattern(entry: string, list: AccessProblem["list"]): Pattern | string {
  if (/^\[?\*+\]?(?::\d*)?$/.test(entry)) return "a bare star would mean every host";
  const [, stars = "", written = "", portText] = /^(\*{1,2}\.)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  const host = canonicalHost(written);
  if (host === null || written.includes("*"))
    return "it is no host name; write a host, *.domain, **.domain or host:port";
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return "ports go from 1 to 65535";
  if (stars === "") {
    // 0x7f.1 and 127.1 are spellings in which nobody recognises what is opened.
    if (isLiteral(host) && written.replace(/^\[|\]$/g, "").toLowerCase() !== host)
      return `write the address as ${host.includes(":") ? `[${host}]` : host}`;
    return { covers: "exact", host, port };
  }
  if (isLiteral(host)) return "an address has no subdomains";
  if (list === "allow" && !host.includes(".")) return "a whole top-level domain cannot be opened";
  return { covers: stars === "*." ? "subdomains" : "whole", host, port };
}

function matches({ covers, host: own }: Pattern, host: string): boolean {
  const isBelow = !isLiteral(host) && host.endsWith(`.${own}`);
  switch (covers) {
    case "exact":
      return host === own;
    case "subdomains":
      return isBelow;
    case "whole":
      return isBelow || host === own;
  }
}
