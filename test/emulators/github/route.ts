import { Refusal, notFound } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Identity } from "./identity.ts";
import type { Account, App, Issue, Permissions, Repository, State } from "./state.ts";
import { covers, permissionsOn } from "./tokens.ts";

/** One request of the REST API, already compared with GitHub's schema. */
export interface Ask {
  state: State;
  identity: Identity;
  url: URL;
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  accept: string;
}

/** A permission by GitHub's name. Several in a list: any of them is enough. */
export interface Want {
  name: string;
  access: Permissions[string];
}

/** `jwt`: the App itself. `anyone`: no credential needed. Else a token with one of these permissions on the repository. */
export type Need = "jwt" | "anyone" | "token" | ((ask: Ask) => Want[]);

export interface Route {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  need: Need;
  run: (ask: Ask) => Answer;
}

export const read = (name: string) => (): Want[] => [{ name, access: "read" }];
export const write = (name: string) => (): Want[] => [{ name, access: "write" }];

/** Conversation of an issue needs `issues`; that of a pull request opens with `pull_requests` too. */
export function conversation(access: Permissions[string]): (ask: Ask) => Want[] {
  return (ask) => {
    const issue = issueAsked(ask);
    const wants: Want[] = [{ name: "issues", access }];
    return issue === null || issue.pull !== null ? [...wants, { name: "pull_requests", access }] : wants;
  };
}

/** Labels belong to both issues and pull requests. */
export function issuesOrPulls(access: Permissions[string]): () => Want[] {
  return () => [
    { name: "issues", access },
    { name: "pull_requests", access },
  ];
}

/**
 * Lets a request through or refuses it in GitHub's words: 401 without a credential, 404 for a repository the token
 * does not open, 403 "Resource not accessible by integration" for a missing permission.
 */
export function authorise(ask: Ask, need: Need): void {
  if (need === "anyone") return;
  const { identity } = ask;
  if (isPublicRead(ask, need)) return;
  if (need === "jwt") {
    if (identity.kind !== "app") throw new Refusal(401, "A JSON web token could not be decoded");
    return;
  }
  if (identity.kind === "anonymous") throw new Refusal(401, "Requires authentication");
  if (identity.kind === "app")
    throw new Refusal(401, "A JSON web token could not be used here; ask with an installation token");
  if (need === "token") return;
  const granted = permissionsOn(identity.token, repositoryAsked(ask));
  if (granted["metadata"] === undefined) throw notFound();
  const wants = need(ask);
  if (wants.some(({ name, access }) => covers(granted, name, access))) return;
  const message =
    identity.token.kind === "user"
      ? "Must have write access to this repository."
      : "Resource not accessible by integration";
  const accepted = wants.map(({ name, access }) => `${name}=${access}`).join("; ");
  throw new Refusal(403, message, { headers: { "X-Accepted-GitHub-Permissions": accepted } });
}

/** What a public repository shows to everybody. */
function isPublicRead(ask: Ask, need: Need): boolean {
  if (typeof need === "string" || ask.identity.kind === "app" || repositoryAsked(ask).private) return false;
  return need(ask).every(({ access }) => access === "read");
}

/** @throws Refusal 404 when there is no such repository. */
export function repositoryAsked({ state, params }: Ask): Repository {
  const [owner, name] = [(params["owner"] ?? "").toLowerCase(), (params["repo"] ?? "").toLowerCase()];
  const found = state.repositories.find(
    (one) => one.owner.login.toLowerCase() === owner && one.name.toLowerCase() === name,
  );
  if (found === undefined) throw notFound();
  return found;
}

/** The account a token acts as, and the App behind it. */
export function actor({ identity }: Ask): { account: Account; app: App | null } {
  if (identity.kind !== "token") throw new Refusal(401, "Requires authentication");
  return { account: identity.token.account, app: identity.token.app };
}

export function param(ask: Ask, name: string): string {
  return ask.params[name] ?? "";
}

/** The body in the shape GitHub's schema gives it: the schema check came before. An absent body reads as an empty one. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each route names the shape of its own body
export function bodyAs<Body>(ask: Ask): Body {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked against GitHub's schema at the door
  return (ask.body ?? {}) as Body;
}

/** A number in the path; the schema check made sure that it is one. */
export function numeric(ask: Ask, name: string): number {
  return Number(ask.params[name]);
}

function issueAsked(ask: Ask): Issue | null {
  const repository = repositoryAsked(ask);
  if (ask.params["issue_number"] !== undefined) {
    return repository.issues.find((issue) => issue.number === numeric(ask, "issue_number")) ?? null;
  }
  const comment = repository.comments.find((one) => one.id === numeric(ask, "comment_id"));
  return repository.issues.find((issue) => issue.number === comment?.issue) ?? null;
}
