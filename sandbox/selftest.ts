import { chown, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { readlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Option } from "./argv.ts";
import { attemptWords } from "./attempts.ts";
import { environmentInside } from "./environment.ts";
import { openListeners } from "./listeners.ts";
import { probeScript } from "./probe-script.ts";
import { judgeProbes } from "./probe.ts";
import { runCommand } from "./run.ts";
import { SandboxError } from "./sandbox.ts";
import { architectureOf } from "./seccomp.ts";
import { makeUserDirectory } from "./statedir.ts";
import type { Establishment } from "./run.ts";
import type { Limits, Probe, Profile } from "./sandbox.ts";

const limits: Limits = { timeoutMs: 30_000, output: { headBytes: 65_536, tailBytes: 65_536 } };

/**
 * Starts real sandboxes and looks whether they hold. In: overlays that are mounted as well, outside the workspace. Out: every probe with
 * what was seen; the caller decides.
 * @throws SandboxError when no sandbox starts at all.
 */
export async function proveSandbox(host: Establishment, overlays: Profile["overlays"] = []): Promise<Probe[]> {
  const directory = await makeUserDirectory(join(host.stateDir, "selftest"), host.user);
  try {
    return [...(await probeInside(host, { directory, overlays })), await probeSymlinkedMountPoint(host, directory)];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function probeInside(
  host: Establishment,
  { directory, overlays }: { directory: string; overlays: NonNullable<Profile["overlays"]> },
): Promise<Probe[]> {
  const workspace = await makeWorkspace(host, directory);
  const canary = join(directory, "canary");
  await writeFile(canary, "");
  await using listeners = await openListeners(workspace);
  const architecture = architectureOf(process.arch);
  const attempts = architecture === null ? [] : attemptWords(architecture, listeners.connections);
  const words = ["/bin/sh", "-c", probeScript, "sh", ...hiddenPaths(canary), "--", ...attempts];
  const profile: Profile = { workspace: { host: workspace, mode: "workspace-write" }, overlays, limits };
  const result = await runCommand(host, profile, words);
  return judgeProbes(result.stdout.text, {
    hostNamespaces: namespaces(),
    uid: host.user.uid,
    // The shell adds these two by itself.
    environment: [...Object.keys(environmentInside({}, null)), "PWD", "_"],
    disableUserns: host.bwrap.disableUserns,
    init: host.bwrap.path,
    reached: listeners.reached(),
  });
}

async function makeWorkspace({ user }: Establishment, directory: string): Promise<string> {
  const workspace = join(directory, "workspace");
  const directories = ["", ".git", ".agents", "tree", "data", ...deepPath("a/b/c/d/e/f/.git/hooks")];
  const files = {
    ".git/config": "[core]\n",
    "a/b/c/d/e/f/.git/config": "[core]\n",
    // A worktree: what `.git` points to must be guarded as well.
    "tree/.git": "gitdir: ../data\n",
    "data/config": "[core]\n",
  };
  for (const path of directories) await mkdir(join(workspace, path));
  for (const [path, content] of Object.entries(files)) await writeFile(join(workspace, path), content);
  if (process.getuid?.() === 0) {
    for (const path of [...directories, ...Object.keys(files)]) await chown(join(workspace, path), user.uid, user.gid);
  }
  return workspace;
}

function deepPath(path: string): string[] {
  return path.split("/").map((_step, index, steps) => steps.slice(0, index + 1).join("/"));
}

/** Paths of the host that no sandbox may see. Homes that lie in a system directory are left out. */
function hiddenPaths(canary: string): string[] {
  const homes = ownHome().filter((home) => !home.startsWith("/usr") && home !== "/" && home !== "/tmp");
  return [canary, "/home", "/root", "/mnt", "/srv", "/var/lib", "/var/run/docker.sock", "/run/docker.sock", ...homes];
}

/** None for a user id without an account, as containers have them. */
function ownHome(): string[] {
  try {
    return [userInfo().homedir];
  } catch {
    return [];
  }
}

function namespaces(): Record<string, string> {
  return Object.fromEntries(
    ["user", "pid", "net", "ipc", "uts", "mnt", "cgroup"].map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)]),
  );
}

/**
 * CVE-2026-87766: bwrap that creates a mount point below a committed link writes on the host. The link leads to a directory
 * of ours; whether this bwrap is affected is told, what must hold is that our own preparation refuses the mount.
 */
async function probeSymlinkedMountPoint(host: Establishment, directory: string): Promise<Probe> {
  const name = "a symlinked mount point is refused (CVE-2026-87766)";
  const out = await makeUserDirectory(join(directory, "out"), host.user);
  const workspace = await makeUserDirectory(join(directory, "linked"), host.user);
  await symlink(join("/oldroot", out), join(workspace, "link"));
  const profile = { workspace: { host: workspace, mode: "workspace-write" as const }, limits };
  const attempt = async (scratch: string[], raw: string[]) => {
    const weakened = { ...host, weaken: (options: Option[]) => options.toSpliced(-4, 0, raw) };
    return runCommand(raw.length > 0 ? weakened : host, { ...profile, scratch }, ["/bin/true"]).catch(
      (error: unknown) => error,
    );
  };
  const answer = await attempt(["/workspace/repo/link/probe"], []);
  const untouched = (await readdir(out)).length === 0;
  await attempt([], ["--dir", "/workspace/repo/link/probe"]);
  const affected = (await readdir(out)).length > 0;
  const held = answer instanceof SandboxError && untouched;
  return {
    name,
    held,
    ...(held ? {} : { fix: "Upgrade bubblewrap to 0.12 or newer, or to your distribution's patched build." }),
    detail: affected
      ? "this bubblewrap follows such a link, so an upgrade is advised; Airlock never lets it create a mount point"
      : "this bubblewrap refuses it too",
  };
}
