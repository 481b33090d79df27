import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** Runs once before all tests: stories start what users start, the built programs. */
export default async function setup(): Promise<void> {
  await build();
}

/** Builds the action, the server and the command line into dist/. */
export async function build(): Promise<void> {
  const root = path.dirname(import.meta.dirname);
  const program = path.join(root, "node_modules/.bin/rolldown");
  await promisify(execFile)(program, ["--config", "rolldown.config.ts"], { cwd: root });
}
