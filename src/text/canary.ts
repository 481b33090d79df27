import { formsPattern } from "./forms-pattern.ts";

/** A planted credential that nothing has a use for. */
export interface Canary {
  value: string;
  /** Whether a text holds it: as it is, or base64, hexadecimal, url-encoded, JSON-escaped or reversed, wrapped over lines or not, in any case. */
  sees: (text: string) => boolean;
}

/** A name that whoever collects credentials takes with them, and that no secret of `[setup]` can have. */
export const canaryVariable = "AIRLOCK_DEPLOY_TOKEN";

/** In: 30 random bytes. Out: a token in the form of GitHub's, which whoever looks for credentials takes for one. Pure. */
export function canaryFrom(random: Uint8Array): Canary {
  const letters = Buffer.from(random).toString("base64").replaceAll("+", "x").replaceAll("/", "y");
  return canaryOf(`ghp_${letters.slice(0, 36)}`);
}

/** The canary whose value is known. Pure. */
export function canaryOf(value: string): Canary {
  // Names of hosts lose their case on the way.
  const form = new RegExp(formsPattern(value), "i");
  return { value, sees: (text) => form.test(text) };
}
