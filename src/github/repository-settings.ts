import { z } from "zod";
import type { Api } from "./api.ts";
import { AirlockError } from "../errors.ts";
import type { GitHub, Seen } from "./github.ts";

/** Settings that only people's tokens may read. What a token may not read is `unknown`, never a guess. */
export function repositorySettings(
  api: Api,
): Pick<GitHub, "variable" | "secretIsSet" | "actionsMayCreatePulls" | "hasFile"> {
  return {
    variable: (name) =>
      seen(async () => {
        const found = await api.find(z.object({ value: z.string() }), "GET /actions/variables/{name}", { name });
        return found?.value ?? null;
      }),
    secretIsSet: (name) =>
      seen(async () => {
        const route = "GET /actions/secrets/{secret_name}";
        return (await api.find(z.object({ name: z.string() }), route, { secret_name: name })) !== null;
      }),
    actionsMayCreatePulls: () =>
      seen(async () => {
        const Switch = z.object({ can_approve_pull_request_reviews: z.boolean() });
        return (await api.call(Switch, "GET /actions/permissions/workflow")).can_approve_pull_request_reviews;
      }),
    hasFile: async (path) =>
      (await api.find(z.object({ type: z.literal("file") }), "GET /contents/{path}", { path })) !== null,
  };
}

async function seen<Value>(ask: () => Promise<Value>): Promise<Seen<Value>> {
  try {
    return { kind: "seen", value: await ask() };
  } catch (thrown) {
    if (thrown instanceof AirlockError && thrown.code === "github-forbidden") return { kind: "unknown" };
    throw thrown;
  }
}
