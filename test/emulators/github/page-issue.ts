import type { Answer } from "./answer.ts";
import { associationOf } from "./accounts.ts";
import type { Html } from "./page-html.ts";
import { html } from "./page-html.ts";
import type { View } from "./page-layout.ts";
import { labels, repositoryPage, text, when, who } from "./page-layout.ts";
import { issuePage } from "./show-issue.ts";
import { isPull } from "./show-pull.ts";
import type { Account, Issue, Reaction } from "./state.ts";

/** The list of issues, or of pull requests. */
export function issueListPage(view: View, kind: "issues" | "pulls"): Answer {
  const found = view.repository.issues.filter((issue) => isPull(issue) === (kind === "pulls")).toReversed();
  const rows = found.map(
    (issue) =>
      html`<div class="row">
        ${badge(issue)}
        <a href="${issuePage(view.state, view.repository, issue)}"><b>${issue.title}</b></a>
        ${labels(view, issue.labels)}
        <div class="small dim">#${issue.number} by ${issue.author.login} · ${when(issue.createdAt)}</div>
      </div>`,
  );
  const none = html`<div class="row dim">Nothing here yet.</div>`;
  const title = kind === "issues" ? "Issues" : "Pull requests";
  return repositoryPage(view, {
    title,
    tab: kind,
    content: html`<h1>${title}</h1>
      <div class="box">${rows.length > 0 ? rows : none}</div>`,
  });
}

export function issuePageOf(view: View, issue: Issue): Answer {
  const content = html`<h1>${issue.title} <span class="number">#${issue.number}</span></h1>
    <p>
      ${badge(issue)} ${who(view, issue.author)} <span class="dim">opened this issue</span> · ${when(issue.createdAt)}
    </p>
    <div class="columns">
      <div>${conversation(view, issue)}</div>
      <aside>
        <section>
          <h4>Labels</h4>
          ${issue.labels.length > 0 ? labels(view, issue.labels) : html`<span class="dim">None yet</span>`}
        </section>
      </aside>
    </div>`;
  return repositoryPage(view, { title: issue.title, tab: "issues", content });
}

export function badge(issue: Issue): Html {
  const kind =
    issue.pull?.mergedAt != null
      ? "merged"
      : issue.state === "closed"
        ? "closed"
        : issue.pull?.draft === true
          ? "draft"
          : "open";
  const word = { merged: "Merged", closed: "Closed", draft: "Draft", open: "Open" }[kind];
  return html`<span class="badge ${kind}">${word}</span>`;
}

/** Body, comments and title changes, in the order of time. */
export function conversation(view: View, issue: Issue): Html[] {
  const { author, createdAt, body, reactions } = issue;
  const opening = remark(view, {
    id: "",
    author,
    at: createdAt,
    body,
    reactions,
    isEdited: issue.bodyEditedAt !== null,
  });
  const comments = view.repository.comments.filter((comment) => comment.issue === issue.number);
  const events = [
    ...comments.map((comment) => ({
      at: comment.createdAt,
      shown: remark(view, {
        id: `issuecomment-${comment.id}`,
        author: comment.author,
        at: comment.createdAt,
        body: comment.body,
        reactions: comment.reactions,
        isEdited: comment.editedAt !== null,
      }),
    })),
    ...issue.renames.map((rename) => ({
      at: rename.at,
      shown: html`<p class="small">
        ${who(view, rename.by)} changed the title <del>${rename.from}</del> → <b>${rename.to}</b> · ${when(rename.at)}
      </p>`,
    })),
  ];
  const locked = issue.locked ? html`<p class="small dim">This conversation is locked.</p>` : html``;
  return [opening, ...events.toSorted((a, b) => a.at - b.at).map(({ shown }) => shown), locked];
}

interface Remark {
  id: string;
  author: Account;
  at: number;
  body: string;
  reactions: Reaction[];
  isEdited: boolean;
}

function remark(view: View, { id, author, at, body, reactions, isEdited }: Remark): Html {
  const association = associationOf(view.repository, author).toLowerCase();
  const tag = association === "none" ? null : html` <span class="tag">${association}</span>`;
  return html`<div class="box" id="${id}">
    <div class="head">
      ${who(view, author)}${tag} · ${when(at)}${isEdited && html` <span class="dim">· edited</span>`}
    </div>
    <div class="text">${text(view, body)}${reactionLine(reactions)}</div>
  </div>`;
}

function reactionLine(reactions: Reaction[]): Html | null {
  const faces: Record<string, string> = {
    "+1": "👍",
    "-1": "👎",
    eyes: "👀",
    rocket: "🚀",
    confused: "😕",
    heart: "❤️",
    hooray: "🎉",
    laugh: "😄",
  };
  if (reactions.length === 0) return null;
  return html`<p>
    ${reactions.map(({ content, user }) => html`<span class="tag">${faces[content] ?? ""} ${content} · ${user.login}</span> `)}
  </p>`;
}
