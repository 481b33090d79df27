import { z } from "zod";
import { type PackageFacts, type Packages, packagesMax, wordsMax } from "../handoff/packages.ts";
import type { AddedPackage } from "../inspect/added-packages.ts";
import { lookAlike } from "../inspect/look-alike.ts";
import { askable, askRegistry, isPossible, type RegistryAsk, unreadable } from "./ask-registry.ts";

const outputBytes = 1024 * 1024;

export interface Lookup extends RegistryAsk {
  added: readonly AddedPackage[];
  /** When the work was asked for, as ISO text: ages are counted to it. */
  asOf: string;
}

/**
 * Asks the registry about the packages that a change brings. A program of ours runs in the sandbox, with the registry as the only host
 * and no file of the repository. An answer that is missing, unreadable or late is said, and never the same as a clean one.
 * @throws SandboxError when the sandbox broke.
 */
export async function lookUpPackages({ sandbox, registry, added, asOf, signal }: Lookup): Promise<Packages> {
  if (added.length === 0) return { kind: "none" };
  const some = added.slice(0, packagesMax);
  const asked = some.map(({ name, version, before }) => ({ name: askable(name), version, before }));
  const told = await askRegistry({ sandbox, registry, signal }, asked, outputBytes);
  if (told.kind === "failed") return notRun(told.reason);
  const answers = readAnswers(told.answers);
  if (answers?.length !== some.length) return notRun(unreadable);
  return factsOf(some, answers, { asOf, leftOut: added.length - some.length });
}

const words = z.string().max(wordsMax).nullable();
const Answer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("known"),
    first_release: z.iso.datetime().nullable(),
    released: z.iso.datetime().nullable(),
    maintainers: z.int().min(0).nullable(),
    publisher: words,
    publisher_before: words,
    deprecated: words,
    install_script: z.boolean(),
    install_script_before: z.boolean(),
    repository: z.boolean(),
    integrity: words,
    shasum: words,
  }),
  z.strictObject({ kind: z.literal("absent") }),
  z.strictObject({ kind: z.literal("unpublished") }),
  z.strictObject({ kind: z.literal("unanswered"), reason: z.string().max(wordsMax) }),
]);
export type Answer = z.infer<typeof Answer>;

function readAnswers(answers: unknown): Answer[] | null {
  const read = z.array(Answer).safeParse(answers);
  return read.success ? read.data : null;
}

/** Answers as facts for the Report. When no package was answered for, the registry was not reached. Pure. */
function factsOf(
  added: readonly AddedPackage[],
  answers: readonly Answer[],
  { asOf, leftOut }: { asOf: string; leftOut: number },
): Packages {
  const [first] = answers;
  if (first?.kind === "unanswered" && answers.every(({ kind }) => kind === "unanswered")) return notRun(first.reason);
  const packages = added.flatMap((one, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [factOf(one, isPossible(one.name) ? answer : { kind: "absent" })];
  });
  return { kind: "looked", as_of: asOf, packages, left_out: leftOut };
}

function factOf(one: AddedPackage, answer: Answer): PackageFacts {
  const { name, direct } = one;
  const cut = (version: string | null): string | null => version?.slice(0, 100) ?? null;
  const about = { name: name.slice(0, 214), version: cut(one.version), before: cut(one.before), direct };
  const resembles = one.before === null ? (lookAlike(name)?.name.slice(0, 214) ?? null) : null;
  if (answer.kind !== "known") return { ...about, resembles, registry: answer };
  const { publisher, publisher_before: previous, integrity, shasum, ...known } = answer;
  const isChanged = publisher === null || previous === null ? null : publisher !== previous;
  const hash = hashOf(one.integrity, integrity, shasum);
  return { ...about, resembles, registry: { ...known, publisher_changed: isChanged, hash } };
}

/** Compared where both sides name the same algorithm. The registry's `shasum` is SHA-1 in hexadecimal. */
export function hashOf(
  locked: string | null,
  integrity: string | null,
  shasum: string | null,
): "same" | "differs" | "not compared" {
  const algorithm = (hash: string): string => hash.split("-")[0] ?? "";
  const sha1 = shasum === null ? [] : [`sha1-${shasum}`, `sha1-${Buffer.from(shasum, "hex").toString("base64")}`];
  const theirs = [...(integrity?.split(" ") ?? []), ...sha1];
  const ours = (locked?.split(" ") ?? []).filter((hash) => theirs.some((one) => algorithm(one) === algorithm(hash)));
  if (ours.length === 0) return "not compared";
  return ours.every((hash) => theirs.includes(hash)) ? "same" : "differs";
}

function notRun(reason: string): Packages {
  return { kind: "not_run", reason: reason.slice(0, wordsMax) };
}
