import { z } from "zod";

/** Packages of one change that are looked up; of the rest the number is kept. A framework brings some hundreds, and nobody reads those. */
export const packagesMax = 50;

/** UTF-16 code units. The registry allows 214 for a name. */
const nameMax = 214;
const versionMax = 100;
/** Code units that are kept of what the registry's people wrote. */
export const wordsMax = 300;

/** What the registry says of one package that a change brings. Its strings are strangers' text: shown, never believed. */
export const PackageFacts = z.strictObject({
  name: z.string().max(nameMax),
  /** null: no lockfile says which; the facts are those of the version that would be installed today. */
  version: z.string().max(versionMax).nullable(),
  /** The version that was there before; null: the name is new to the repository. */
  before: z.string().max(versionMax).nullable(),
  /** Whether a manifest asks for it by name. */
  direct: z.boolean(),
  /** The popular package that its name could be taken for. */
  resembles: z.string().max(nameMax).nullable(),
  registry: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("known"),
      /** When the name, and this version, were first published; null: the registry does not say. */
      first_release: z.iso.datetime().nullable(),
      released: z.iso.datetime().nullable(),
      /** How many people may publish it. */
      maintainers: z.int().min(0).nullable(),
      /** Whether another account published this version than the one before; null: it does not say, or there is none before. */
      publisher_changed: z.boolean().nullable(),
      /** What the maintainers say of a deprecated version; null: it is not. */
      deprecated: z.string().max(wordsMax).nullable(),
      /** Whether it runs a script when it is installed, and whether the version before did. */
      install_script: z.boolean(),
      install_script_before: z.boolean(),
      /** Whether it names the repository of its source. */
      repository: z.boolean(),
      /** Whether the lockfile's hash is the registry's. `not compared`: there is none, or it is of another kind (yarn's checksums). */
      hash: z.enum(["same", "differs", "not compared"]),
    }),
    /** No such package, or no such version of it. */
    z.strictObject({ kind: z.literal("absent") }),
    /** It was there and was taken down. */
    z.strictObject({ kind: z.literal("unpublished") }),
    /** The registry did not answer for it. */
    z.strictObject({ kind: z.literal("unanswered"), reason: z.string().max(wordsMax) }),
  ]),
});
export type PackageFacts = z.infer<typeof PackageFacts>;

/** What was found out about the packages that a change brings. */
export const Packages = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("looked"),
    /** The time that ages are counted to: when the work was asked for. */
    as_of: z.iso.datetime(),
    packages: z.array(PackageFacts).max(packagesMax),
    /** How many more there were, which nobody looked up. */
    left_out: z.int().min(0),
  }),
  /** The registry could not be asked. Never the same as "nothing found". */
  z.strictObject({ kind: z.literal("not_run"), reason: z.string().min(1).max(wordsMax) }),
  /** The change brings no package. */
  z.strictObject({ kind: z.literal("none") }),
]);
export type Packages = z.infer<typeof Packages>;
