import { z } from "zod";
import type { Api } from "./api.ts";

/** The labels that an issue or pull request has. Part of the port `GitHub`, whose contract holds here too. */
export interface Labels {
  labelsOf(issue: number): Promise<string[]>;
  /** Takes a label away. One that is not there is gone already. */
  removeLabel(issue: number, name: string): Promise<void>;
}

export function labels(api: Api): Labels {
  return {
    async labelsOf(issue) {
      const found = await api.list(Label, "GET /issues/{issue_number}/labels", { parameters: { issue_number: issue } });
      return found.map(({ name }) => name);
    },
    async removeLabel(issue, name) {
      await api.find(z.unknown(), "DELETE /issues/{issue_number}/labels/{name}", { issue_number: issue, name });
    },
  };
}

const Label = z.object({ name: z.string() });
