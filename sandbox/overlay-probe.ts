import { chmod, chown, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { runCommand } from "./run.ts";
import { makeUserDirectory } from "./statedir.ts";
import type { Establishment } from "./run.ts";
import type { Limits, OverlaySupport } from "./sandbox.ts";

const limits: Limits = { timeoutMs: 30_000, output: { headBytes: 8_192, tailBytes: 8_192 } };
const inside = "/workspace/view";

/** Adds, changes, deletes, then reads back; and shows that the longer way to bwrap leaves no privilege, filter or variable behind. */
const script = `cd ${inside} && echo new > added && echo changed > kept && rm gone && mkdir below && mv added below && cat below/added kept && ls -A
sed -n 's/^\\(CapEff\\|CapBnd\\|NoNewPrivs\\|Seccomp\\):[[:space:]]*//p' /proc/self/status
tr '\\0' '\\n' < /proc/1/environ`;
const expected = `new
changed
below
kept
0000000000000000
0000000000000000
1
2
PATH=/usr/bin:/bin
`;

/**
 * Tries each way to mount a writable view, and takes the first that works: AppArmor may let bwrap make user namespaces and not
 * `unshare`. Out: `none` with what was seen. Never throws for what the machine refuses.
 */
export async function probeOverlay(host: Establishment): Promise<OverlaySupport> {
  const ways: OverlaySupport[] = [
    ...(host.overlayPrograms === null ? [] : [{ kind: "user-namespace" as const }]),
    ...(host.bwrap.overlay ? [{ kind: "bwrap" as const }] : []),
  ];
  const reasons = host.overlayPrograms === null ? ["unshare, mount or env is not on PATH"] : [];
  for (const overlay of ways) {
    const fault = await attempt({ ...host, overlay });
    if (fault === null) return overlay;
    reasons.push(`${overlay.kind}: ${fault}`);
  }
  return { kind: "none", reason: reasons.join("; ") };
}

/** Null when the view worked and its lower directory stayed as it was. */
async function attempt(host: Establishment): Promise<string | null> {
  const directory = await makeUserDirectory(join(host.stateDir, `view-${randomUUID()}`), host.user);
  try {
    const [lower = "", upper = "", work = ""] = await Promise.all(
      ["lower", "upper", "work"].map((name) => makeUserDirectory(join(directory, name), host.user)),
    );
    for (const name of ["kept", "gone"]) await writeOwned(join(lower, name), host);
    const overlays = [{ inside, lower, upper, work }];
    const result = await runCommand(host, { overlays, limits }, ["/bin/sh", "-c", script]);
    if (result.stdout.text !== expected) return lastWords(result.stderr.text || result.stdout.text);
    const left = (await readdir(lower)).sort().join(" ");
    const same = (await readFile(join(lower, "kept"), "utf8")) === "kept\n" && left === "gone kept";
    return same ? null : "what was written reached the lower directory";
  } catch (error) {
    return lastWords(error instanceof Error ? error.message : String(error));
  } finally {
    // The kernel leaves a directory there that its own owner cannot list.
    await chmod(join(directory, "work/work"), 0o700).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeOwned(path: string, { user }: Establishment): Promise<void> {
  await writeFile(path, "kept\n");
  if (process.getuid?.() === 0) await chown(path, user.uid, user.gid);
}

function lastWords(text: string): string {
  return text.trim().split("\n").slice(-3).join(" ").slice(0, 300) || "no answer";
}
