import { parse } from "yaml";
import { z } from "zod";
import { AirlockError } from "../errors.ts";

/** The parts of app.yml from which GitHub makes the App. */
const AppFile = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  url: z.string().min(1),
  public: z.boolean(),
  default_permissions: z.record(z.string().regex(/^[a-z_]+$/), z.enum(["read", "write"])),
  default_events: z.array(z.string().regex(/^[a-z_]+$/)),
});
export type AppFile = z.infer<typeof AppFile>;

/** What GitHub's manifest flow takes (docs.github.com, "Registering a GitHub App from a manifest"). */
export interface Manifest {
  name: string;
  url: string;
  description: string;
  public: boolean;
  hook_attributes: { url: string; active: boolean };
  redirect_url: string;
  default_permissions: Record<string, "read" | "write">;
  default_events: string[];
}

/**
 * Reads app.yml. Anything but the keys above is an error, so that a permission cannot be lost by being misspelt.
 * @throws AirlockError `bad-input` naming what is wrong.
 */
export function readAppFile(text: string): AppFile {
  let yaml: unknown;
  try {
    yaml = parse(text);
  } catch (cause) {
    throw badFile(cause instanceof Error ? cause.message : String(cause));
  }
  const parsed = AppFile.safeParse(yaml);
  if (!parsed.success) throw badFile(z.prettifyError(parsed.error));
  return parsed.data;
}

/** The manifest of one App. In: app.yml, the App's own name, where deliveries go, and where the browser returns. */
export function manifestOf(
  file: AppFile,
  { name, webhookUrl, redirectUrl }: { name: string; webhookUrl: string; redirectUrl: string },
): Manifest {
  return {
    name,
    url: file.url,
    description: file.description,
    public: file.public,
    hook_attributes: { url: webhookUrl, active: true },
    redirect_url: redirectUrl,
    default_permissions: file.default_permissions,
    default_events: file.default_events,
  };
}

function badFile(why: string): AirlockError {
  return new AirlockError({
    code: "bad-input",
    message: `app.yml cannot be read: ${why}.`,
    fix: "Use the app.yml of the release you run, unchanged.",
  });
}
