import type { Instruction } from "../handoff/task.ts";

/** Bytes of AGENTS.md files copied into a Task: of one file, of all files. */
const oneFileMax = 64 * 1024;
const allFilesMax = 256 * 1024;

/**
 * Every AGENTS.md of a tree, for the Task; `agent/` decides which of them apply. In: the tree's files and a way to read a blob.
 * Out: the contents, and the paths of files that are over the cap: a file is left out whole, never cut.
 */
export async function collectInstructions(
  files: readonly { path: string; mode: string; sha: string }[],
  readBlob: (sha: string) => Promise<Buffer>,
): Promise<{ instructions: Instruction[]; leftOut: string[] }> {
  const instructions: Instruction[] = [];
  const leftOut: string[] = [];
  let total = 0;
  for (const { path, mode, sha } of files) {
    if (mode !== "100644" || !/(^|\/)AGENTS\.md$/.test(path) || /(^|\/)node_modules\//.test(path)) continue;
    const bytes = await readBlob(sha);
    if (bytes.byteLength > oneFileMax || total + bytes.byteLength > allFilesMax) {
      leftOut.push(path);
      continue;
    }
    total += bytes.byteLength;
    instructions.push({ path, content: bytes.toString("utf8") });
  }
  return { instructions, leftOut };
}
