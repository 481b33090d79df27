import { accountOf, createApp, installationOn, repositoryById } from "./accounts.ts";
import { created, empty, notFound, ok, page, Refusal } from "./answer.ts";
import type { Ask, Route } from "./route.ts";
import { bodyAs, actor, numeric, param, repositoryAsked } from "./route.ts";
import { showApp, showFullUser, showInstallation } from "./show-account.ts";
import type { Json } from "./show-account.ts";
import { showRepository } from "./show-repository.ts";
import type { App, Delivery, Installation, Permissions, Token } from "./state.ts";
import { iso } from "./state.ts";
import { installationToken } from "./tokens.ts";

/** What an App asks about itself, and who an account is. */
export const appRoutes: Route[] = [
  { method: "GET", path: "/app", need: "jwt", run: (ask) => ok(showApp(ask.state, appAsking(ask))) },
  { method: "GET", path: "/app/installations", need: "jwt", run: listInstallations },
  {
    method: "GET",
    path: "/app/installations/{installation_id}",
    need: "jwt",
    run: (ask) => ok(showInstallation(ask.state, installationAsked(ask))),
  },
  { method: "POST", path: "/app/installations/{installation_id}/access_tokens", need: "jwt", run: mintToken },
  { method: "GET", path: "/repos/{owner}/{repo}/installation", need: "jwt", run: repositoryInstallation },
  { method: "GET", path: "/installation/repositories", need: "token", run: installedRepositories },
  { method: "DELETE", path: "/installation/token", need: "token", run: revokeToken },
  { method: "GET", path: "/app/hook/deliveries", need: "jwt", run: listDeliveries },
  { method: "GET", path: "/app/hook/deliveries/{delivery_id}", need: "jwt", run: oneDelivery },
  { method: "GET", path: "/apps/{app_slug}", need: "anyone", run: appBySlug },
  { method: "GET", path: "/users/{username}", need: "anyone", run: userByLogin },
  { method: "GET", path: "/user", need: "token", run: userAsking },
  { method: "GET", path: "/rate_limit", need: "anyone", run: rateLimit },
  { method: "POST", path: "/app-manifests/{code}/conversions", need: "anyone", run: convertManifest },
];

function appAsking({ identity }: Ask): App {
  if (identity.kind !== "app") throw new Refusal(401, "A JSON web token could not be decoded");
  return identity.app;
}

function tokenAsking({ identity }: Ask): Token {
  if (identity.kind !== "token") throw new Refusal(401, "Requires authentication");
  return identity.token;
}

function installationAsked(ask: Ask): Installation {
  const id = numeric(ask, "installation_id");
  const found = ask.state.installations.find((one) => one.id === id && one.app === appAsking(ask));
  if (found === undefined) throw notFound();
  return found;
}

function listInstallations(ask: Ask) {
  const own = ask.state.installations.filter((one) => one.app === appAsking(ask));
  return page(own, { url: ask.url, show: (one) => showInstallation(ask.state, one) });
}

function mintToken(ask: Ask) {
  const installation = installationAsked(ask);
  const asked = bodyAs<{ permissions?: Permissions; repositories?: string[]; repository_ids?: number[] }>(ask);
  const named = asked.repositories?.map((name) => {
    const found = ask.state.repositories.find((one) => one.owner === installation.account && one.name === name);
    return found?.id ?? -1;
  });
  const ids = asked.repository_ids ?? named;
  const token = installationToken(ask.state, installation, {
    ...(asked.permissions === undefined ? {} : { permissions: asked.permissions }),
    ...(ids === undefined ? {} : { repositories: new Set(ids) }),
  });
  const repositories = [...(token.repositories ?? [])].map((id) =>
    showRepository(ask.state, repositoryById(ask.state, id)),
  );
  return created({
    token: token.value,
    expires_at: iso(token.expiresAt),
    permissions: token.permissions,
    repository_selection: "selected",
    ...(ids === undefined ? {} : { repositories }),
  });
}

function repositoryInstallation(ask: Ask) {
  const installation = installationOn(ask.state, appAsking(ask), repositoryAsked(ask));
  if (installation === null) throw notFound();
  return ok(showInstallation(ask.state, installation));
}

function installedRepositories(ask: Ask) {
  const { repositories } = tokenAsking(ask);
  const open = ask.state.repositories.filter((one) => repositories?.has(one.id) === true);
  const wrap = (shown: unknown[], total: number): Json => ({
    total_count: total,
    repository_selection: "selected",
    repositories: shown,
  });
  return page(open, { url: ask.url, show: (one) => showRepository(ask.state, one), wrap });
}

function revokeToken(ask: Ask) {
  ask.state.tokens.delete(tokenAsking(ask).value);
  return empty();
}

/** Newest first, as GitHub pages through them. */
function listDeliveries(ask: Ask) {
  const own = ask.state.deliveries.filter((one) => one.app === appAsking(ask));
  return page(own.toReversed(), { url: ask.url, show: showDelivery });
}

function oneDelivery(ask: Ask) {
  const found = ask.state.deliveries.find(
    (one) => one.id === numeric(ask, "delivery_id") && one.app === appAsking(ask),
  );
  if (found === undefined) throw notFound();
  const payload: Json = JSON.parse(found.body);
  return ok({
    ...showDelivery(found),
    request: { headers: found.headers, payload },
    response: { headers: {}, payload: found.response },
  });
}

function showDelivery(delivery: Delivery): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: iso(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.durationMs / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation,
    repository_id: delivery.repository,
  };
}

function appBySlug(ask: Ask) {
  const found = ask.state.apps.find((app) => app.slug === param(ask, "app_slug"));
  if (found === undefined) throw notFound();
  return ok(showApp(ask.state, found));
}

function userByLogin(ask: Ask) {
  const found = accountOf(ask.state, param(ask, "username"));
  if (found === null) throw notFound();
  return ok(showFullUser(ask.state, found));
}

function userAsking(ask: Ask) {
  if (tokenAsking(ask).kind !== "user") throw new Refusal(403, "Resource not accessible by integration");
  return ok(showFullUser(ask.state, actor(ask).account));
}

function rateLimit(ask: Ask) {
  const used = ask.identity.kind === "token" ? ask.identity.token.asked : 0;
  const core = { limit: 5000, used, remaining: 5000 - used, reset: Math.floor(ask.state.now() / 1000) + 3600 };
  return ok({ resources: { core, search: core, graphql: core }, rate: core });
}

/** A code of the manifest flow becomes an App once; its key and secrets are shown only here. */
function convertManifest(ask: Ask) {
  const manifest = ask.state.manifests.get(param(ask, "code"));
  if (manifest === undefined || manifest.used) throw notFound();
  manifest.used = true;
  const app = createApp(ask.state, manifest.asked);
  return created({
    ...showApp(ask.state, app),
    client_secret: "embedded-client-secret",
    webhook_secret: app.webhookSecret,
    pem: app.privateKeyPem,
  });
}
