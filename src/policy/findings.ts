import type { Finding } from "../handoff/finding.ts";
import type { Facts } from "./facts.ts";
import { opinionsOn, type Opinion } from "./opinion.ts";
import { isProtected } from "./protected.ts";

/** The rule name of a new secret in `inspect/secrets.ts`. */
const secretRule = "secret";

/** A new secret refuses the change: what is pushed once is public, whatever happens to the branch later. */
export function secrets({ findings }: Facts): Opinion[] {
  return opinionsOn(
    findings.filter(({ rule }) => rule === secretRule),
    {
      level: "critical",
      effect: "refuse",
      needsPerson: true,
      lower: "Take the secret out of the change; revoke it if it is real.",
    },
  );
}

/** Every other finding by its own level: `block` is high, `warn` medium, `info` nothing. */
export function otherFindings({ findings }: Facts): Opinion[] {
  const open = findings.filter(({ rule }) => rule !== secretRule && !isProtected(rule));
  const ofLevel = (level: Finding["level"]) => [
    ...Map.groupBy(
      open.filter((one) => one.level === level),
      ({ rule }) => rule,
    ),
  ];
  const lower = (rule: string) => `Mend what the rule "${rule}" found.`;
  return [
    ...ofLevel("block").flatMap(([rule, some]) =>
      opinionsOn(some, { level: "high", effect: "none", needsPerson: true, lower: lower(rule) }),
    ),
    ...ofLevel("warn").flatMap(([rule, some]) =>
      opinionsOn(some, { level: "medium", effect: "none", needsPerson: false, lower: lower(rule) }),
    ),
  ];
}
