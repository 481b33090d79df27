import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { Refusal } from "./answer.ts";
import type { Account, App, Installation, NewApp, Repository, RoleName, State } from "./state.ts";
import { actionsAppId, actionsBotId, nextId } from "./ids.ts";

/** Creates an account; numeric ids follow the order of calls. @throws Error when the login is taken. */
export function addAccount(state: State, login: string, type: Account["type"] = "User"): Account {
  if (accountOf(state, login)) throw new Error(`the login ${login} is taken`);
  const account: Account = { id: nextId(state, "account"), login, type, createdAt: state.now() };
  state.accounts.push(account);
  return account;
}

export function accountOf(state: State, login: string): Account | null {
  return state.accounts.find((account) => account.login.toLowerCase() === login.toLowerCase()) ?? null;
}

/** @throws Error for a login nobody created: a story that misspells a name must not pass. */
export function person(state: State, login: string): Account {
  const found = accountOf(state, login);
  if (found === null) throw new Error(`nobody has the login ${login}; call hub.addUser first`);
  return found;
}

export function createApp(state: State, options: NewApp): App {
  if (state.apps.some((app) => app.slug === options.slug)) throw new Error(`the App ${options.slug} exists already`);
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const id = nextId(state, "app");
  const bot = addAccount(state, `${options.slug}[bot]`, "Bot");
  const app: App = {
    id,
    slug: options.slug,
    name: options.name ?? options.slug,
    owner: options.owner ?? accountOf(state, "github") ?? addAccount(state, "github", "Organization"),
    bot,
    botId: bot.id,
    permissions: { metadata: "read", ...options.permissions },
    events: options.events,
    clientId: `Iv23li${createHash("sha256").update(options.slug).digest("hex").slice(0, 14)}`,
    privateKeyPem: keys.privateKey,
    publicKeyPem: keys.publicKey,
    webhookUrl: options.webhookUrl ?? null,
    webhookSecret: options.webhookSecret,
    homepage: options.homepage ?? `${state.url}/apps/${options.slug}`,
    createdAt: state.now(),
  };
  state.apps.push(app);
  return app;
}

/** The App behind every job token: GitHub Actions itself. It has no key anyone could use. */
export function actionsApp(state: State): App {
  const found = state.apps.find((app) => app.id === actionsAppId);
  if (found) return found;
  const owner = accountOf(state, "github") ?? addAccount(state, "github", "Organization");
  const createdAt = state.now();
  const bot: Account = { id: actionsBotId, login: "github-actions[bot]", type: "Bot", createdAt };
  state.accounts.push(bot);
  const app: App = {
    id: actionsAppId,
    slug: "github-actions",
    name: "GitHub Actions",
    owner,
    bot,
    botId: bot.id,
    permissions: {},
    events: [],
    clientId: "Iv1.actions",
    privateKeyPem: "",
    publicKeyPem: "",
    webhookUrl: null,
    webhookSecret: randomBytes(16).toString("hex"),
    homepage: `${state.url}/features/actions`,
    createdAt,
  };
  state.apps.push(app);
  return app;
}

/** Installs an App on a repository; a second repository of the same owner joins the same installation. */
export function install(state: State, app: App, repository: Repository): Installation {
  const found = state.installations.find((one) => one.app === app && one.account === repository.owner);
  if (found) {
    found.repositories.add(repository.id);
    return found;
  }
  const installation: Installation = {
    id: nextId(state, "installation"),
    app,
    account: repository.owner,
    repositories: new Set([repository.id]),
    createdAt: state.now(),
  };
  state.installations.push(installation);
  return installation;
}

export function installationOn(state: State, app: App, repository: Repository): Installation | null {
  return state.installations.find((one) => one.app === app && one.repositories.has(repository.id)) ?? null;
}

/** The effective role: the owner is admin; strangers may read a public repository. */
export function roleOf(repository: Repository, account: Account): RoleName {
  if (repository.owner.id === account.id) return "admin";
  return repository.roles.get(account.id) ?? (repository.private ? "none" : "read");
}

export function atLeast(role: RoleName, wanted: RoleName): boolean {
  const order: RoleName[] = ["none", "read", "triage", "write", "maintain", "admin"];
  return order.indexOf(role) >= order.indexOf(wanted);
}

/** GitHub's `author_association`, which says little about rights: an owner, a collaborator, or nobody. */
export function associationOf(
  repository: Repository,
  account: Account,
): "OWNER" | "COLLABORATOR" | "CONTRIBUTOR" | "NONE" {
  if (repository.owner.id === account.id) return "OWNER";
  if (repository.roles.has(account.id) && repository.roles.get(account.id) !== "none") return "COLLABORATOR";
  return account.type === "Bot" ? "CONTRIBUTOR" : "NONE";
}

export function repositoryOf(state: State, owner: string, name: string): Repository | null {
  const [o, n] = [owner.toLowerCase(), name.toLowerCase()];
  return state.repositories.find((one) => one.owner.login.toLowerCase() === o && one.name.toLowerCase() === n) ?? null;
}

/** @throws Refusal 404, as for any repository the asker may not see. */
export function repositoryById(state: State, id: number): Repository {
  const found = state.repositories.find((one) => one.id === id);
  if (found === undefined) throw new Refusal(404, "Not Found");
  return found;
}
