import type { Change } from "../change.ts";
import { validateChange } from "../change/validate.ts";
import type { Finding } from "../handoff/finding.ts";
import type { Solution } from "../handoff/solution.ts";
import type { Task } from "../handoff/task.ts";
import { findingOf } from "../inspect/finding-id.ts";
import { scanSecrets, scanText } from "../inspect/secrets.ts";
import { redact } from "../text/redact.ts";
import { holdsSecret } from "./holds-secret.ts";
import type { Kept } from "./sealable.ts";

/**
 * Why these states may not leave this job, as findings of the first that may not, which quote no secret. Empty: all of them may.
 * In: the state and every other one that would be shown, all words that would leave with them, and the values this process holds.
 */
export async function blockingFindings(
  states: readonly Pick<Kept, "change" | "before">[],
  words: Words,
  { task, known }: { task: Task; known: readonly string[] },
): Promise<Finding[]> {
  for (const state of states) {
    const blocking = await blockingOne(state, words, { task, known });
    if (blocking.length > 0) return blocking;
  }
  return [];
}

async function blockingOne(
  { change, before }: Pick<Kept, "change" | "before">,
  words: Words,
  { task, known }: { task: Task; known: readonly string[] },
): Promise<Finding[]> {
  const problems = problemsOf(change, task, before);
  // Too large to be carried is too large to be read: the scan would be the next thing to flood.
  const flood = problems.filter(({ rule }) => rule === "change-files" || rule === "change-bytes");
  if (flood.length > 0) return flood;
  const secrets = [
    ...(await scanSecrets(change, before)),
    ...(await scanWords(words)),
    ...knownValues(change, words, known),
  ].filter(({ level }) => level === "block");
  // A validator's finding quotes paths. Beside a secret nothing is quoted: the secret may stand in any of them.
  const shown = secrets.length > 0 ? secrets : problems;
  return shown.map((finding) => ({
    ...finding,
    path: redact(finding.path, known),
    message: redact(finding.message, known),
  }));
}

/** Violations as they may leave this job. What the sweep says quotes names that the model chose. */
export async function sayable(violations: readonly string[], known: readonly string[]): Promise<string[]> {
  const said: string[] = [];
  for (const violation of violations) {
    const hidden = await holdsSecret(violation);
    said.push(hidden ? "Removed something whose name holds a secret." : redact(violation, known));
  }
  return said;
}

function problemsOf(change: Change, { config }: Task, before: Kept["before"]): Finding[] {
  const { change_files: filesMax, change_bytes: bytesMax } = config.limits;
  const valid = validateChange(change, { filesMax, bytesMax, before });
  if (valid.kind === "valid") return [];
  return valid.problems.map(({ path, rule, message }) =>
    findingOf({ rule, level: "block", path, line: null, message, before: null, after: null }),
  );
}

/** All model text that a Solution carries. */
export interface Words {
  summary: string;
  reasons: { path: string; reason: string }[];
  notes: string;
  look_at: string[];
  answer?: string;
  analysis?: { cause: string; evidence: { file: string; excerpt: string }[]; fix: string };
  plan?: Solution["plan"];
  ending: string;
  /** Answers to points of a review. */
  answered: { id: string; subject: string; reply: string }[];
}

async function scanWords(words: Words): Promise<Finding[]> {
  const text = [
    words.summary,
    words.notes,
    words.answer ?? "",
    ...(words.analysis?.evidence ?? []).map(({ file, excerpt }) => `${file}: ${excerpt}`),
    words.analysis?.cause ?? "",
    words.analysis?.fix ?? "",
    ...planWords(words),
    words.ending,
    ...words.look_at,
    ...words.answered.flatMap(({ id, subject, reply }) => [id, subject, reply]),
    ...words.reasons.map(({ path, reason }) => `${path}: ${reason}`),
  ].join("\n");
  return scanText("the agent's notes", text);
}

function planWords({ plan }: Words): string[] {
  if (plan === undefined) return [];
  return [...plan.steps.flatMap(({ what, files }) => [what, ...files]), ...plan.risks, plan.notes];
}

/** A value this process holds can only stand in the work if a wall broke: that ends the run, whatever the patterns say. */
function knownValues(change: Change, words: object, known: readonly string[]): Finding[] {
  const texts = [
    JSON.stringify(words),
    ...change.map(({ path }) => path),
    ...change.map(({ after }) => (after === null ? "" : Buffer.from(after.content, "base64").toString("latin1"))),
  ];
  if (!known.some((value) => value !== "" && texts.some((text) => text.includes(value)))) return [];
  const message = "A credential of this job stands in the work.";
  return [findingOf({ rule: "secret", level: "block", path: "", line: null, message, before: null, after: null })];
}
