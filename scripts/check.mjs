// npm run check: every static check, all of them even when one fails, with a summary. Exit code 1 when any failed.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = path.join(root, "node_modules", ".bin");
const checks = [
  ["types", "tsc", "--noEmit"],
  ["lint", "oxlint", "--type-aware", "--deny-warnings"],
  ["format", "oxfmt", "--check"],
  ["dead code", "knip"],
];

const results = await Promise.all(checks.map(([name, program, ...args]) => run(name, program, args)));
for (const { name, ok, ms } of results) console.log(`${ok ? "✓" : "✗"} ${name.padEnd(10)} ${(ms / 1000).toFixed(1)} s`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

/** Runs one tool to its end; what it printed is shown in one piece, and only when it failed. */
function run(name, program, args) {
  const started = Date.now();
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` };
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(path.join(bin, program), args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    const end = (ok) => {
      if (!ok)
        console.log(`── ${name}: ${program} ${args.join(" ")}\n${Buffer.concat(output).toString("utf8").trimEnd()}\n`);
      resolve({ name, ok, ms: Date.now() - started });
    };
    child.on("error", (error) => {
      output.push(Buffer.from(error.message));
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}
