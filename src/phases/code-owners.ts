import { type CodeOwners, codeownersBytesMax, codeownersPath, parseCodeowners } from "../policy/codeowners.ts";

/**
 * CODEOWNERS of the trusted tree; null when there is none. In: the tree's files and a way to read a blob. What cannot be read as
 * a plain file counts as one unreadable line, so that a person is asked.
 */
export async function trustedOwners(
  files: readonly { path: string; mode: string; sha: string }[],
  readBlob: (sha: string) => Promise<Uint8Array>,
): Promise<CodeOwners | null> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const path = codeownersPath(byPath);
  const file = path === null ? undefined : byPath.get(path);
  if (path === null || file === undefined) return null;
  if (!file.mode.startsWith("100"))
    return { file: path, rules: [], unreadable: [{ line: 1, why: "it is no plain file" }] };
  const bytes = await readBlob(file.sha);
  return parseCodeowners(
    path,
    Buffer.from(bytes)
      .subarray(0, codeownersBytesMax + 1)
      .toString("utf8"),
  );
}
