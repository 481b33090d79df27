import { createHash } from "node:crypto";
import type { Manifest } from "./manifests.ts";

/** What an installed tree depends on. Registry and cache are not part of it: integrity hashes decide the bytes. */
export interface KeyFacts {
  manifests: readonly Manifest[];
  /** Whatever else decides what is installed, in this order: manager, settings that count, install scripts. */
  shape: readonly string[];
  /** The version that `node --version` prints inside. */
  node: string;
  platform: string;
  arch: string;
}

/** SHA-256 in hexadecimal: equal keys may share one installed tree. Pure. */
export function dependencyKey({ manifests, shape, node, platform, arch }: KeyFacts): string {
  const hash = createHash("sha256");
  const add = (part: string | Uint8Array) => {
    const bytes = Buffer.from(part);
    hash.update(`${bytes.byteLength}:`).update(bytes);
  };
  for (const part of ["airlock-dependencies-3", node, platform, arch, String(shape.length), ...shape]) add(part);
  for (const { path, content } of [...manifests].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    add(path);
    add(content);
  }
  return hash.digest("hex");
}
