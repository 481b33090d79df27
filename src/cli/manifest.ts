import { z } from "zod";
import { AirlockError } from "../errors.ts";

/** The parts of app.yml from which GitHub makes the App. */
const AppFile = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  url: z.string().min(1),
  public: z.enum(["true", "false"]),
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
 * Reads app.yml, which is ours: `key: value`, one level of `key: value` or `- item` below a key, and comments. Anything else is an
 * error, so that a permission cannot be lost by being misread.
 * @throws AirlockError `bad-input` naming the line.
 */
export function readAppFile(text: string): AppFile {
  const top = new Map<string, Node>();
  let open: Node | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const [, item] = /^ {2}- (\S+)$/.exec(line) ?? [];
    const [, indent, key, value] = /^( {2})?([a-z_]+):(?: (\S.*))?$/.exec(line) ?? [];
    if (item !== undefined && open !== null && open.fields.length === 0) {
      open.items.push(item);
    } else if (key !== undefined && indent === undefined && !top.has(key)) {
      const node: Node = { value: value ?? null, items: [], fields: [] };
      top.set(key, node);
      open = value === undefined ? node : null;
    } else if (
      key !== undefined &&
      value !== undefined &&
      open !== null &&
      open.items.length === 0 &&
      !hasField(open, key)
    ) {
      open.fields.push([key, value]);
    } else {
      throw badFile(`line ${index + 1} is not understood`);
    }
  }
  const parsed = AppFile.safeParse(Object.fromEntries([...top].map(([key, node]) => [key, valueOf(node)])));
  if (!parsed.success) throw badFile(z.prettifyError(parsed.error));
  return parsed.data;
}

/** What stands at a key: a value on its line, or items or fields below it. */
interface Node {
  value: string | null;
  items: string[];
  fields: [string, string][];
}

function hasField({ fields }: Node, key: string): boolean {
  return fields.some(([name]) => name === key);
}

function valueOf({ value, items, fields }: Node): string | string[] | Record<string, string> {
  if (value !== null) return value;
  return items.length > 0 ? items : Object.fromEntries(fields);
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
    public: file.public === "true",
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
