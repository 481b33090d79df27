import { z } from "zod";

export const FindingLevel = z.enum(["block", "warn", "info"]);

/** Something a rule saw in a Change. Never carries a secret's value. */
export const Finding = z.strictObject({
  /** Short hash of rule, path, before and after: stable across runs. */
  id: z.string().regex(/^[0-9a-f]{12}$/),
  rule: z.string().min(1),
  level: FindingLevel,
  path: z.string(),
  /** 1-based; null when the finding is about the whole entry. */
  line: z.int().min(1).nullable(),
  /** One sentence for a reviewer. */
  message: z.string().min(1),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type Finding = z.infer<typeof Finding>;
