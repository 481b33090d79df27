import { createHash } from "node:crypto";
import { z } from "zod";
import { AirlockError } from "../errors.ts";
import { canonical } from "./canonical.ts";
import type { Identity } from "./identity.ts";

/** Bytes a paper may have (design §7). */
export const paperBytesMax = 64 * 1024 * 1024;

/** Problems of a paper that are told, and UTF-16 code units of them. */
const issuesShown = 5;
const explanationUnitsMax = 1_000;

export interface Sealed {
  bytes: Buffer;
  /** SHA-256 of the bytes; travels as a job output, never beside the paper. */
  digest: string;
}

/**
 * Turns a paper into the bytes that cross to the next job.
 * @throws AirlockError `bad-paper` when the paper does not fit its own schema, `paper-too-large` above 64 MB.
 */
export function seal<Schema extends z.ZodType>(schema: Schema, paper: z.input<Schema>): Sealed {
  const checked = schema.safeParse(paper);
  if (!checked.success) throw badPaper(`a paper to be written does not fit its schema: ${problemsOf(checked.error)}`);
  const bytes = Buffer.from(`${canonical(checked.data)}\n`, "utf8");
  if (bytes.byteLength > paperBytesMax) throw tooLarge(bytes.byteLength);
  return { bytes, digest: sha256(bytes) };
}

/**
 * Reads a paper that another job made. The order is the security order: size, digest, JSON, schema, identity.
 * @throws AirlockError when the size, the digest (`paper-digest-mismatch`), the schema (`bad-paper`) or the
 *   repository, run or attempt (`paper-wrong-run`) is not the expected one.
 */
export function open<Schema extends z.ZodType<Identity>>(
  schema: Schema,
  bytes: Uint8Array,
  expected: { digest: string; identity: Identity },
): z.output<Schema> {
  if (bytes.byteLength > paperBytesMax) throw tooLarge(bytes.byteLength);
  const digest = sha256(bytes);
  if (digest !== expected.digest) {
    throw new AirlockError({
      code: "paper-digest-mismatch",
      message: `The paper has digest ${digest}, but the job that made it announced ${expected.digest || "none"}.`,
      fix: "The artifact was changed between the jobs or belongs to another run. Ask again; if it repeats, look for another workflow that writes this run's artifacts.",
    });
  }
  const paper = read(schema, bytes);
  const wanted = canonical(identityOf(expected.identity));
  const found = canonical(identityOf(paper));
  if (wanted !== found) {
    throw new AirlockError({
      code: "paper-wrong-run",
      message: `The paper belongs to ${found}, expected ${wanted}.`,
      fix: "A paper is valid only in the run and attempt that made it. Start a new run by commenting again.",
    });
  }
  return paper;
}

/** Parses a paper by its schema without the digest: for display only, never for a decision. */
export function read<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw badPaper("it is not JSON", cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw badPaper(problemsOf(parsed.error));
  return parsed.data;
}

/** The first problems and how many there are: the paper may come from a job that was taken over, and be made of problems. */
function problemsOf({ issues }: z.ZodError): string {
  const shown = z.prettifyError(new z.ZodError(issues.slice(0, issuesShown))).slice(0, explanationUnitsMax);
  return issues.length > issuesShown ? `${shown}\nand ${issues.length - issuesShown} more problems` : shown;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function identityOf({ repository, run }: Identity): Identity {
  return { repository, run };
}

function badPaper(why: string, cause?: unknown): AirlockError {
  return new AirlockError({
    code: "bad-paper",
    message: `A paper cannot be read: ${why}`,
    fix: "Both jobs must run the same version of Airlock. Pin one commit of the action in every job of the workflow.",
    cause,
  });
}

function tooLarge(bytes: number): AirlockError {
  return new AirlockError({
    code: "paper-too-large",
    message: `A paper has ${bytes} bytes, more than the ${paperBytesMax} allowed.`,
    fix: "Lower `limits.change_bytes`, or ask for a smaller change.",
  });
}
