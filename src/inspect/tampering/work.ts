import type { Source } from "./source.ts";

/** What may still be spent on one file: nodes looked at and characters read. Below 0 what was found is not all there is. */
export interface Work {
  left: number;
}

/**
 * Nodes and characters per character of the file, and a start for short ones. Ordinary tests need about 5. Tests, functions and assertions
 * inside each other are looked at once for each level; this bound keeps every file linear.
 */
const workPerUnit = 100;
const workAtLeast = 1_000_000;

export function workFor({ text }: Source): Work {
  return { left: text.length * workPerUnit + workAtLeast };
}
