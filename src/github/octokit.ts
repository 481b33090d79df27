import { apiOver, type Graphql, type Request } from "./api.ts";
import { botChecks } from "./bot-checks.ts";
import { checkRuns } from "./check-runs.ts";
import type { GitHub } from "./github.ts";
import { issues } from "./issues.ts";
import { jobs } from "./jobs.ts";
import { labels } from "./labels.ts";
import { merging } from "./merging.ts";
import { objects } from "./objects.ts";
import { people } from "./people.ts";
import { pulls } from "./pulls.ts";
import { repositorySettings } from "./repository-settings.ts";
import { reviews } from "./reviews.ts";
import { rules } from "./rules.ts";
import { runs } from "./runs.ts";
import { threads } from "./threads.ts";
import { tracking } from "./tracking.ts";

/**
 * The GitHub port over any Octokit-like client. In: its authenticated `request` and `graphql`, the repository, and the App's
 * id where check runs are listed. Adds no retries: the given `request` decides how patient it is (`patience.ts`).
 */
export function githubFor(from: {
  request: Request;
  graphql: Graphql;
  owner: string;
  repo: string;
  appId?: number;
}): GitHub {
  const api = apiOver({ ...from, appId: from.appId ?? null });
  return {
    ...people(api),
    ...rules(api),
    ...repositorySettings(api),
    ...issues(api),
    ...objects(api),
    ...pulls(api),
    ...labels(api),
    ...merging(api),
    ...reviews(api),
    ...threads(api),
    ...runs(api),
    ...jobs(api),
    ...tracking(api),
    ...checkRuns(api),
    ...botChecks(api),
  };
}
