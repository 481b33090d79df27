import { z } from "zod";

/** Rows of a paper for its own phase, and as many for the installation before it. What comes after is not counted any more. */
export const networkRowsMax = 50;

/**
 * Requests to leave the sandbox, equal ones counted together. Never a path or a query. The host was chosen inside: a stranger's
 * text, which is shown and decides nothing.
 */
export const NetworkRow = z.strictObject({
  host: z.string().max(255),
  port: z.int().min(0).max(65_535),
  /** CONNECT, or the method of plain HTTP. */
  method: z.string().max(20),
  allowed: z.boolean(),
  /** `allowed`, or a word that begins with `blocked-by-` and what may follow it. */
  reason: z.string().max(200),
  count: z.int().min(1),
  /** `prepare`: an installation or a setup command asked. Absent: a command of the paper's own phase. */
  where: z.literal("prepare").optional(),
});
export type NetworkRow = z.infer<typeof NetworkRow>;

/** Without rows of `prepare` empty when nothing was opened: then there is no way out that could be asked. */
export const NetworkRows = z.array(NetworkRow).max(2 * networkRowsMax);
