// node scripts/run.mjs <program> [arguments]: runs a program with node_modules/.bin first on PATH, so that it and all it
// starts use the Node that package-lock.json names. Needed because a shell that has found `node` once (for the set-up step)
// goes on using that one. Plain JavaScript for Node 18 and later. The exit code is the program's own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const wantedMajor = 24;
const bin = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "node_modules", ".bin");
const [program, ...args] = process.argv.slice(2);

if (program === undefined) stop(2, "usage: node scripts/run.mjs <program> [arguments]");
if (!existsSync(path.join(bin, "node")) && Number(process.versions.node.split(".")[0]) < wantedMajor)
  stop(
    3,
    `Node ${wantedMajor} is needed, this is ${process.versions.node}, and node_modules has none for ${process.platform} ${process.arch}.\nInstall it: https://nodejs.org/en/download`,
  );

const child = spawn(program, args, {
  stdio: "inherit",
  env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` },
});
// A terminal sends Ctrl-C to the child as well; other signals come to this process alone.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => stop(3, `${program} cannot be started: ${error.message}`));
child.on("close", (code, signal) => (signal === null ? process.exit(code) : endBy(signal)));

/** Ends as the child did, so that a shell sees the same signal. */
function endBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function stop(code, text) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}
