import type { Report } from "../handoff/report.ts";
import type { Solution } from "../handoff/solution.ts";
import { canaryOf } from "../text/canary.ts";

/** The rule of the finding that ends a run whose planted credential came out. */
export const canaryRule = "canary";

/**
 * Whether the planted credential stands in what two papers would have published: every text of theirs and every new file. Pure. In the
 * Solution's own field it is known to stand. False when no credential was planted.
 */
export function showsCanary({ canary: value, ...solution }: Solution, report: Report): boolean {
  if (value === undefined) return false;
  const canary = canaryOf(value);
  const entries = [...solution.change, ...(solution.steps ?? []).flatMap(({ change }) => change)];
  const files = entries.map(({ after }) =>
    after === null ? "" : Buffer.from(after.content, "base64").toString("latin1"),
  );
  return [JSON.stringify(solution), JSON.stringify(report), ...files].some((text) => canary.sees(text));
}
