import { randomBytes } from "node:crypto";
import type { Answer } from "./answer.ts";
import { notFound } from "./answer.ts";
import { addAccount, accountOf, install } from "./accounts.ts";
import { html } from "./page-html.ts";
import { plainPage } from "./page-layout.ts";
import { fullName, htmlOf } from "./show-repository.ts";
import type { NewApp, Permissions, State } from "./state.ts";

/** The fields of an App manifest that this emulator reads. */
interface Manifest {
  name?: string;
  url?: string;
  redirect_url?: string;
  hook_attributes?: { url?: string; active?: boolean };
  default_permissions?: Permissions;
  default_events?: string[];
}

export function homePage(state: State): Answer {
  const rows = state.repositories.map(
    (one) =>
      html`<div class="row">
        <a href="${htmlOf(state, one)}"><b>${fullName(one)}</b></a>
      </div>`,
  );
  return plainPage(
    "Embedded GitHub",
    html`<main>
      <h1>Embedded GitHub</h1>
      <div class="box">${rows}</div>
    </main>`,
  );
}

/** The manifest flow, first half: the browser posts a manifest, GitHub sends it back with a code. The click is left out. */
export function newAppPage(state: State, request: { method: string; query: URLSearchParams; body: Buffer }): Answer {
  if (request.method !== "POST") {
    return plainPage(
      "New App",
      html`<main>
        <h1>Register new GitHub App</h1>
        <p>Post a form with the field <code>manifest</code>.</p>
      </main>`,
    );
  }
  const refused = (why: string): Answer =>
    plainPage(
      "New App",
      html`<main>
        <h1>Invalid GitHub App configuration</h1>
        <p>${why}</p>
      </main>`,
      { status: 422 },
    );
  let manifest: Manifest;
  try {
    manifest = JSON.parse(new URLSearchParams(request.body.toString("utf8")).get("manifest") ?? "");
  } catch {
    return refused("The manifest is not JSON.");
  }
  const { name, url, redirect_url: back } = manifest;
  if (name === undefined || url === undefined || back === undefined)
    return refused("name, url and redirect_url are required.");
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  if (state.apps.some((app) => app.slug === slug)) return refused("Name is already in use.");
  const asked: NewApp = {
    slug,
    name,
    homepage: url,
    owner: accountOf(state, "app-owner") ?? addAccount(state, "app-owner"),
    permissions: manifest.default_permissions ?? {},
    events: manifest.default_events ?? [],
    webhookSecret: randomBytes(20).toString("hex"),
    ...(manifest.hook_attributes?.url === undefined ? {} : { webhookUrl: manifest.hook_attributes.url }),
  };
  const code = randomBytes(20).toString("hex");
  state.manifests.set(code, { asked, used: false });
  const target = new URL(back);
  target.searchParams.set("code", code);
  const given = request.query.get("state");
  if (given !== null) target.searchParams.set("state", given);
  return { status: 302, headers: { Location: target.href } };
}

/** An App's page; its install page lists the repositories, one button each. @throws Refusal 404 */
export function appPage(
  state: State,
  slug: string,
  { isInstall, method, body }: { isInstall: boolean; method: string; body: Buffer },
): Answer {
  const app = state.apps.find((one) => one.slug === slug);
  if (app === undefined) throw notFound();
  const chosen = new URLSearchParams(body.toString("utf8")).get("repository");
  const repository = state.repositories.find((one) => String(one.id) === chosen);
  if (isInstall && method === "POST" && repository !== undefined) {
    install(state, app, repository);
    return { status: 303, headers: { Location: htmlOf(state, repository) } };
  }
  const permissions = Object.entries(app.permissions).map(([name, access]) => html`<li>${name}: ${access}</li>`);
  const buttons = state.repositories.map(
    (one) =>
      html`<form method="post">
        <p><button name="repository" value="${one.id}">Install on ${fullName(one)}</button></p>
      </form>`,
  );
  return plainPage(
    app.name,
    html`<main>
      <h1>${app.name}</h1>
      <ul>
        ${permissions}
      </ul>
      ${isInstall ? buttons : null}
    </main>`,
  );
}

export function accountPageOf(state: State, login: string): Answer {
  const account = accountOf(state, login);
  if (account === null) throw notFound();
  const own = state.repositories
    .filter((one) => one.owner === account)
    .map((one) => html`<div class="row"><a href="${htmlOf(state, one)}">${one.name}</a></div>`);
  return plainPage(
    login,
    html`<main>
      <h1>${account.login} <span class="number">${account.type}</span></h1>
      <div class="box">${own}</div>
    </main>`,
  );
}

/** A coloured disc with the first letter. */
export function avatar(state: State, id: number): Answer {
  const account = state.accounts.find((one) => one.id === id);
  const letter = (account?.login[0] ?? "?").toUpperCase();
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
    <rect width="40" height="40" fill="hsl(${(id * 47) % 360} 55% 45%)" />
    <text x="20" y="27" font-family="sans-serif" font-size="20" fill="#fff" text-anchor="middle">${letter}</text>
  </svg>`;
  return { status: 200, text: picture.html, headers: { "Content-Type": "image/svg+xml" } };
}
