import type { Account, App, Installation, State } from "./state.ts";
import { iso } from "./state.ts";

export type Json = Record<string, unknown>;

/** GitHub's opaque ids: ours say what they are, for whoever reads a log. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

export function showUser(state: State, account: Account): Json {
  const api = `${state.url}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${state.url}/avatars/${account.id}`,
    gravatar_id: "",
    url: api,
    html_url: accountPage(state, account),
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** A bot's page is its App's page, as on GitHub. */
export function accountPage(state: State, account: Account): string {
  return account.type === "Bot"
    ? `${state.url}/apps/${account.login.replace(/\[bot\]$/, "")}`
    : `${state.url}/${account.login}`;
}

export function showFullUser(state: State, account: Account): Json {
  const unknown = { name: null, company: null, location: null, email: null, hireable: null, bio: null };
  const counts = { public_repos: 0, public_gists: 0, followers: 0, following: 0 };
  const at = iso(account.createdAt);
  return { ...showUser(state, account), ...unknown, blog: "", ...counts, created_at: at, updated_at: at };
}

export function showApp(state: State, app: App): Json {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId("App", app.id),
    owner: showUser(state, app.owner),
    name: app.name,
    description: null,
    external_url: app.homepage,
    html_url: `${state.url}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: app.permissions,
    events: app.events,
    installations_count: state.installations.filter((one) => one.app === app).length,
  };
}

export function showInstallation(state: State, installation: Installation): Json {
  const { app, account } = installation;
  return {
    id: installation.id,
    account: showUser(state, account),
    repository_selection: "selected",
    access_tokens_url: `${state.url}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${state.url}/installation/repositories`,
    html_url: `${state.url}/settings/installations/${installation.id}`,
    app_id: app.id,
    client_id: app.clientId,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: app.permissions,
    events: app.events,
    created_at: iso(installation.createdAt),
    updated_at: iso(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}
