import { AirlockError } from "../errors.ts";
import type { GitHub, RequiredCheck } from "../github/github.ts";
import { policyCheckName } from "./policy-check-name.ts";

/** The App as which GitHub Actions writes checks: any workflow can turn such a check green, so it is not Airlock's. */
const actionsAppId = 15_368;

/** What a branch requires: by rulesets, and by classic protection, which is null where it may not be read. */
export interface Required {
  rules: readonly RequiredCheck[];
  protection: readonly RequiredCheck[] | null;
}

/** Asks GitHub. @throws AirlockError what the port throws, apart from protection that may not be read. */
export async function requiredOn(github: GitHub, branch: string): Promise<Required> {
  const [rules, protection] = await Promise.all([github.requiredByRules(branch), protectionOn(github, branch)]);
  return { rules, protection };
}

/** Checks that classic protection requires; null: it may not be read. */
export async function protectionOn(github: GitHub, branch: string): Promise<RequiredCheck[] | null> {
  return await github.requiredByProtection(branch).catch((thrown: unknown) => {
    if (thrown instanceof AirlockError && thrown.code === "github-forbidden") return null;
    throw thrown;
  });
}

/** The Apps, each once, from which a branch requires our check. One that anybody or any workflow may write has none. */
export function sourcesOfCheck({ rules, protection }: Required): number[] {
  const named = [...rules, ...(protection ?? [])].filter(({ name }) => name === policyCheckName);
  const ids = named.flatMap(({ appId }) => (appId === null || appId === actionsAppId ? [] : [appId]));
  return [...new Set(ids)];
}
