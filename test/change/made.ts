import { blobSha, type ChangeEntry, type Mode } from "../../src/change.ts";

/** One side of an entry with its true hash. */
export function side(content: string | Uint8Array, mode: Mode = "100644") {
  const bytes = Buffer.from(content);
  return { mode, sha: blobSha(bytes), content: bytes.toString("base64") };
}

export function added(path: string, content: string | Uint8Array = "x\n", mode: Mode = "100644"): ChangeEntry {
  return { path, before: null, after: side(content, mode) };
}

export function edited(path: string, content: string | Uint8Array = "y\n", mode: Mode = "100644"): ChangeEntry {
  return { path, before: { mode: "100644", sha: blobSha(Buffer.from("x\n")) }, after: side(content, mode) };
}

export function deleted(path: string, mode: Mode = "100644"): ChangeEntry {
  return { path, before: { mode, sha: blobSha(Buffer.from("x\n")) }, after: null };
}
