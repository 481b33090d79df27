import type { Change } from "../change.ts";
import { contentsBefore } from "../workspace/local.ts";
import { viewRepository } from "../workspace/store.ts";

/**
 * The base's bytes of every path in a Change, from git objects on this machine. In: a directory in or above a repository that
 * holds them; a directory of ours for what is borrowed, emptied again.
 */
export async function baseContents(source: string, change: Change, dir: string): Promise<Map<string, Buffer | null>> {
  await using view = await viewRepository(source, dir);
  return await contentsBefore(view, change);
}
