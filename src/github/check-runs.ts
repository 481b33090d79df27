import { z } from "zod";
import { AirlockError } from "../errors.ts";
import type { Api } from "./api.ts";
import type { CheckRun, GitHub, ListedCheck } from "./github.ts";

/** Check runs: only an App may write them, and nobody edits them by hand. */
export function checkRuns(api: Api): Pick<GitHub, "createCheck" | "updateCheck" | "checks"> {
  return {
    createCheck: ({ head, ...check }) =>
      api.call(z.object({ id: z.int().positive() }), "POST /check-runs", { head_sha: head, ...fields(check) }),
    async updateCheck(id, check) {
      await api.call(z.object({}), "PATCH /check-runs/{check_run_id}", { check_run_id: id, ...fields(check) });
    },
    async checks(commit, name) {
      if (api.appId === null) throw noApp();
      const found = await api.list(Listed, "GET /commits/{ref}/check-runs", {
        parameters: { ref: commit, check_name: name, app_id: api.appId, filter: "all" },
        field: "check_runs",
      });
      return found.filter((check) => check.appId === api.appId).toSorted((a, b) => b.id - a.id);
    },
  };
}

function fields({ name, externalId, status, conclusion, title, summary, text, detailsUrl }: CheckRun) {
  return {
    name,
    status,
    external_id: externalId,
    output: { title, summary, ...(text === undefined ? {} : { text }) },
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
  };
}

/** A check run in a list, as far as it is read. */
export const Listed = z
  .object({
    id: z.int().positive(),
    external_id: z.string().nullish(),
    status: z.string(),
    conclusion: z.string().nullish(),
    output: z
      .object({ title: z.string().nullish(), summary: z.string().nullish(), text: z.string().nullish() })
      .nullish(),
    app: z.object({ id: z.int() }).nullish(),
  })
  .transform((answer): ListedCheck => ({
    id: answer.id,
    externalId: answer.external_id ?? null,
    status: answer.status,
    conclusion: answer.conclusion ?? null,
    title: answer.output?.title ?? null,
    summary: answer.output?.summary ?? null,
    text: answer.output?.text ?? null,
    appId: answer.app?.id ?? null,
  }));

function noApp(): AirlockError {
  return new AirlockError({
    code: "internal",
    message: "Check runs were listed without saying whose.",
    fix: "Pass the App's id to the GitHub client.",
  });
}
