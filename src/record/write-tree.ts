import { type Change, contentOf } from "../change.ts";
import { AirlockError } from "../errors.ts";
import type { GitHub } from "../github/github.ts";

/**
 * Writes a Change's blobs, and the tree that it makes of a base tree. Writing again writes the same objects.
 * @throws AirlockError `tree-mismatch` when GitHub builds another tree than the verified one.
 */
export async function writeTree(
  github: GitHub,
  { base, change }: { base: string; change: Change },
  verified: string,
): Promise<string> {
  const entries = [];
  for (const entry of change) {
    const bytes = contentOf(entry);
    const mode = entry.after?.mode ?? entry.before?.mode ?? "100644";
    entries.push({ path: entry.path, mode, sha: bytes === null ? null : await github.createBlob(bytes) });
  }
  const tree = await github.createTree(base, entries);
  if (tree === verified) return tree;
  throw new AirlockError({
    code: "tree-mismatch",
    message: `GitHub built tree ${tree}, but tree ${verified} was verified.`,
    fix: "Nothing was pushed. Ask again; if it repeats, report it with the run's papers.",
  });
}
