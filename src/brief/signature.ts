import { sha256 } from "../handoff/seal.ts";

/** Hexadecimal digits of a signature: 64 bits tell the failures of one repository apart. */
const digits = 16;

/** What differs from run to run, and what stands in its place. The order counts: what is longer is taken first. */
const changing: readonly [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, "<time>"],
  [/\b\d\d?:\d\d:\d\d(?:\.\d+)?\b/g, "<time>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "<id>"],
  [/\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b/gi, "<hash>"],
  // The runner's own directories, and temporary ones.
  [/(?:\/home\/runner\/work|\/Users\/runner\/work|[A-Z]:\\a)[\\/][^\\/\s]+[\\/][^\\/\s]+[\\/]/g, ""],
  [/(?:\/tmp|\/var\/folders|\/private\/tmp)\/[^\s'")]*/g, "<temporary>"],
  // Lines and columns.
  [/\((\d+),(\d+)\)/g, "(<line>)"],
  [/:\d+(?::\d+)?(?=\D|$)/g, ":<line>"],
  [/\b\d+:\d+\b/g, "<line>"],
  [/\b\d+(?:\.\d+)?\s?(?:ms|s|sec|seconds|m|min|minutes|h|hours)\b/g, "<time>"],
  [/\b\d+(?:\.\d+)*\b/g, "<n>"],
];

/** An error without what changes from run to run although the error is the same: moments, durations, hashes, lines and numbers. Pure. */
export function normalised(error: string): string {
  const text = changing.reduce((left, [pattern, mark]) => left.replaceAll(pattern, mark), error);
  return text.replaceAll(/\s+/g, " ").trim();
}

/** Names a way to fail. The cells of a matrix are one job: `test (22, ubuntu)` fails as `test (24, ubuntu)` does. Pure. */
export function signatureOf(failure: { workflow: string; job: string; step: string | null; error: string }): string {
  const { workflow, job, step, error } = failure;
  const parts = [workflow, job.replace(/ \([^()]*\)$/, ""), step ?? "", normalised(error)];
  return sha256(parts.join("\n")).slice(0, digits);
}
