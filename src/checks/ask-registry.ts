import { readFile } from "node:fs/promises";
import type { Limits, Sandbox } from "../../sandbox/sandbox.ts";
import { registryRule, withoutCredentials } from "../environment/install.ts";
import { wordsMax } from "../handoff/packages.ts";

/** Milliseconds for one answer and for all of them. */
const answerTimeoutMs = 30_000;
const allTimeoutMs = 120_000;
/** Bytes of one package's whole document, unpacked; the largest known ones have some 40 MB. */
const documentBytesMax = 96 * 1024 * 1024;
/** Documents that are read at the same time. */
const together = 4;

/** Names that a registry can have, old capital letters included. Anything else is not sent to it. */
const possibleName = /^(?:@[\w.~-]+\/)?[\w.~-]+$/;

export interface RegistryAsk {
  sandbox: Sandbox;
  /** Where npm asks; credentials in it are not sent. */
  registry: URL;
  signal?: AbortSignal | undefined;
}

/** What the program is to tell of one name: the facts of a version, or all its releases. */
export type RegistryQuestion =
  | { name: string; version: string | null; before: string | null }
  | { name: string; releases: true };

export const unreadable = "the look-up gave no readable answer";

/**
 * Asks the registry about some names, by a program of ours in the sandbox, with the registry as the only host and no file of the
 * repository. In: names that passed `askable`; bytes of output that are kept. Out: what it wrote, not read yet, or why it wrote nothing.
 * @throws SandboxError when the sandbox broke.
 */
export async function askRegistry(
  { sandbox, registry, signal }: RegistryAsk,
  packages: readonly RegistryQuestion[],
  outputBytes: number,
): Promise<{ kind: "told"; answers: unknown } | { kind: "failed"; reason: string }> {
  const order = JSON.stringify({
    registry: withoutCredentials(registry).href,
    packages,
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
  if (result.kind === "limit") return failed(`the look-up met a limit: ${result.detail}`);
  if (result.kind !== "exited") return failed(`the look-up ${result.kind}`);
  if (result.exitCode === 127) return failed("node is missing in the sandbox");
  const answers = result.exitCode === 0 ? readJson(result.stdout.text) : undefined;
  return answers === undefined ? failed(unreadable) : { kind: "told", answers };
}

/** The name as it may be sent; for one that no registry can have a name that the program asks nothing under. */
export function askable(name: string): string {
  return isPossible(name) ? name : "-";
}

export function isPossible(name: string): boolean {
  return name.length <= 214 && possibleName.test(name) && !/^\.{1,2}$/.test(name);
}

function readJson(stdout: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

function failed(reason: string): { kind: "failed"; reason: string } {
  return { kind: "failed", reason };
}
