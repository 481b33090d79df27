import type { Answer } from "./answer.ts";
import { notFound, Refusal } from "./answer.ts";
import { repositoryOf } from "./accounts.ts";
import { accountPageOf, appPage, avatar, homePage, newAppPage } from "./page-apps.ts";
import { blobPage, codePage, commitPage } from "./page-code.ts";
import { html } from "./page-html.ts";
import { issueListPage, issuePageOf } from "./page-issue.ts";
import { plainPage } from "./page-layout.ts";
import type { View } from "./page-layout.ts";
import { pullPage } from "./page-pull.ts";
import { artifactDownload, runListPage, runPageOf } from "./page-run.ts";
import { issueOf } from "./issues.ts";
import { runOf } from "./runs.ts";
import { isPull } from "./show-pull.ts";
import { htmlOf } from "./show-repository.ts";
import type { State } from "./state.ts";

interface PageRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Buffer;
}

/** Server-rendered pages for people: no script, no login, everything visible. */
export function answerPage(state: State, request: PageRequest): Answer {
  try {
    return page(state, request);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return plainPage(
      "Not found",
      html`<main>
        <h1>${thrown.status}</h1>
        <p>${thrown.message}</p>
      </main>`,
      { status: thrown.status },
    );
  }
}

function page(state: State, request: PageRequest): Answer {
  const { method, path, body } = request;
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => decodeURIComponent(part));
  const [first = "", second = "", third = ""] = parts;
  if (first === "") return homePage(state);
  if (path === "/settings/apps/new" || /^\/organizations\/[^/]+\/settings\/apps\/new$/.test(path))
    return newAppPage(state, request);
  if (first === "avatars") return avatar(state, Number(second));
  if (first === "apps") return appPage(state, second, { isInstall: third === "installations", method, body });
  if (parts.length === 1) return accountPageOf(state, first);
  const repository = repositoryOf(state, first, second);
  if (repository === null || method !== "GET") throw notFound();
  return repositoryPages({ state, repository }, parts.slice(2));
}

function repositoryPages(view: View, [kind = "", id = "", ...rest]: string[]): Answer {
  const { state, repository } = view;
  switch (kind) {
    case "":
      return codePage(view);
    case "blob":
    case "raw":
      return blobPage(view, [id, ...rest].join("/"), kind === "raw");
    case "commit":
      return commitPage(view, id);
    case "issues":
    case "pull":
    case "pulls": {
      if (id === "") return issueListPage(view, kind === "issues" ? "issues" : "pulls");
      const issue = issueOf(repository, Number(id));
      const home = isPull(issue) ? "pull" : "issues";
      if (home !== kind) return { status: 302, headers: { Location: `${htmlOf(state, repository)}/${home}/${id}` } };
      return isPull(issue) ? pullPage(view, issue) : issuePageOf(view, issue);
    }
    case "actions": {
      const [run, what, artifact] = rest;
      if (id !== "runs" || run === undefined) return runListPage(view);
      return what === "artifacts"
        ? artifactDownload(view, runOf(repository, Number(run)), Number(artifact))
        : runPageOf(view, runOf(repository, Number(run)));
    }
    default:
      throw notFound();
  }
}
