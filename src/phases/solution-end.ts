import type { Solution } from "../handoff/solution.ts";
import { canaryRule } from "./canary-rule.ts";
import { stop, type Stopped } from "./stop.ts";

/** A person has to act: who was outside could have taken everything that the job holds. */
export function leftSandbox(how: string): Stopped {
  return stop(
    "refused",
    how,
    "Replace the model's key and every credential of the machine that ran this, before the next run. Then look at the run's log, and please report it as SECURITY.md says.",
  );
}

/**
 * Whether the road goes on after solve. A partial result at a limit goes on: it is verified like any other, and its pull request
 * says how the work ended. Everything without a change to show stops here; the agent's own words travel apart from ours.
 */
export function stopOfSolution({ ending, change, items }: Solution): Stopped | null {
  // The answers of a round are worth showing without a change, and its pull request is a change without any answer.
  const isWorthShowing =
    items === undefined ? change.length > 0 : items.some(({ outcome }) => outcome !== "not-reached");
  switch (ending.kind) {
    case "finished":
      return items === undefined || change.length > 0
        ? null
        : stop(
            "no-change",
            "After this round the pull request would change nothing, so nothing was pushed.",
            "Close the pull request if that is what is wanted.",
          );
    case "limit":
      return isWorthShowing && ending.limit !== "cancelled"
        ? null
        : stop(
            "limit",
            `The limit ${ending.limit} was reached: ${ending.detail}`,
            "Raise it in .github/airlock.toml, or ask for something smaller.",
          );
    case "no_change":
      return stop(
        "no-change",
        "No file was changed.",
        "Say more about what should change, then ask again.",
        ending.reason,
      );
    case "gave_up":
      return stop("gave-up", "The agent gave up.", "Say more about the problem, then ask again.", ending.reason);
    case "needs_approval":
      return stop("gave-up", "The agent needs an approval that nobody can give here.", "", ending.reason);
    case "refused": {
      const escape = ending.findings.find(({ rule }) => rule === canaryRule);
      if (escape !== undefined) return leftSandbox(escape.message);
      const why = ending.findings
        .map(({ path, line, message }) => `${path}${line === null ? "" : `:${line}`}: ${message}`)
        .join(" ");
      return stop(
        "refused",
        `The change was refused before it left the agent's job. ${why}`,
        "Nothing of it was kept. Look at what made the agent write it, then ask again.",
      );
    }
  }
}
