/** What goes back over HTTP. `json: undefined` with `text: undefined` is an empty body. */
export interface Answer {
  status: number;
  json?: unknown;
  text?: string;
  bytes?: Buffer;
  headers?: Record<string, string>;
}

export function ok(json: unknown): Answer {
  return { status: 200, json };
}

export function created(json: unknown): Answer {
  return { status: 201, json };
}

export function empty(status = 204): Answer {
  return { status };
}

/** A refusal in GitHub's words; thrown by handlers, answered by the server. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: unknown[] | null;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, more: { errors?: unknown[]; headers?: Record<string, string> } = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.errors = more.errors ?? null;
    this.headers = more.headers ?? {};
  }
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** `422 Validation Failed` as GitHub's resources answer it. */
export function invalid(resource: string, field: string, code: string, message?: string): Refusal {
  const error = { resource, field, code, ...(message === undefined ? {} : { message }) };
  return new Refusal(422, "Validation Failed", { errors: [error] });
}

/** The body of a refusal. */
export function refusalJson(refusal: Refusal, documentation: string): Record<string, unknown> {
  return {
    message: refusal.message,
    ...(refusal.errors === null ? {} : { errors: refusal.errors }),
    documentation_url: documentation,
    status: String(refusal.status),
  };
}

const perPageDefault = 30;
const perPageMax = 100;

/** One page of a list with GitHub's `Link` header. `wrap` puts the page into an object such as `{total_count, artifacts}`. */
export function page<Item>(
  items: readonly Item[],
  asked: { url: URL; show: (item: Item) => unknown; wrap?: (shown: unknown[], total: number) => unknown },
): Answer {
  const size = Math.min(Number(asked.url.searchParams.get("per_page") ?? perPageDefault) || perPageDefault, perPageMax);
  const number = Math.max(Number(asked.url.searchParams.get("page") ?? 1) || 1, 1);
  const shown = items.slice((number - 1) * size, number * size).map((item) => asked.show(item));
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = linkHeader(asked.url, number, last);
  return { ...ok(asked.wrap ? asked.wrap(shown, items.length) : shown), headers: link === "" ? {} : { Link: link } };
}

function linkHeader(url: URL, number: number, last: number): string {
  const to = (page: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(page));
    return `<${target.href}>; rel="${rel}"`;
  };
  const back = number > 1 ? [to(number - 1, "prev"), to(1, "first")] : [];
  const on = number < last ? [to(number + 1, "next"), to(last, "last")] : [];
  return [...back, ...on].join(", ");
}
