import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { unzipSync } from "fflate";
import type { BuiltinAction } from "./builtin-actions.ts";
import type { StoredArtifact } from "./dispatched-run.ts";
import { own } from "./job-directories.ts";
import { EmulatorLimit, StepFailure } from "./limit.ts";

/** `actions/download-artifact` for one artifact of the same run by its id: its files land directly in `path`. */
export const downloadArtifact: BuiltinAction = async ({ inputs, run, workspace, user, log }) => {
  if (inputs["name"] || !inputs["artifact-ids"])
    throw new EmulatorLimit("download-artifact is imitated for artifact-ids only");
  const id = Number(inputs["artifact-ids"]);
  if (!Number.isSafeInteger(id) || id <= 0) throw new StepFailure(`Invalid artifact ID: '${inputs["artifact-ids"]}'`);
  const artifact = await run.readArtifact(id);
  if (artifact === null) throw new StepFailure(`None of the provided artifact IDs were found: ${id}`);
  const directory = path.resolve(workspace, inputs["path"] || ".");
  await extract(artifact, directory, log);
  await own(directory, user);
  log(`Artifact ${artifact.name} (${artifact.zip.byteLength} bytes) was extracted to ${directory}`);
  return { "download-path": directory };
};

/** A wrong digest is only a warning with the real action, which is why papers carry their own digest. */
async function extract(artifact: StoredArtifact, directory: string, log: (line: string) => void): Promise<void> {
  const digest = `sha256:${createHash("sha256").update(artifact.zip).digest("hex")}`;
  if (digest !== artifact.digest) log(`##[warning]digest mismatch: expected ${artifact.digest}, got ${digest}`);
  await mkdir(directory, { recursive: true });
  for (const [name, bytes] of Object.entries(unzipSync(artifact.zip))) {
    const file = path.resolve(directory, name);
    if (!file.startsWith(directory + path.sep)) throw new StepFailure(`the archive has a path outside: ${name}`);
    if (name.endsWith("/")) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
