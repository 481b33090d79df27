import { createHash } from "node:crypto";
import type { Mode } from "../change.ts";

/** A file, link or submodule of a tree, by its whole path. */
export interface TreeFile {
  path: string;
  mode: Mode;
  sha: string;
}

/**
 * The id git gives the tree that holds exactly these files. Pure; nothing has to be there but the ids. In: every file once, in any order;
 * the form is git's own (Documentation: "Git Internals - Git Objects"). The empty list is the empty tree.
 */
export function treeSha(files: readonly TreeFile[]): string {
  return idOf(files.map(({ path, mode, sha }) => ({ parts: path.split("/"), mode, sha })));
}

interface Deep {
  parts: readonly string[];
  mode: string;
  sha: string;
}

function idOf(files: readonly Deep[]): string {
  const entries: { name: Buffer; order: Buffer; mode: string; sha: string }[] = [];
  for (const [name, inside] of Map.groupBy(files, ({ parts }) => parts[0] ?? "")) {
    const [first] = inside;
    const isFile = first !== undefined && inside.length === 1 && first.parts.length === 1;
    const mode = isFile ? first.mode : "40000";
    const sha = isFile ? first.sha : idOf(inside.map(({ parts, ...file }) => ({ parts: parts.slice(1), ...file })));
    // git sorts a folder as if its name ended in a slash.
    entries.push({ name: Buffer.from(name), order: Buffer.from(isFile ? name : `${name}/`), mode, sha });
  }
  entries.sort((a, b) => Buffer.compare(a.order, b.order));
  const body = Buffer.concat(
    entries.flatMap(({ name, mode, sha }) => [
      Buffer.from(`${mode} `),
      name,
      Buffer.from([0]),
      Buffer.from(sha, "hex"),
    ]),
  );
  return createHash("sha1").update(`tree ${body.byteLength}\0`).update(body).digest("hex");
}
