import { randomBytes } from "node:crypto";
import { actionsApp, atLeast, roleOf } from "./accounts.ts";
import { Refusal } from "./answer.ts";
import type { Account, Installation, Permissions, Repository, State, Token } from "./state.ts";

const hourMs = 3_600_000;
/** A job token dies with its job, at the latest after a day. */
const jobTokenMs = 24 * hourMs;

/**
 * An installation token, narrowed as asked.
 * @throws Refusal 422 when more is asked than the installation has.
 */
export function installationToken(
  state: State,
  installation: Installation,
  asked: { permissions?: Permissions; repositories?: Set<number> },
): Token {
  const granted = installation.app.permissions;
  const permissions = asked.permissions ?? granted;
  for (const [name, access] of Object.entries(permissions)) {
    if (!covers(granted, name, access)) {
      throw new Refusal(422, "The permissions requested are not granted to this installation.");
    }
  }
  const repositories = asked.repositories ?? installation.repositories;
  for (const id of repositories) {
    if (!installation.repositories.has(id)) {
      throw new Refusal(
        422,
        "There is at least one repository that does not exist or is not accessible to the parent installation.",
      );
    }
  }
  return keep(state, {
    value: tokenText(installation.app.id),
    kind: "installation",
    account: installation.app.bot,
    app: installation.app,
    installation,
    repositories: new Set(repositories),
    permissions: { ...permissions, metadata: "read" },
    expiresAt: state.now() + hourMs,
    asked: 0,
  });
}

/** What a job of GitHub Actions gets as `GITHUB_TOKEN`: one repository, exactly these permissions. */
export function jobToken(state: State, repository: Repository, permissions: Permissions): Token {
  const app = actionsApp(state);
  return keep(state, {
    value: tokenText(app.id),
    kind: "job",
    account: app.bot,
    app,
    installation: null,
    repositories: new Set([repository.id]),
    permissions: { ...permissions, metadata: "read" },
    expiresAt: state.now() + jobTokenMs,
    asked: 0,
  });
}

/** A person's token; what it may do is the person's role at the moment of asking. */
export function userToken(state: State, account: Account): Token {
  const value = `ghp_${alphanumeric(36)}`;
  const none = { app: null, installation: null, repositories: null, permissions: {}, asked: 0 };
  return keep(state, { value, kind: "user", account, ...none, expiresAt: Number.POSITIVE_INFINITY });
}

/** The token's permissions on a repository; empty when it does not open it. */
export function permissionsOn(token: Token, repository: Repository): Permissions {
  if (token.repositories !== null) return token.repositories.has(repository.id) ? token.permissions : {};
  const role = roleOf(repository, token.account);
  if (role === "none") return {};
  const read: Permissions = {
    metadata: "read",
    contents: "read",
    issues: "read",
    pull_requests: "read",
    actions: "read",
    checks: "read",
  };
  if (!atLeast(role, "write")) return { ...read, issues: "write" };
  const settings: Permissions = {
    actions_variables: "read",
    secrets: "read",
    ...(role === "admin" ? { administration: "read" } : {}),
  };
  return {
    ...settings,
    ...read,
    contents: "write",
    issues: "write",
    pull_requests: "write",
    actions: "write",
    workflows: "write",
  };
}

export function covers(granted: Permissions, name: string, access: "read" | "write"): boolean {
  const has = granted[name];
  return has === "write" || (has === "read" && access === "read");
}

/** The token behind a text; null when unknown, revoked or expired. */
export function findToken(state: State, value: string): Token | null {
  const token = state.tokens.get(value);
  return token !== undefined && token.expiresAt > state.now() ? token : null;
}

function keep(state: State, token: Token): Token {
  state.tokens.set(token.value, token);
  return token;
}

/** The long form of 2026: `ghs_<app>_` and a JSON web token, some 520 characters with dots, dashes and underscores. */
function tokenText(appId: number): string {
  const part = (text: string): string => Buffer.from(text).toString("base64url");
  const claims = JSON.stringify({ iss: "embedded", app: appId, jti: randomBytes(32).toString("hex") });
  const head = JSON.stringify({ alg: "RS256", typ: "JWT", kid: "embedded" });
  return `ghs_${appId}_${part(head)}.${part(claims)}.${randomBytes(192).toString("base64url")}`;
}

function alphanumeric(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from(randomBytes(length))
    .map((byte) => alphabet[byte % alphabet.length] ?? "")
    .join("");
}
