import type { Change } from "../change.ts";
import type { Finding } from "../handoff/finding.ts";
import type { ApprovedPlan } from "../handoff/plan.ts";
import { findingOf } from "./finding-id.ts";

/** Files of a change that the released plan does not name, each as a warning. A name that ends in a slash stands for all below it. */
export function outsidePlan(change: Change, { plan, hash }: ApprovedPlan): Finding[] {
  const named = plan.steps.flatMap(({ files }) => files);
  const isNamed = (path: string) =>
    named.some((name) => name === path || (name.endsWith("/") && path.startsWith(name)));
  return change
    .filter(({ path }) => !isNamed(path))
    .map(({ path, before, after }) =>
      findingOf({
        rule: "not-in-plan",
        level: "warn",
        path,
        line: null,
        message: `Not in the plan: the plan that was approved (${hash.slice(0, 16)}) does not name this file.`,
        before: before?.sha ?? null,
        after: after?.sha ?? null,
      }),
    );
}
