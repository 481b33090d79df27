import { z } from "zod";
import { Sha } from "../change.ts";

/** Every paper says whose it is; a reader compares all four before it believes a word. */
export const Identity = z.strictObject({
  repository: z.strictObject({
    id: z.int().positive(),
    owner: z.string().min(1),
    name: z.string().min(1),
  }),
  run: z.strictObject({
    /** GitHub's workflow run id; 0 for a local run. */
    id: z.int().min(0),
    attempt: z.int().min(1),
  }),
});
export type Identity = z.infer<typeof Identity>;

export const Role = z.enum(["none", "read", "triage", "write", "maintain", "admin"]);
export type Role = z.infer<typeof Role>;

export const Person = z.strictObject({ id: z.int().positive(), login: z.string().min(1) });
export type Person = z.infer<typeof Person>;

/** A commit and the tree it carries. */
export const Snapshot = z.strictObject({ commit: Sha, tree: Sha });
export type Snapshot = z.infer<typeof Snapshot>;

/** SHA-256 in lower-case hexadecimal. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 digest in hexadecimal");
