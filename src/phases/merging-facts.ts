import type { Config } from "../config.ts";
import { explain } from "../errors.ts";
import type { GitHub } from "../github/github.ts";
import { type AutoMergeFacts, budgetDays } from "../policy/auto-merge.ts";

/**
 * What the rule for merging without a person must know of the past. Every merged pull request of ours counts, whoever merged it, and
 * every one that waits to be: that only narrows the budget, and nobody has to be believed. Runs that publish in the same moment do not see each other. In: the trusted configuration, and when GitHub created the run, in
 * milliseconds since 1970. Asks nothing unless merging without a person is enabled; what cannot be read is not known, and allows nothing.
 */
export async function mergingFacts(
  { auto_merge, pull_request }: Pick<Config, "auto_merge" | "pull_request">,
  now: number,
  { github, onProgress }: { github: GitHub; onProgress: (text: string) => void },
): Promise<AutoMergeFacts> {
  if (!auto_merge.enabled) return { now, earlier: null };
  try {
    const since = new Date(now - budgetDays * 86_400_000);
    const pulls = await github.mergingPulls(pull_request.branch_prefix, since);
    return {
      now,
      earlier: pulls.map(({ mergedAt, files }) => ({ at: mergedAt === null ? now : Date.parse(mergedAt), files })),
    };
  } catch (thrown) {
    onProgress(`what was merged lately could not be read: ${explain(thrown).message}`);
    return { now, earlier: null };
  }
}
