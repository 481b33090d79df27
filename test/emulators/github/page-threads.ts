import type { Html } from "./page-html.ts";
import { html } from "./page-html.ts";
import type { View } from "./page-layout.ts";
import { text, when, who } from "./page-layout.ts";
import type { Review } from "./reviews.ts";
import type { PullIssue } from "./show-pull.ts";
import { isOutdated, type Thread } from "./threads.ts";

const opinions: Record<Review["state"], string> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "requested changes",
  COMMENTED: "reviewed",
  DISMISSED: "had a review dismissed",
};

/** Reviews with an opinion or a text, then the threads. An answer in a thread is shown in its thread alone. */
export function reviewsShown(view: View, issue: PullIssue): Html | null {
  const { reviews, threads } = issue.pull;
  const said = reviews.filter(({ body, state }) => body !== "" || state !== "COMMENTED");
  if (said.length + threads.length === 0) return null;
  return html`<h2 id="reviews">Reviews</h2>
    ${said.map((review) => reviewShown(view, review))} ${threads.map((thread) => threadShown(view, issue, thread))}`;
}

function reviewShown(view: View, { id, author, state, body, commit, submittedAt }: Review): Html {
  return html`<div class="box" id="pullrequestreview-${id}">
    <div class="head">
      ${who(view, author)} ${opinions[state]} <code>${commit.slice(0, 7)}</code> · ${when(submittedAt)}
    </div>
    ${body === "" ? null : html`<div class="text">${text(view, body)}</div>`}
  </div>`;
}

function threadShown(view: View, issue: PullIssue, thread: Thread): Html {
  const tags = [
    ...(isOutdated(view.repository, issue, thread) ? ["outdated"] : []),
    ...(thread.resolvedBy === null ? [] : ["resolved"]),
  ];
  return html`<div class="box">
    <div class="head">
      <code>${thread.path}:${thread.line}</code> ${tags.map((tag) => html`<span class="tag">${tag}</span> `)}
    </div>
    ${thread.comments.map(
      ({ id, author, body, createdAt, editedAt }) =>
        html`<div class="row" id="discussion_r${id}">
          ${who(view, author)} · ${when(createdAt)}${editedAt !== null && html` <span class="dim">· edited</span>`}
          <div class="text">${text(view, body)}</div>
        </div>`,
    )}
  </div>`;
}
