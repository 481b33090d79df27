import { z } from "zod";
import type { NotRunCause } from "../handoff/report.ts";

/** One known vulnerability in one package, as `npm audit --json` reports it. */
export interface Advisory {
  package: string;
  /** The advisory's own address, which names it. */
  url: string;
  title: string;
  severity: string;
  /** The versions that it is about; one address may be about several ranges. */
  range: string;
}

export type AuditReport =
  | { kind: "audited"; advisories: Advisory[] }
  | { kind: "not_audited"; cause: NotRunCause; reason: string };

/** The parts of npm's answer that we read; npm adds others. */
const Via = z.union([
  z.string(),
  z.object({ name: z.string(), url: z.string(), title: z.string(), severity: z.string(), range: z.string() }),
]);
const Audited = z.object({
  metadata: z.object({ vulnerabilities: z.object({ total: z.number() }) }),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(Via) })),
});
const Failed = z.object({
  message: z.string().optional(),
  error: z.object({ summary: z.string(), code: z.string() }).partial().optional(),
});

/**
 * Reads the output of `npm audit --json`. Its exit code is 1 both for vulnerabilities and for a registry that did not
 * answer, so only the text tells: `metadata` means that an audit ran. Anything else is "not audited", never "clean".
 */
export function parseAudit(stdout: string): AuditReport {
  const json = parseJson(stdout);
  const audited = Audited.safeParse(json);
  if (audited.success) return { kind: "audited", advisories: advisoriesOf(audited.data) };
  const failed = Failed.safeParse(json);
  const why = failed.success ? failed.data.error?.summary || failed.data.error?.code || failed.data.message : undefined;
  return {
    kind: "not_audited",
    cause: "unreachable",
    reason: why === undefined ? "npm audit gave no readable answer" : `npm audit: ${firstLine(why)}`,
  };
}

/**
 * Advisories of head that base does not have. Another version of a package with the same advisory is not new; another range of it is: the
 * change then left one hole for the other.
 */
export function newAdvisories(base: readonly Advisory[], head: readonly Advisory[]): Advisory[] {
  const known = new Set(base.map(key));
  return head.filter((advisory) => !known.has(key(advisory)));
}

/** Advisories of base that head has no more. */
export function fixedAdvisories(base: readonly Advisory[], head: readonly Advisory[]): Advisory[] {
  return newAdvisories(head, base);
}

function advisoriesOf({ vulnerabilities }: z.infer<typeof Audited>): Advisory[] {
  const found = new Map<string, Advisory>();
  for (const { via } of Object.values(vulnerabilities)) {
    for (const source of via) {
      // A string only says through which other package the vulnerability comes.
      if (typeof source === "string") continue;
      const { name, url, title, severity, range } = source;
      const advisory = { package: name, url, title, severity, range };
      found.set(key(advisory), advisory);
    }
  }
  return [...found.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key(advisory: Advisory): string {
  return `${advisory.package} ${advisory.url} ${advisory.range}`;
}

function firstLine(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, 300);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
