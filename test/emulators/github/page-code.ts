import type { Answer } from "./answer.ts";
import { notFound } from "./answer.ts";
import { changedFiles } from "./git-diff.ts";
import { blob, commitAt, commitFacts, commitsIn, itemAt, refsUnder, treeItems } from "./git-read.ts";
import { diff } from "./page-diff.ts";
import { html } from "./page-html.ts";
import type { View } from "./page-layout.ts";
import { repositoryPage, text } from "./page-layout.ts";
import { commitRow } from "./page-pull.ts";
import { htmlOf } from "./show-repository.ts";

/** The files of the default branch, its branches and its README. */
export function codePage(view: View): Answer {
  const { state, repository } = view;
  const root = htmlOf(state, repository);
  const commit = commitAt(repository.bare, repository.defaultBranch);
  const items = commit === null ? [] : treeItems(repository.bare, commit, true).filter((item) => item.type === "blob");
  const files = items.map(
    (item) =>
      html`<div class="row"><a href="${root}/blob/${repository.defaultBranch}/${item.path}">${item.path}</a></div>`,
  );
  const branches = refsUnder(repository.bare, "refs/heads").map(
    ({ ref }) => html`<span class="branch">${ref.slice("refs/heads/".length)}</span> `,
  );
  const readme = items.find((item) => /^readme\.md$/i.test(item.path));
  const latest = commit === null ? null : commitRow(view, commitFacts(repository.bare, commit));
  const about =
    readme === undefined
      ? null
      : html`<div class="box">
          <div class="head">${readme.path}</div>
          <div class="text">${text(view, blob(repository.bare, readme.sha).toString("utf8"))}</div>
        </div>`;
  const content = html`<p>${branches}</p>
    <div class="box">${latest}${files}</div>
    ${about}`;
  return repositoryPage(view, { title: "Code", tab: "code", content });
}

/** One file at a branch or commit. The ref may hold slashes, so the longest that names a commit wins. @throws Refusal 404 */
export function blobPage(view: View, refAndPath: string, isRaw: boolean): Answer {
  const { bare } = view.repository;
  const parts = refAndPath.split("/");
  for (let length = parts.length - 1; length > 0; length -= 1) {
    const commit = commitAt(bare, parts.slice(0, length).join("/"));
    const path = parts.slice(length).join("/");
    const item = commit === null ? null : itemAt(bare, commit, path);
    if (item === null || item.type !== "blob") continue;
    const bytes = blob(bare, item.sha);
    if (isRaw) return { status: 200, bytes, headers: { "Content-Type": "text/plain; charset=utf-8" } };
    const shown = path.endsWith(".md")
      ? text(view, bytes.toString("utf8"))
      : html`<pre>${bytes.toString("utf8")}</pre>`;
    const content = html`<div class="box">
      <div class="head"><code>${path}</code></div>
      <div class="text">${shown}</div>
    </div>`;
    return repositoryPage(view, { title: path, tab: "code", content });
  }
  throw notFound();
}

export function commitPage(view: View, sha: string): Answer {
  const { bare } = view.repository;
  const found = commitAt(bare, sha);
  if (found === null) throw notFound();
  const [commit] = commitsIn(bare, found, 1);
  const parent = commit?.parents[0];
  const content = html`<div class="box">${commit === undefined ? null : commitRow(view, commit)}</div>
    ${parent === undefined ? null : diff(changedFiles(bare, parent, found))}`;
  return repositoryPage(view, { title: sha.slice(0, 7), tab: "code", content });
}
