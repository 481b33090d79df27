import { type Config, RiskLevel } from "../config.ts";
import { explain } from "../errors.ts";
import { outcomeUnknown } from "../github/failure.ts";
import type { GitHub } from "../github/github.ts";
import type { Judgement } from "../handoff/verdict.ts";
import type { Task } from "../handoff/task.ts";
import { policyCheckName } from "./policy-check-name.ts";
import { requiredOn, sourcesOfCheck } from "./required-check.ts";

/**
 * Sets the judgement's labels and asks the configured reviewers, and those who shall look `again`. Out: one sentence for each thing GitHub did not do: the pull
 * request stands, so a refused label or reviewer is reported and never undoes it.
 */
export async function applyReview(
  github: GitHub,
  pull: number,
  { task, judgement, again = [] }: { task: Task; judgement: Judgement; again?: readonly string[] },
): Promise<string[]> {
  const labels = judgement.labels.map((name) => labelOf(name, judgement, task.config));
  const { users, teams } = reviewersFor(judgement, task.config);
  return [
    ...(await unlessItFails("The labels", () => github.addLabels(pull, labels))),
    ...(await unlessItFails("The reviewers", () =>
      github.requestReviewers(pull, onceEach([...users, ...again]), teams),
    )),
  ];
}

/** Takes away the level and the number of reviews that an earlier judgement set, as far as this one sets others. Out: as `applyReview`. */
export async function takeOldLabels(
  github: GitHub,
  pull: number,
  { task, judgement }: { task: Task; judgement: Judgement },
): Promise<string[]> {
  const { risk_prefix, review_prefix } = task.config.labels;
  const isOurs = (name: string): boolean =>
    RiskLevel.options.some((level) => name === `${risk_prefix}${level}`) ||
    (name.startsWith(review_prefix) && /^[1-9]\d?$/.test(name.slice(review_prefix.length)));
  return unlessItFails("The labels of the state before", async () => {
    const old = (await github.labelsOf(pull)).filter((name) => isOurs(name) && !judgement.labels.includes(name));
    for (const name of old) await github.removeLabel(pull, name);
    return [];
  });
}

/**
 * Where policy allows it, asks GitHub to merge once the branch's rules hold, and never merges itself. GitHub keeps that wish when somebody
 * who may write pushes more, so it is asked only where the branch requires our check: that one is not green for a commit that nobody
 * judged. Out: one sentence when it was not asked or GitHub will not.
 */
export async function letMerge(
  github: GitHub,
  { pull, head, base }: { pull: number; head: string; base: string },
  { auto_merge }: Pick<Judgement, "auto_merge">,
): Promise<string[]> {
  if (auto_merge.kind !== "allowed") return [];
  const unbound = await unlessItFails(merging, () => whyUnbound(github, base));
  if (unbound.length > 0) return unbound;
  try {
    const why = await github.enableAutoMerge(pull, head);
    return why === null ? [] : [`GitHub will not merge it without a person: ${why}`];
  } catch (thrown) {
    const { message } = explain(thrown);
    return outcomeUnknown(thrown)
      ? [`It is not known whether GitHub will merge it without a person; the pull request tells: ${message}`]
      : [`${merging} could not be set: ${message}`];
  }
}

const merging = "Merging without a person";

/** Why a merge would not be bound to the commit that was judged; empty when our check is required from an App. */
async function whyUnbound(github: GitHub, base: string): Promise<string[]> {
  const required = await requiredOn(github, base);
  if (sourcesOfCheck(required).length > 0) return [];
  const seen = required.protection === null ? "no ruleset requires" : "nothing requires";
  const unread = required.protection === null ? ", and classic protection cannot be read" : "";
  return [
    `${merging} was not asked for: ${seen} the check ${policyCheckName} of the Airlock App on ${base}${unread}, so a later push would be merged as well.`,
  ];
}

/** Whom to ask: nobody when no review is required; the owners of the paths too, and the security reviewers when a security review is. */
export function reviewersFor(
  { requirements }: Pick<Judgement, "requirements">,
  { reviewers }: Pick<Config, "reviewers">,
): { users: string[]; teams: string[] } {
  const asked = requirements.reviewers > 0;
  const owners = asked ? requirements.owners : [];
  const users = [
    ...(asked ? reviewers.users : []),
    ...owners.flatMap((group) => group.users),
    ...(requirements.security_review ? reviewers.security_users : []),
  ];
  const teams = [...(asked ? reviewers.teams : []), ...owners.flatMap((group) => group.teams)];
  return { users: onceEach(users), teams: onceEach(teams) };
}

/** GitHub does not tell logins and slugs apart by case. */
function onceEach(names: readonly string[]): string[] {
  return names.filter((name, at) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === at);
}

const levelColor: Record<RiskLevel, string> = { low: "2da44e", medium: "bf8700", high: "bc4c00", critical: "cf222e" };

function labelOf(name: string, { level }: Judgement, { labels }: Config) {
  const isRisk = name === `${labels.risk_prefix}${level}`;
  return {
    name,
    color: isRisk ? levelColor[level] : "57606a",
    description: isRisk ? "Risk of this change, judged by Airlock" : "Required by Airlock's policy",
  };
}

async function unlessItFails(what: string, ask: () => Promise<string[]>): Promise<string[]> {
  try {
    return await ask();
  } catch (thrown) {
    return [`${what} could not be set: ${explain(thrown).message}`];
  }
}
