import type { Answer } from "./answer.ts";
import { commitsIn } from "./git-read.ts";
import type { CommitFacts } from "./git-read.ts";
import { diff } from "./page-diff.ts";
import type { Html } from "./page-html.ts";
import { html } from "./page-html.ts";
import { badge, conversation } from "./page-issue.ts";
import type { View } from "./page-layout.ts";
import { labels, repositoryPage, text, when, who } from "./page-layout.ts";
import { reviewsShown } from "./page-threads.ts";
import { filesOf, startOf } from "./rest-pulls.ts";
import { authorOf } from "./show-commit.ts";
import type { PullIssue } from "./show-pull.ts";
import type { CheckRun } from "./state.ts";
import { actionsBotId } from "./ids.ts";

/** A pull request on one page: conversation, commits, checks, files. */
export function pullPage(view: View, issue: PullIssue): Answer {
  const { repository } = view;
  const { pull } = issue;
  const commits = commitsIn(repository.bare, `${startOf(repository, issue)}..${pull.headSha}`).toReversed();
  const files = filesOf(repository, issue);
  const checks = repository.checks.filter((check) => check.headSha === pull.headSha);
  const content = html`<h1>${issue.title} <span class="number">#${issue.number}</span></h1>
    <p>
      ${badge(issue)} ${who(view, issue.author)} wants to merge ${commits.length}
      ${commits.length === 1 ? "commit" : "commits"} into
      <span class="branch">${pull.base}</span> from <span class="branch">${pull.head}</span>
    </p>
    <div class="columns">
      <div>
        ${conversation(view, issue)} ${reviewsShown(view, issue)}
        <h2 id="checks">Checks</h2>
        ${waiting(issue)}
        <div class="box">
          ${checks.length > 0 ? checks.map((check) => checkRow(view, check)) : html`<div class="row dim">No checks yet.</div>`}
        </div>
        <h2 id="commits">Commits</h2>
        <div class="box">${commits.map((commit) => commitRow(view, commit))}</div>
      </div>
      ${sidebar(view, issue)}
    </div>
    <h2 id="files">Files changed <span class="dim">${files.length}</span></h2>
    ${diff(files)}`;
  return repositoryPage(view, { title: issue.title, tab: "pulls", content });
}

function sidebar(view: View, { pull, labels: names }: PullIssue): Html {
  const none = html`<span class="dim">None yet</span>`;
  const reviewers = [
    ...pull.reviewers.map((account) => html`<div>${who(view, account)} <span class="tag warn">requested</span></div>`),
    ...pull.teams.map(
      (team) => html`<div><b>@${view.repository.owner.login}/${team}</b> <span class="tag warn">requested</span></div>`,
    ),
  ];
  return html`<aside>
    <section>
      <h4>Reviewers</h4>
      ${reviewers.length > 0 ? reviewers : none}
    </section>
    <section>
      <h4>Labels</h4>
      ${names.length > 0 ? labels(view, names) : none}
    </section>
  </aside>`;
}

/** GitHub starts nothing for a pull request that the job token opened, until a person says so. */
function waiting(issue: PullIssue): Html | null {
  if (issue.author.id !== actionsBotId || issue.state !== "open") return null;
  return html`<div class="box attention">
    <div class="head"><span class="dot action_required"></span><b>Workflows are waiting for approval</b></div>
    <div class="row">
      This pull request was opened by a workflow's own token, so GitHub starts none of the repository's workflows until
      somebody with write access chooses "Approve workflows to run".
    </div>
  </div>`;
}

function checkRow(view: View, check: CheckRun): Html {
  const result = check.conclusion ?? check.status;
  const summary =
    check.summary === null
      ? null
      : html`<details>
          <summary class="small">Summary</summary>
          ${text(view, check.summary)}
        </details>`;
  return html`<div class="row">
    <span class="dot ${result}"></span><b>${check.app.slug} / ${check.name}</b>
    <span class="dim">${result.replaceAll("_", " ")}</span>
    ${check.title === null ? null : html` — ${check.title}`} ${summary}
  </div>`;
}

export function commitRow(view: View, commit: CommitFacts): Html {
  const [subject = "", ...rest] = commit.message.split("\n");
  const author = authorOf(view.state, commit.author);
  const verified = view.repository.signed.has(commit.sha)
    ? html`<span class="tag good">Verified</span>`
    : html`<span class="tag">Unsigned</span>`;
  const body = rest.join("\n").trim();
  const more =
    body === ""
      ? null
      : html`<details>
          <summary class="small dim">Message</summary>
          <pre>${body}</pre>
        </details>`;
  return html`<div class="row">
    <b>${subject}</b> ${verified} <code>${commit.sha.slice(0, 7)}</code>
    <div class="small">
      ${author === null ? commit.author.name : who(view, author)} · ${when(commit.committer.at * 1000)}
    </div>
    ${more}
  </div>`;
}
