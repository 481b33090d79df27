import { z } from "zod";
import type { Api } from "./api.ts";
import { Listed } from "./check-runs.ts";
import type { ListedCheck } from "./github.ts";

/** What an App recorded, for readers that know its bot and not its id: the jobs of the workflow. */
export interface BotChecks {
  /**
   * Check runs of a commit with this name, newest first, made by the App whose bot has this login. GitHub names a bot for its App's slug
   * (`slug[bot]`), a slug belongs to one App, and only an App can write its own check runs.
   */
  checksByBot(commit: string, name: string, bot: string): Promise<ListedCheck[]>;
}

export function botChecks(api: Api): BotChecks {
  return {
    async checksByBot(commit, name, bot) {
      const found = await api.list(OfApp, "GET /commits/{ref}/check-runs", {
        parameters: { ref: commit, check_name: name, filter: "all" },
        field: "check_runs",
      });
      const ours = found.filter(({ slug }) => slug !== null && `${slug}[bot]` === bot);
      return ours.map(({ check }) => check).toSorted((a, b) => b.id - a.id);
    },
  };
}

const OfApp = z
  .looseObject({ app: z.looseObject({ slug: z.string().min(1).nullish() }).nullish() })
  .transform((answer) => ({ slug: answer.app?.slug ?? null, answer }))
  .pipe(z.object({ slug: z.string().nullable(), answer: Listed }))
  .transform(({ slug, answer: check }) => ({ slug, check }));
