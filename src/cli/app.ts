import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { AirlockError } from "../errors.ts";
import { createApp } from "./app-create.ts";
import { readAppFile } from "./manifest.ts";
import { exitCode, UsageError, type Verb } from "./verb.ts";

export const verb: Verb = {
  usage:
    "app create --webhook-url URL [--name NAME] [--organization ORG] [--env FILE] [--server-url URL] [--api-url URL]",
  summary:
    "Prints a local address to open in a browser that is signed in to GitHub; creates the App there and writes its secrets to .env (mode 0600). A smee.io channel works as URL.",
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args,
      options: {
        "webhook-url": { type: "string" },
        name: { type: "string", default: "airlock" },
        organization: { type: "string" },
        env: { type: "string", default: ".env" },
        "server-url": { type: "string", default: "https://github.com" },
        "api-url": { type: "string", default: "https://api.github.com" },
      },
      allowPositionals: true,
    });
    if (positionals.join(" ") !== "create") throw new UsageError("the only action is `create`");
    const webhookUrl = address("--webhook-url", values["webhook-url"]);
    const app = await createApp(
      {
        serverUrl: address("--server-url", values["server-url"]),
        apiUrl: address("--api-url", values["api-url"]),
        organization: values.organization ?? null,
        appFile: readAppFile(await appFile()),
        name: values.name,
        webhookUrl,
        viaProxy: new URL(webhookUrl).hostname === "smee.io",
        envPath: resolve(terminal.cwd, values.env),
      },
      { fetch, state: randomBytes(32).toString("hex"), tell: terminal.out, signal: terminal.signal },
    );
    for (const line of nextSteps(app, resolve(terminal.cwd, values.env))) terminal.out(line);
    return exitCode.done;
  },
};

function nextSteps(app: Awaited<ReturnType<typeof createApp>>, envPath: string): string[] {
  const bot = app.botId === null ? `the id that GitHub's /users/${app.slug}[bot] names` : String(app.botId);
  return [
    `The App ${app.slug} (id ${app.id}) exists; its secrets are in ${envPath}.`,
    `1. Install it on your repository: ${app.installUrl}`,
    `2. Set the repository's variable AIRLOCK_BOT_ID to ${bot}`,
    "3. Start the server: npm start",
  ];
}

function address(option: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${option} is missing`);
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw new UsageError(`${option} takes an http or https address`);
  return value.replace(/\/+$/, "");
}

/** app.yml lies at the top of the package, beside `dist/` and above `src/cli/`. */
async function appFile(): Promise<string> {
  for (const place of ["../app.yml", "../../app.yml"]) {
    const text = await readFile(new URL(place, import.meta.url), "utf8").catch(() => null);
    if (text !== null) return text;
  }
  throw new AirlockError({
    code: "internal",
    message: "app.yml is missing from this installation.",
    fix: "Install Airlock again.",
  });
}
