import { z } from "zod";
import { wordsMax } from "../handoff/packages.ts";
import { askable, askRegistry, type RegistryAsk, unreadable } from "./ask-registry.ts";

/** Bytes of the answers to one question about `togetherMax` names: the longest known histories have some 4,000 versions of 60 bytes. */
const outputBytes = 24 * 1024 * 1024;
/** Names in one question; their documents are held in memory a few at a time. */
const togetherMax = 50;

const Known = z.strictObject({
  kind: z.literal("releases"),
  latest: z.string().max(wordsMax).nullable(),
  releases: z.array(
    z.strictObject({
      version: z.string().max(wordsMax),
      /** When it was published; null: the registry does not say. */
      released: z.iso.datetime().nullable(),
      deprecated: z.boolean(),
    }),
  ),
});
const Answer = z.discriminatedUnion("kind", [
  Known,
  z.strictObject({ kind: z.literal("absent") }),
  z.strictObject({ kind: z.literal("unpublished") }),
  z.strictObject({ kind: z.literal("unanswered"), reason: z.string().max(wordsMax) }),
]);

/** Every version that the registry has of one name, or why that is not known. */
export type ReleasesAnswer = z.infer<typeof Answer>;

/**
 * Asks the registry which versions it has of some names, and when each was published. Out: one answer per name, in order.
 * @throws SandboxError when the sandbox broke.
 */
export async function lookUpReleases(ask: RegistryAsk, names: readonly string[]): Promise<ReleasesAnswer[]> {
  const answers: ReleasesAnswer[] = [];
  for (let at = 0; at < names.length; at += togetherMax) {
    const some = names.slice(at, at + togetherMax);
    answers.push(...(await askSome(ask, some)));
  }
  return answers;
}

async function askSome(ask: RegistryAsk, names: readonly string[]): Promise<ReleasesAnswer[]> {
  const unanswered = (reason: string) =>
    names.map(() => ({ kind: "unanswered" as const, reason: reason.slice(0, wordsMax) }));
  const questions = names.map((name) => ({ name: askable(name), releases: true as const }));
  const told = await askRegistry(ask, questions, outputBytes);
  if (told.kind === "failed") return unanswered(told.reason);
  const read = z.array(Answer).length(names.length).safeParse(told.answers);
  return read.success ? read.data : unanswered(unreadable);
}
