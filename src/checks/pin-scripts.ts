import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ReadOnlyMount } from "../../sandbox/sandbox.ts";
import { workspaceInside } from "../../sandbox/sandbox.ts";
import { jsonObject } from "../inspect/json.ts";
import { writeOwnedFile } from "../workspace/owned.ts";
import type { Store } from "../workspace/store.ts";
import { listTree, readBlobs, type TreeFile } from "../workspace/tree.ts";

/** Bytes of all pinned files of a repository together; more is no set of manifests. */
const pinnedBytesMax = 16 * 1024 * 1024;

/** Files that a package manager reads when it runs a script: the first redefines scripts, the others how they are started. */
const manifestName = /(^|\/)package\.json$/;
const settingsName = /(^|\/)(\.npmrc|\.yarnrc|\.yarnrc\.yml|bunfig\.toml)$/;

export type Pinned =
  | { kind: "pinned"; mounts: ReadOnlyMount[] }
  /** Nobody can say what a trusted script would start in this tree; one sentence why. */
  | { kind: "unreadable"; reason: string };

/**
 * A trusted script may call others (`npm run lint:types`). These would be read from the tree under check, where the change
 * could have redefined them; so every package.json there whose scripts differ from the trusted ones is covered, inside the
 * sandbox only, by a copy that has the trusted scripts. Package manager settings (`node-options`, `script-shell`) are covered by the
 * trusted ones whole, by nothing where there are none. The files themselves stay as they are.
 * Out: the mounts, none in the usual case. A package.json that the trusted commit does not have keeps its own scripts.
 */
export async function pinScripts(store: Store, trusted: string, tree: string): Promise<Pinned> {
  if (trusted === tree) return { kind: "pinned", mounts: [] };
  const before = new Map((await listTree(store, trusted)).filter(steers).map((file) => [file.path, file]));
  const differing = (await listTree(store, tree)).filter(steers).flatMap((now) => {
    const was = before.get(now.path) ?? null;
    return was?.sha === now.sha && was.mode === now.mode ? [] : [{ now, was }];
  });
  const files = differing.flatMap(({ now, was }) => [now, ...(was === null ? [] : [was])]).filter(isFile);
  const shas = files.map(({ sha }) => sha);
  const blobs = await readBlobs(store, shas, pinnedBytesMax);
  const textOf = (file: TreeFile | null) =>
    file === null || !isFile(file) ? null : (blobs.get(file.sha)?.toString("utf8") ?? null);
  const mounts: ReadOnlyMount[] = [];
  for (const { now, was } of differing) {
    if (!isFile(now)) return unreadable(now.path, "is no plain file");
    const pinned = manifestName.test(now.path)
      ? withTrustedScripts(textOf(now) ?? "", textOf(was))
      : withTrustedSettings(textOf(was));
    if (pinned.kind === "unreadable") return unreadable(now.path, "is not a JSON object");
    if (pinned.kind === "same") continue;
    const host = join(store.directory, `pinned-${randomUUID()}`);
    await writeOwnedFile(host, pinned.text, store.runAs);
    mounts.push({ host, inside: `${workspaceInside}/${now.path}` });
  }
  return { kind: "pinned", mounts };
}

type Pin = { kind: "same" } | { kind: "pinned"; text: string } | { kind: "unreadable" };

/**
 * The manifest with the trusted manifest's scripts. In: null for a manifest that the trusted commit does not have. Both are read
 * as npm reads them, a byte order mark included: what npm understands must not escape here as "no JSON".
 */
export function withTrustedScripts(manifest: string, trusted: string | null): Pin {
  if (trusted === null) return { kind: "same" };
  const here = jsonObject(manifest);
  const there = jsonObject(trusted);
  // npm runs no script of a manifest that it cannot read: one that was broken before had none.
  if (here === null) return { kind: there === null ? "same" : "unreadable" };
  const { scripts: mine, ...rest } = here;
  const theirs = there?.["scripts"];
  if (JSON.stringify(mine) === JSON.stringify(theirs)) return { kind: "same" };
  const scripts = theirs === undefined ? {} : { scripts: theirs };
  return { kind: "pinned", text: `${JSON.stringify({ ...rest, ...scripts }, null, 2)}\n` };
}

function withTrustedSettings(trusted: string | null): Pin {
  return { kind: "pinned", text: trusted ?? "" };
}

/** What is committed below node_modules is covered by the installation, and no script is run from there by its name. */
function steers({ path }: TreeFile): boolean {
  return !/(^|\/)node_modules\//.test(path) && (manifestName.test(path) || settingsName.test(path));
}

function isFile({ mode }: TreeFile): boolean {
  return mode === "100644" || mode === "100755";
}

function unreadable(path: string, why: string): Pinned {
  const reason = `${JSON.stringify(path)} ${why}, so nobody can say which scripts would run`;
  return { kind: "unreadable", reason };
}
