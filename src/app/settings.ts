import { z } from "zod";
import { AirlockError } from "../errors.ts";

/** Everything the server is told from outside. */
export interface Settings {
  appId: number;
  /** PEM text. */
  privateKey: string;
  webhookSecret: string;
  /** Port to listen on; 0 lets the system choose. */
  port: number;
  apiUrl: string;
  /** A smee channel, for development behind a firewall; null means GitHub reaches the server itself. */
  webhookProxyUrl: string | null;
}

const text = z.string().trim().min(1);
const Environment = z.object({
  APP_ID: text.regex(/^[1-9]\d{0,15}$/, "expected the App's number"),
  PRIVATE_KEY: text.optional(),
  PRIVATE_KEY_PATH: text.optional(),
  WEBHOOK_SECRET: text.refine((secret) => secret !== "development", "the word `development` is no secret"),
  PORT: text.regex(/^\d{1,5}$/, "expected a port number").default("3000"),
  GITHUB_API_URL: z.url({ protocol: /^https?$/ }).default("https://api.github.com"),
  WEBHOOK_PROXY_URL: z.url({ protocol: /^https?$/ }).optional(),
});

/**
 * Reads the settings. In: the environment and a way to read the key's file. An empty variable counts as missing. Without a
 * webhook secret there is no start: whoever finds the address could then write deliveries.
 * @throws AirlockError `app-misconfigured` naming each variable that is missing or wrong, never its value.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${given[String(path[0])] === undefined ? "missing" : message}`,
    );
    // Told together with the others, so that nobody starts the server once per variable.
    const noKey = given["PRIVATE_KEY"] === undefined && given["PRIVATE_KEY_PATH"] === undefined;
    throw misconfigured([...problems, ...(noKey ? [keyMissing] : [])].join("; "));
  }
  const { data } = parsed;
  return {
    appId: Number(data.APP_ID),
    privateKey: privateKey(data, readFile),
    webhookSecret: data.WEBHOOK_SECRET,
    port: Number(data.PORT),
    apiUrl: data.GITHUB_API_URL,
    webhookProxyUrl: data.WEBHOOK_PROXY_URL ?? null,
  };
}

const keyMissing = "PRIVATE_KEY: missing (or set PRIVATE_KEY_PATH)";

function privateKey(
  { PRIVATE_KEY, PRIVATE_KEY_PATH }: z.output<typeof Environment>,
  readFile: (path: string) => string,
): string {
  const pem = PRIVATE_KEY ?? (PRIVATE_KEY_PATH === undefined ? null : readKey(PRIVATE_KEY_PATH, readFile));
  if (pem === null) throw misconfigured(keyMissing);
  // Many hosts cannot store line breaks in a variable and carry `\n` instead.
  const text = pem.replaceAll("\\n", "\n").trim();
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+-----END [A-Z ]*PRIVATE KEY-----$/.test(text)) {
    throw misconfigured("PRIVATE_KEY: it is not the whole PEM text of a private key");
  }
  return text;
}

function readKey(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (cause) {
    throw misconfigured(`PRIVATE_KEY_PATH: ${path} cannot be read`, cause);
  }
}

function misconfigured(why: string, cause?: unknown): AirlockError {
  return new AirlockError({
    code: "app-misconfigured",
    message: `The app cannot start: ${why}.`,
    fix: "Run `airlock app create`, which writes these variables to .env, or set them from the App's settings page.",
    cause,
  });
}
