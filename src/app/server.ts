import { readFileSync } from "node:fs";
import { explain } from "../errors.ts";
import { createLog } from "./log.ts";
import { readSettings } from "./settings.ts";
import { startApp } from "./start.ts";

/** `npm start`: the webhook server. Settings come from the environment, and from `.env` where that has none. */

const log = createLog((line) => process.stdout.write(`${line}\n`), Date.now);

/** Exit code of a broken environment. */
const broken = 3;

try {
  loadEnvFile();
  const app = await startApp(
    readSettings(process.env, (path) => readFileSync(path, "utf8")),
    log,
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      app[Symbol.asyncDispose]().then(() => process.exit(0), fail);
    });
  }
} catch (thrown) {
  fail(thrown);
}

function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
  }
}

function fail(thrown: unknown): void {
  const { code, message, fix } = explain(thrown);
  // Said once: to a person as text, to whatever collects lines as a line.
  if (process.stderr.isTTY) process.stderr.write(`${message}\n  fix: ${fix}\n`);
  else log.error("app.failed", { code, why: message, fix });
  process.exit(broken);
}
