import { expect, test } from "vitest";
import { zipSync } from "fflate";
import type { DispatchedRun } from "../runner/dispatched-run.ts";
import { browse, call, mint, stage } from "./harness.ts";
import { markdown } from "./markdown.ts";

const repo = "/repos/acme/toy";
const nobody = { user: () => null, issue: () => null };

test("Markdown is shown as GitHub shows it: plain tags live, everything else is text, comments are gone", () => {
  const text = [
    "<!-- airlock:comment:1 -->**bold** <b>b</b> <img src=x onerror=alert(1)> `<b>`",
    "",
    '<details open onclick="x()"><summary>More</summary>',
    "",
    "| a | b |",
    "| --- | --- |",
    "| 1 | <i>2</i> |",
    "",
    "</details>",
    "<!-- never",
    "ends",
  ].join("\n");
  expect(markdown(text, nobody).html).toMatchInlineSnapshot(`
    "**bold** <b>b</b> &lt;img src=x onerror=alert(1)&gt; \`<b>\`
    <details><summary>More</summary>
    <table>
    <thead>
    <tr>
    <th>a</th>
    <th>b</th>
    </tr>
    </thead>
    <tbody>
    <tr>
    <td>1</td>
    <td><i>2</i></td>
    </tr>
    </tbody>
    </table>


    </details>
    "
  `);
  const links = {
    user: (login: string) => (login === "mara" ? "/mara" : null),
    issue: (number: number) => (number === 1 ? "/1" : null),
  };
  expect(markdown("@mara and @sam see #1, #2, `#1`, mail a@mara", links).html).toMatchInlineSnapshot(
    `"<p><a class="mention" href="/mara">@mara</a> and @sam see <a href="/1">#1</a>, #2, <code>#1</code>, mail a@mara</p>"`,
  );
});

test("The pull request page shows what a reviewer needs", async () => {
  const on = await stage();
  const { hub, app, repository } = on;
  const token = hub.jobToken(repository, { contents: "write", pull_requests: "write" });
  const main = repository.log("main")[0]!.sha;
  const base_tree = (await call(hub, token, `GET ${repo}/git/commits/${main}`)).json.tree.sha;
  const entry = { path: "src/sum.ts", mode: "100644", type: "blob", content: "export const sum = '<b>';\n" };
  const tree = (await call(hub, token, `POST ${repo}/git/trees`, { base_tree, tree: [entry] })).json.sha;
  const sha = (await call(hub, token, `POST ${repo}/git/commits`, { message: "Fix <sum>", tree, parents: [main] })).json
    .sha;
  await call(hub, token, `POST ${repo}/git/refs`, { ref: "refs/heads/airlock/1-1", sha });
  const body =
    "## Verification\n\n| check | base | head |\n| --- | --- | --- |\n| tests | failed | passed |\n\n<script>alert(1)</script>";
  const asked = { title: "Fix <sum>", body, head: "airlock/1-1", base: "main", draft: true };
  const { number } = (await call(hub, token, `POST ${repo}/pulls`, asked)).json;
  await call(hub, token, `POST ${repo}/issues/${number}/labels`, { labels: ["risk:low"] });
  await call(hub, token, `POST ${repo}/pulls/${number}/requested_reviewers`, { reviewers: ["mara"] });
  const output = { title: "1 reviewer needed", summary: "Because." };
  await call(hub, await mint(on), `POST ${repo}/check-runs`, {
    name: "airlock",
    head_sha: sha,
    conclusion: "action_required",
    output,
  });

  const page = await browse(hub, `GET /acme/toy/pull/${number}`);
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  for (const part of [
    "Fix &lt;sum&gt;",
    '<span class="badge draft">Draft</span>',
    "<td>failed</td>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "risk:low",
    "<b>mara</b>",
    "1 reviewer needed",
    "Workflows are waiting for approval",
    '<span class="tag good">Verified</span>',
    "+export const sum = &#39;&lt;b&gt;&#39;;",
  ]) {
    expect(page.text).toContain(part);
  }
  expect(page.text).not.toContain("<script");
  expect((await call(hub, "", `GET /acme/toy/issues/${number}`)).headers.get("location")).toBe(
    `${hub.url}/acme/toy/pull/${number}`,
  );
  expect(app.slug).toBe("airlock");
  expect(hub.violations).toEqual([]);
});

test("Every other page answers, and a run that moves loads itself again", async () => {
  const runs: DispatchedRun[] = [];
  const { hub, repository } = await stage({ onDispatch: (run) => runs.push(run) });
  const issue = repository.openIssue("sam", "It breaks", "help @mara");
  const id = repository.dispatch("mara", "work.yml", { subject: "x" });
  const sha = repository.log("main")[0]!.sha;
  const zip = Buffer.from(zipSync({ "task.json": Buffer.from('{"a":1}') }));
  const saved = await runs[0]!.saveArtifact({ name: "paper", zip, attempt: 1 });
  const paths: [string, string][] = [
    ["/", "acme/toy"],
    ["/acme", "Organization"],
    ["/acme/toy", "README.md"],
    ["/acme/toy/issues", "It breaks"],
    [`/acme/toy/issues/${issue}`, 'class="mention"'],
    ["/acme/toy/pulls", "Nothing here yet"],
    ["/acme/toy/actions", "Work #1"],
    [`/acme/toy/actions/runs/${id}`, 'http-equiv="refresh"'],
    [`/acme/toy/actions/runs/${id}`, "&quot;a&quot;: 1"],
    ["/acme/toy/blob/main/src/sum.ts", "export const sum"],
    ["/acme/toy/raw/main/src/sum.ts", "export const sum"],
    [`/acme/toy/commit/${sha}`, "First commit"],
    ["/apps/airlock", "pull_requests: write"],
    ["/apps/airlock/installations/new", "Install on acme/toy"],
    ["/settings/apps/new", "manifest"],
    [`/avatars/${hub.state.accounts[0]!.id}`, "<svg"],
  ];
  for (const [path, part] of paths) {
    const { status, text } = await browse(hub, `GET ${path}`);
    expect({ path, status, shown: text.includes(part) }).toEqual({ path, status: 200, shown: true });
  }
  runs[0]!.update({ status: "completed", conclusion: "success" });
  const ended = await browse(hub, `GET /acme/toy/actions/runs/${id}`);
  expect(ended.text).not.toContain('http-equiv="refresh"');
  expect(
    (await call(hub, "", `GET /acme/toy/actions/runs/${id}/artifacts/${saved.id}`)).headers.get("content-type"),
  ).toBe("application/zip");
  for (const path of ["/nobody", "/acme/none", "/acme/toy/pull/99", "/acme/toy/blob/main/none.ts", "/acme/toy/wiki"]) {
    expect((await call(hub, "", `GET ${path}`)).status).toBe(404);
  }
  expect(hub.violations).toEqual([]);
});
