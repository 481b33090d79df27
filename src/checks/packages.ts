import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Limits, Sandbox } from "../../sandbox/sandbox.ts";
import { registryRule, withoutCredentials } from "../environment/install.ts";
import { type PackageFacts, type Packages, packagesMax, wordsMax } from "../handoff/packages.ts";
import type { AddedPackage } from "../inspect/added-packages.ts";
import { lookAlike } from "../inspect/look-alike.ts";

/** Milliseconds for one answer and for all of them. */
const answerTimeoutMs = 30_000;
const allTimeoutMs = 120_000;
/** Bytes of one package's whole document, unpacked; the largest known ones have some 40 MB. */
const documentBytesMax = 96 * 1024 * 1024;
/** Documents that are read at the same time. */
const together = 4;
const outputBytes = 1024 * 1024;

/** Names that a registry can have, old capital letters included. Anything else is not sent to it. */
const possibleName = /^(?:@[\w.~-]+\/)?[\w.~-]+$/;

export interface Lookup {
  sandbox: Sandbox;
  /** Where npm asks; credentials in it are not sent. */
  registry: URL;
  added: readonly AddedPackage[];
  /** When the work was asked for, as ISO text: ages are counted to it. */
  asOf: string;
  signal?: AbortSignal | undefined;
}

/**
 * Asks the registry about the packages that a change brings. A program of ours runs in the sandbox, with the registry as the only host
 * and no file of the repository. An answer that is missing, unreadable or late is said, and never the same as a clean one.
 * @throws SandboxError when the sandbox broke.
 */
export async function lookUpPackages({ sandbox, registry, added, asOf, signal }: Lookup): Promise<Packages> {
  if (added.length === 0) return { kind: "none" };
  const some = added.slice(0, packagesMax);
  const order = JSON.stringify({
    registry: withoutCredentials(registry).href,
    packages: some.map(({ name, version, before }) => ({
      // The program asks for nothing under a name that is none.
      name: isPossible(name) ? name : "-",
      version,
      before,
    })),
    bytesMax: documentBytesMax,
    timeoutMs: answerTimeoutMs,
    together,
    wordsMax,
  });
  const limits: Limits = { timeoutMs: allTimeoutMs, output: { headBytes: outputBytes, tailBytes: 1024 } };
  const result = await sandbox.run(
    { egress: { rule: registryRule(registry) }, limits },
    ["node", "--input-type=module", "-", order],
    {
      stdin: await readFile(new URL("./ask-registry.mjs", import.meta.url)),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (result.kind === "limit") return notRun(`the look-up met a limit: ${result.detail}`);
  if (result.kind !== "exited") return notRun(`the look-up ${result.kind}`);
  if (result.exitCode === 127) return notRun("node is missing in the sandbox");
  const answers = readAnswers(result.stdout.text);
  if (result.exitCode !== 0 || answers?.length !== some.length) return notRun("the look-up gave no readable answer");
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

function readAnswers(stdout: string): Answer[] | null {
  try {
    const read = z.array(Answer).safeParse(JSON.parse(stdout));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
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

function isPossible(name: string): boolean {
  return name.length <= 214 && possibleName.test(name) && !/^\.{1,2}$/.test(name);
}

function notRun(reason: string): Packages {
  return { kind: "not_run", reason: reason.slice(0, wordsMax) };
}
