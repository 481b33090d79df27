import { z } from "zod";
import type { Api } from "./api.ts";
import type { GitHub, RequiredCheck } from "./github.ts";

/** What a branch requires before a merge. */
export function rules(api: Api): Pick<GitHub, "requiredByRules" | "requiredByProtection"> {
  return {
    async requiredByRules(branch) {
      const found = await api.list(Rule, "GET /rules/branches/{branch}", { parameters: { branch } });
      return found.flat();
    },
    async requiredByProtection(branch) {
      const { protected: isProtected, protection } = await api.call(Branch, "GET /branches/{branch}", { branch });
      if (!isProtected || protection === undefined) return [];
      const { checks = [], contexts, enforcement_level: level } = protection.required_status_checks ?? { contexts: [] };
      if (level === "off") return [];
      const named = new Set(checks.map(({ context }) => context));
      return [
        ...checks.map(({ context, app_id: appId }): RequiredCheck => ({ name: context, appId: appId ?? null })),
        ...contexts.filter((context) => !named.has(context)).map((name): RequiredCheck => ({ name, appId: null })),
      ];
    },
  };
}

const StatusChecks = z.object({
  type: z.literal("required_status_checks"),
  parameters: z.object({
    required_status_checks: z.array(z.object({ context: z.string(), integration_id: z.int().nullish() })),
  }),
});

/** Every rule of the list; only those about status checks say something here. */
const Rule = z.union([
  StatusChecks.transform(({ parameters }): RequiredCheck[] =>
    parameters.required_status_checks.map((check) => ({ name: check.context, appId: check.integration_id ?? null })),
  ),
  z
    .object({ type: z.string().refine((type) => type !== "required_status_checks", "unreadable status checks") })
    .transform((): RequiredCheck[] => []),
]);

/** Of classic protection, `app_id` is -1 or null where any App may write the check. */
const Branch = z.object({
  protected: z.boolean(),
  protection: z
    .object({
      required_status_checks: z
        .object({
          enforcement_level: z.string().optional(),
          contexts: z.array(z.string()),
          checks: z
            .array(
              z.object({
                context: z.string(),
                app_id: z
                  .int()
                  .nullish()
                  .transform((id) => (id === -1 ? null : id)),
              }),
            )
            .optional(),
        })
        .optional(),
    })
    .optional(),
});
