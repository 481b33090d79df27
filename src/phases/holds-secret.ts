import { scanText } from "../inspect/secrets.ts";

/**
 * Whether the scan finds a secret in a text that is no file: a sentence that quotes a name, a call's arguments, a command's output.
 * The scan knows bare values by the end of their line, so what stands between quotes and slashes is looked at alone as well.
 */
export async function holdsSecret(text: string): Promise<boolean> {
  const whole = [text, ...quoted(text)];
  const parts = whole.flatMap((one) => one.split(/["'`/]/));
  return (await scanText("", [...whole, ...parts].join("\n"))).length > 0;
}

/** The texts inside a text that is JSON, as a call's arguments are: their quotes and line ends are escaped, which hides a secret from the scan. */
function quoted(text: string): string[] {
  try {
    return textsIn(JSON.parse(text));
  } catch {
    return [];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, field]) => [key, ...textsIn(field)]);
}
