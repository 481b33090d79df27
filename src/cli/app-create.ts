import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { open, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { AirlockError } from "../errors.ts";
import { callbackPath, donePage, formPage, refusedPage } from "./app-create-pages.ts";
import { type AppFile, manifestOf } from "./manifest.ts";
import { Cancelled } from "./verb.ts";

export interface AppCreation {
  /** GitHub's pages and its REST API, without a slash at the end. */
  serverUrl: string;
  apiUrl: string;
  /** The organisation that owns the App; null means the person at the browser. */
  organization: string | null;
  appFile: AppFile;
  name: string;
  /** Where GitHub sends deliveries: the server's public address, or a smee channel. */
  webhookUrl: string;
  /** Whether that address is a smee channel, to which the server must then connect. */
  viaProxy: boolean;
  /** The file to write; it must not exist. */
  envPath: string;
}

export interface AppCreationEffects {
  fetch: typeof fetch;
  /** Unguessable text, at least 32 characters. */
  state: string;
  /** Tells the person one line. */
  tell: (line: string) => void;
  /** Ends the wait. */
  signal: AbortSignal;
}

export interface CreatedApp {
  id: number;
  slug: string;
  /** Account id of the App's bot: the repository variable AIRLOCK_BOT_ID. null when GitHub could not be asked for it. */
  botId: number | null;
  installUrl: string;
}

/** Milliseconds for GitHub to turn the code into an App. */
const conversionTimeoutMs = 30_000;

/**
 * GitHub's manifest flow: a local page posts the manifest, GitHub comes back with a code, the code becomes an App, and its
 * secrets go into a new file that only its owner can read (mode 0600). They are shown nowhere.
 * @throws AirlockError `bad-input` when the file is there already, `github-failed` when GitHub refuses; Cancelled when aborted.
 */
export async function createApp(creation: AppCreation, effects: AppCreationEffects): Promise<CreatedApp> {
  const file = await claimFile(creation.envPath);
  let written = false;
  try {
    const code = await codeFromBrowser(creation, effects);
    const app = await convert(code, creation, effects);
    await file.writeFile(envText(app, creation));
    written = true;
    const botId = await askBotId(app.slug, creation, effects).catch(() => null);
    return { id: app.id, slug: app.slug, botId, installUrl: `${app.html_url}/installations/new` };
  } finally {
    await file.close();
    if (!written) await rm(creation.envPath, { force: true });
  }
}

/** The file is made first: GitHub shows the key once, and a file that cannot be written must be known before. */
async function claimFile(path: string) {
  try {
    return await open(path, "wx", 0o600);
  } catch (cause) {
    throw new AirlockError({
      code: "bad-input",
      message: `${path} cannot be created, or is there already.`,
      fix: "Move that file away first: it may hold the key of another App. Then run this again.",
      cause,
    });
  }
}

/** Serves the page on the loopback interface until GitHub's redirect brings the code with our state. */
async function codeFromBrowser(creation: AppCreation, { state, tell, signal }: AppCreationEffects): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const server = createServer((request, response) => respond(request, response));
  const abort = () => reject(aborted());
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${portOf(server)}`;
  const manifest = manifestOf(creation.appFile, { ...creation, redirectUrl: `http://${host}${callbackPath}` });

  function respond(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", `http://${host}`);
    // Another site may point its own name at this port; only our own address is served, so none can read the state.
    const known = request.headers.host === host && request.method === "GET";
    const code = url.searchParams.get("code") ?? "";
    if (known && url.pathname === "/")
      return page(response, 200, formPage({ action: registrationUrl(creation, state), manifest }));
    if (
      !known ||
      url.pathname !== callbackPath ||
      !sameText(url.searchParams.get("state") ?? "", state) ||
      !/^[\w-]{1,200}$/.test(code)
    ) {
      return page(response, 400, refusedPage);
    }
    page(response, 200, donePage);
    resolve(code);
  }

  try {
    tell(`Open http://${host}/ in a browser that is signed in to ${creation.serverUrl}, and press the button.`);
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
    server.close();
    server.closeIdleConnections();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return address.port;
}

function registrationUrl({ serverUrl, organization }: AppCreation, state: string): string {
  const owner = organization === null ? "" : `/organizations/${encodeURIComponent(organization)}`;
  return `${serverUrl}${owner}/settings/apps/new?state=${encodeURIComponent(state)}`;
}

const Conversion = z.object({
  id: z.int().positive(),
  slug: z.string().regex(/^[a-z0-9-]+$/),
  html_url: z.url(),
  pem: z.string().regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/),
  webhook_secret: z.string().min(1),
});
type Conversion = z.infer<typeof Conversion>;

async function convert(code: string, { apiUrl }: AppCreation, effects: AppCreationEffects): Promise<Conversion> {
  return await ask(Conversion, `${apiUrl}/app-manifests/${code}/conversions`, { method: "POST", effects });
}

async function askBotId(slug: string, { apiUrl }: AppCreation, effects: AppCreationEffects): Promise<number> {
  const Bot = z.object({ id: z.int().positive(), type: z.literal("Bot") });
  return (await ask(Bot, `${apiUrl}/users/${encodeURIComponent(`${slug}[bot]`)}`, { method: "GET", effects })).id;
}

async function ask<Schema extends z.ZodType>(
  schema: Schema,
  url: string,
  { method, effects }: { method: string; effects: AppCreationEffects },
): Promise<z.output<Schema>> {
  const route = `${method} ${new URL(url).pathname.replace(/app-manifests\/[^/]+/, "app-manifests/{code}")}`;
  const failed = (why: string, cause?: unknown) =>
    new AirlockError({
      code: "github-failed",
      message: `${route} ${why}.`,
      fix: "Look at your Apps on GitHub: remove a half-made one, then run this again.",
      cause,
    });
  const headers = { accept: "application/vnd.github+json", "user-agent": "airlock" };
  const signal = AbortSignal.any([effects.signal, AbortSignal.timeout(conversionTimeoutMs)]);
  const response = await effects.fetch(url, { method, headers, signal }).catch((cause: unknown) => {
    throw failed("got no answer", cause);
  });
  if (!response.ok) throw failed(`answered ${response.status}`);
  const parsed = schema.safeParse(await response.json().catch(() => null));
  // The answer holds the key: no part of it may stand in a message.
  if (!parsed.success) throw failed("answered something else than an App");
  return parsed.data;
}

/** The server's settings. Line breaks of the key are written as `\n`, without quotes: Docker's `--env-file` would keep them. */
function envText({ id, pem, webhook_secret }: Conversion, { webhookUrl, viaProxy, apiUrl }: AppCreation): string {
  const lines = [
    `APP_ID=${id}`,
    `WEBHOOK_SECRET=${webhook_secret}`,
    `PRIVATE_KEY=${pem.trim().replaceAll("\n", "\\n")}`,
    ...(viaProxy ? [`WEBHOOK_PROXY_URL=${webhookUrl}`] : []),
    ...(apiUrl === "https://api.github.com" ? [] : [`GITHUB_API_URL=${apiUrl}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    connection: "close",
  });
  response.end(html);
}

function sameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function aborted(): Cancelled {
  return new Cancelled("Stopped before an App was made.");
}
