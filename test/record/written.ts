import type { Change } from "../../src/change.ts";
import type { GitHub } from "../../src/github/github.ts";

/** Writes a change onto a base tree, as a run would. Out: the tree. */
export async function written(github: GitHub, base: string, change: Change): Promise<string> {
  for (const { after } of change) if (after !== null) await github.createBlob(Buffer.from(after.content, "base64"));
  const entries = change.map(({ path, before, after }) => ({
    path,
    mode: after?.mode ?? before?.mode ?? "100644",
    sha: after?.sha ?? null,
  }));
  return github.createTree(base, entries);
}
