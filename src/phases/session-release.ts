import { holdsSecret } from "./holds-secret.ts";

/** Stands for a text of the session that may not leave the machine. */
export const withheldText = "[withheld: this text holds what looks like a secret]";

/**
 * A session as it may leave the machine: every text in which the scan finds a secret is replaced, so also what a later turn took
 * back and no Solution shows. In: its lines, as `solve` gave them out. Out: lines of the same form, each ending in a line feed.
 */
export async function releasable(lines: readonly string[]): Promise<string> {
  const released: string[] = [];
  for (const line of lines) released.push(`${JSON.stringify(await withoutSecrets(JSON.parse(line)))}\n`);
  return released.join("");
}

async function withoutSecrets(value: unknown): Promise<unknown> {
  if (typeof value === "string") return (await holdsSecret(value)) ? withheldText : value;
  if (Array.isArray(value)) return Promise.all(value.map(withoutSecrets));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(async ([key, field]) => [key, await withoutSecrets(field)] as const);
  return Object.fromEntries(await Promise.all(fields));
}
