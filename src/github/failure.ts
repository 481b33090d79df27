import { z } from "zod";
import { AirlockError } from "../errors.ts";

/** What an Octokit client throws, as far as it is read. A failed connection has a made-up status and no response. */
const Thrown = z.object({
  status: z.number().optional(),
  message: z.string().optional(),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.unknown() }).optional(),
});

const GraphqlThrown = z.object({
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).min(1),
});

export interface HttpFailure {
  /** null when no answer arrived: the outcome of a write is then unknown. */
  status: number | null;
  headers: Readonly<Record<string, unknown>>;
  message: string;
}

/** The facts of a failed request. In: whatever the client threw, or the AirlockError made from it. */
export function httpFailure(thrown: unknown): HttpFailure {
  const raw = thrown instanceof AirlockError ? thrown.cause : thrown;
  const parsed = Thrown.safeParse(raw);
  if (!parsed.success) return { status: null, headers: {}, message: String(raw) };
  const { status, response, message } = parsed.data;
  return {
    status: response === undefined ? null : (status ?? null),
    headers: response?.headers ?? {},
    message: message ?? "",
  };
}

/** The HTTP status GitHub answered with; null when none arrived or the thrown value is no failed request. */
export function statusOf(thrown: unknown): number | null {
  return httpFailure(thrown).status;
}

/** Whether a failed write may nevertheless have happened: no answer, an unreadable one, or one that blames GitHub itself. */
export function outcomeUnknown(thrown: unknown): boolean {
  if (!(thrown instanceof AirlockError)) return false;
  if (thrown.code === "github-unreadable") return true;
  if (thrown.code !== "github-failed") return false;
  const graphql = GraphqlThrown.safeParse(thrown.cause);
  // A refusal names its kind; "Something went wrong" has none.
  if (graphql.success) return graphql.data.errors.some(({ type }) => type === undefined);
  const status = statusOf(thrown);
  return status === null || status >= 500;
}

/** Whether GitHub turned the request away for its rate, which means that it did not happen. */
export function rateLimited({ status, headers, message }: HttpFailure): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    "retry-after" in headers ||
    headers["x-ratelimit-remaining"] === "0" ||
    /secondary rate|abuse detection/i.test(message)
  );
}

/** Turns what a client threw into an error that says what to change. An AirlockError passes unchanged. */
export function failure(route: string, thrown: unknown): AirlockError {
  if (thrown instanceof AirlockError) return thrown;
  const graphql = GraphqlThrown.safeParse(thrown);
  if (graphql.success) return fromGraphql(graphql.data.errors, thrown);
  const facts = httpFailure(thrown);
  const said = `${route} ${facts.status === null ? "got no answer" : `answered ${facts.status}`}: ${oneLine(facts.message)}`;
  if (rateLimited(facts))
    return failed(
      `${said} (rate limit${resetOf(facts)})`,
      "Wait until GitHub's rate limit resets, then ask again.",
      thrown,
    );
  switch (facts.status) {
    case 401:
      return forbidden(
        said,
        "The token is not valid (any more). Check APP_ID and PRIVATE_KEY, or the job's token.",
        thrown,
      );
    case 403:
      return forbidden(said, noPulls.test(facts.message) ? pullsFix : permissionFix(facts), thrown);
    case 404:
    case 410:
      return failed(
        said,
        "Check that the repository, branch or object still exists and that the app is installed on it.",
        thrown,
      );
    case 422:
      return failed(said, "GitHub refused these values; the message names them.", thrown);
    case null:
      return failed(said, "Check the network between Airlock and GitHub, then ask again.", thrown);
  }
  const fix =
    facts.status >= 500
      ? "GitHub has a disturbance (githubstatus.com). Ask again later."
      : "The message names the cause.";
  return failed(said, fix, thrown);
}

/** An answer that cannot be believed: cut short, of another shape, or contradicting itself. */
export function unreadable(route: string, why: string): AirlockError {
  return new AirlockError({
    code: "github-unreadable",
    message: `The answer of ${route} cannot be used: ${why}.`,
    fix: "Ask again. If it repeats, something between Airlock and GitHub changes answers, or GitHub changed its API.",
  });
}

function fromGraphql(errors: { type?: string | undefined; message: string }[], cause: unknown): AirlockError {
  const said = `POST /graphql answered errors: ${oneLine(errors.map(({ message }) => message).join("; "))}`;
  const denied = errors.some(({ type }) => type === "FORBIDDEN" || type === "INSUFFICIENT_SCOPES");
  return denied
    ? forbidden(said, "The installation lacks a permission. Accept the app's requested permissions.", cause)
    : failed(said, "Ask again. If it repeats, GitHub changed its API.", cause);
}

/** GitHub's words where the switch for it is off, which looks like a missing permission and is none. */
const noPulls = /not permitted to create (?:or approve )?pull requests/i;
const pullsFix =
  "Tick “Allow GitHub Actions to create and approve pull requests” in the repository's Settings → Actions → General " +
  "(greyed out there: first in the organisation's settings), then ask again.";

function permissionFix({ headers }: HttpFailure): string {
  const needed = headers["x-accepted-github-permissions"];
  return typeof needed === "string" && needed !== ""
    ? `Give the app or job the permission ${needed}, and accept it on the installation.`
    : "Check the app's permissions on this repository, and that it is not archived or locked.";
}

function resetOf({ headers }: HttpFailure): string {
  const reset = Number(headers["x-ratelimit-reset"]);
  return Number.isFinite(reset) && reset > 0 ? `, resets at ${new Date(reset * 1000).toISOString()}` : "";
}

function failed(message: string, fix: string, cause: unknown): AirlockError {
  return new AirlockError({ code: "github-failed", message, fix, cause });
}

function forbidden(message: string, fix: string, cause: unknown): AirlockError {
  return new AirlockError({ code: "github-forbidden", message, fix, cause });
}

/** GitHub's words, for a log line: one line, at most 300 characters. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
