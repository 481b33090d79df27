import type { Answer } from "./answer.ts";
import { markdown } from "./markdown.ts";
import type { Html } from "./page-html.ts";
import { html, safe } from "./page-html.ts";
import { style } from "./page-style.ts";
import { accountPage } from "./show-account.ts";
import { issuePage, labelNamed } from "./show-issue.ts";
import { htmlOf } from "./show-repository.ts";
import type { Account, Repository, State } from "./state.ts";

/** One page view: the whole state, and the repository when the address has one. */
export interface View {
  state: State;
  repository: Repository;
}

export type Tab = "code" | "issues" | "pulls" | "actions";

/** A page without a repository. `refreshSeconds` for things that still move. */
export function plainPage(
  title: string,
  content: Html,
  more: { status?: number; refreshSeconds?: number } = {},
): Answer {
  const refresh =
    more.refreshSeconds === undefined ? null : html`<meta http-equiv="refresh" content="${more.refreshSeconds}" />`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${refresh}
        <style>
          ${safe(style)}
        </style>
      </head>
      <body>
        ${content}
      </body>
    </html>`;
  return { status: more.status ?? 200, text: page.html, headers: { "Content-Type": "text/html; charset=utf-8" } };
}

/** A page of a repository, with its head and tabs. */
export function repositoryPage(
  view: View,
  page: { title: string; tab: Tab; content: Html; refreshSeconds?: number },
): Answer {
  const { state, repository } = view;
  const root = htmlOf(state, repository);
  const open = (isPull: boolean): number =>
    repository.issues.filter((issue) => issue.state === "open" && (issue.pull !== null) === isPull).length;
  const tabs: [Tab, string, string][] = [
    ["code", root, "Code"],
    ["issues", `${root}/issues`, `Issues ${open(false)}`],
    ["pulls", `${root}/pulls`, `Pull requests ${open(true)}`],
    ["actions", `${root}/actions`, "Actions"],
  ];
  const links = tabs.map(
    ([tab, href, name]) => html`<a href="${href}" class="${tab === page.tab ? "here" : ""}">${name}</a>`,
  );
  const content = html`<header>
      <span class="note-bar">embedded GitHub</span>
      <div class="name">
        <a href="${state.url}/">${repository.owner.login}</a> / <b><a href="${root}">${repository.name}</a></b>
      </div>
      <nav>${links}</nav>
    </header>
    <main>${page.content}</main>`;
  const title = `${page.title} · ${repository.owner.login}/${repository.name}`;
  return plainPage(title, content, page.refreshSeconds === undefined ? {} : { refreshSeconds: page.refreshSeconds });
}

export function who({ state }: Pick<View, "state">, account: Account): Html {
  const tag = account.type === "Bot" ? html` <span class="tag">bot</span>` : null;
  const name = account.login.replace("[bot]", "");
  return html`<img class="avatar" alt="" src="${state.url}/avatars/${account.id}" /><a
      href="${accountPage(state, account)}"
      ><b>${name}</b></a
    >${tag}`;
}

export function labels({ repository }: View, names: string[]): Html[] {
  return names.map((name) => {
    const { color, description } = labelNamed(repository, name);
    const ink = brightness(color) > 150 ? "#1f2328" : "#fff";
    return html`<span class="label" title="${description ?? ""}" style="background:#${color};color:${ink}"
      >${name}</span
    >`;
  });
}

/** People's Markdown, with mentions and numbers that exist as links. */
export function text({ state, repository }: View, body: string): Html {
  if (body.trim() === "") return html`<p class="dim"><em>No description provided.</em></p>`;
  const user = (login: string): string | null => {
    const found = state.accounts.find((account) => account.login.toLowerCase() === login.toLowerCase());
    return found === undefined ? null : accountPage(state, found);
  };
  const issue = (number: number): string | null => {
    const found = repository.issues.find((one) => one.number === number);
    return found === undefined ? null : issuePage(state, repository, found);
  };
  return html`<div class="markdown">${markdown(body, { user, issue })}</div>`;
}

export function when(ms: number): Html {
  const at = new Date(ms).toISOString();
  return html`<time class="dim" datetime="${at}">${at.slice(0, 16).replace("T", " ")} UTC</time>`;
}

function brightness(color: string): number {
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return (299 * (red ?? 0) + 587 * (green ?? 0) + 114 * (blue ?? 0)) / 1000;
}
