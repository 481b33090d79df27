import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";
import type { BuiltinAction } from "./builtin-actions.ts";
import { StepFailure } from "./limit.ts";

/**
 * `actions/upload-artifact` for one file or one directory. Hidden files are left out unless asked for; links are followed;
 * nothing found is a warning, an error or nothing, by `if-no-files-found`.
 */
export const uploadArtifact: BuiltinAction = async ({ inputs, run, workspace, log }) => {
  const name = inputs["name"] || "artifact";
  if (/["<>|*?:\r\n\\/]/.test(name)) throw new StepFailure(`The artifact name is not valid: ${name}`);
  if (!inputs["path"]) throw new StepFailure("Input required and not supplied: path");
  const source = path.resolve(workspace, inputs["path"]);
  const files = await collect(source, inputs["include-hidden-files"] === "true");
  if (Object.keys(files).length === 0) return nothingFound(inputs["if-no-files-found"] || "warn", source, log);
  const zip = Buffer.from(zipSync(files, { level: 6 }));
  const { id, digest } = await run.saveArtifact({ name, zip, attempt: run.attempt });
  log(
    `Artifact ${name} has been uploaded: ${Object.keys(files).length} files, ${zip.byteLength} bytes, id ${id}, ${digest}`,
  );
  const url = `${run.serverUrl}/${run.repository.owner}/${run.repository.name}/actions/runs/${run.id}/artifacts/${id}`;
  return { "artifact-id": String(id), "artifact-url": url, "artifact-digest": digest.replace(/^sha256:/, "") };
};

function nothingFound(answer: string, source: string, log: (line: string) => void): Record<string, string> {
  const message = `No files were found with the provided path: ${source}. No artifacts will be uploaded.`;
  if (answer === "error") throw new StepFailure(message);
  if (answer === "warn") log(`##[warning]${message}`);
  return {};
}

/** Files by their name in the archive: below a directory relative to it, a single file by its own name. */
async function collect(source: string, hidden: boolean): Promise<Record<string, Uint8Array>> {
  const found = await stat(source).catch(() => null);
  if (found === null) return {};
  if (found.isFile()) return { [path.basename(source)]: await readFile(source) };
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(source, file);
    if (!hidden && name.split(path.sep).some((part) => part.startsWith("."))) continue;
    if ((await stat(file)).isFile()) files[name] = await readFile(file);
  }
  return files;
}
