/** Markup that is already safe. Everything else is escaped where it is put in. */
export interface Html {
  html: string;
}

type Part = Html | string | number | null | false | Part[];

/** A template whose values are escaped unless they are markup themselves; null and false are nothing, lists are joined. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: strings.map((text, at) => text + (at < parts.length ? textOf(parts[at] ?? null) : "")).join("") };
}

/** Markup that another renderer made safe. */
export function safe(markup: string): Html {
  return { html: markup };
}

export function escape(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => named[character] ?? character);
}

function textOf(part: Part): string {
  if (part === null || part === false) return "";
  if (Array.isArray(part)) return part.map((one) => textOf(one)).join("");
  return typeof part === "object" ? part.html : escape(String(part));
}
