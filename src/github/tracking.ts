import { z } from "zod";
import type { Outgoing } from "../text/outgoing.ts";
import { Author } from "./answers.ts";
import type { Api } from "./api.ts";

/** Issues that the App keeps itself. Part of the port `GitHub`, whose contract holds here. */
export interface Tracking {
  hasLabel(name: string): Promise<boolean>;
  /** Issues with a label, open and closed, oldest first; without pull requests. */
  issuesLabelled(label: string): Promise<TrackedIssue[]>;
  createIssue(issue: { title: Outgoing; body: Outgoing; labels: string[] }): Promise<TrackedIssue>;
  /** What is absent stays as it is. */
  updateIssue(
    number: number,
    change: { title?: Outgoing; body?: Outgoing; state?: "open" | "closed"; reason?: "completed" | "not_planned" },
  ): Promise<TrackedIssue>;
}

export interface TrackedIssue {
  number: number;
  body: string;
  state: "open" | "closed";
  /** Id of the account that opened it. */
  author: number;
}

/** In: one repository's endpoints, with `issues: write`. */
export function tracking(api: Api): Tracking {
  return {
    hasLabel: async (name) => (await api.find(z.object({}), "GET /labels/{name}", { name })) !== null,
    async issuesLabelled(label) {
      const found = await api.list(Listed, "GET /issues", { parameters: { labels: label, state: "all" } });
      return found
        .filter(({ isPull }) => !isPull)
        .map(({ issue }) => issue)
        .toSorted((a, b) => a.number - b.number);
    },
    createIssue: async (issue) => (await api.call(Listed, "POST /issues", { ...issue })).issue,
    updateIssue: async (number, { reason, ...change }) =>
      (
        await api.call(Listed, "PATCH /issues/{issue_number}", {
          issue_number: number,
          ...change,
          ...(reason === undefined ? {} : { state_reason: reason }),
        })
      ).issue,
  };
}

const Listed = z
  .object({
    number: z.int().positive(),
    body: z.string().nullish(),
    state: z.enum(["open", "closed"]),
    user: Author,
    pull_request: z.object({}).nullish(),
  })
  .transform(({ number, body, state, user, pull_request }): { issue: TrackedIssue; isPull: boolean } => ({
    issue: { number, body: body ?? "", state, author: user.id },
    isPull: pull_request != null,
  }));
