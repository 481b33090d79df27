import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { DispatchedRun } from "../runner/dispatched-run.ts";
import { call, jwt, mint, stage } from "./harness.ts";
import type { Anything } from "./harness.ts";
import { payloadMistakes } from "./schema.ts";
import { portOf } from "./server.ts";

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** An App's webhook address that keeps what comes and answers as told. */
async function receiver(answer: () => number = () => 200): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answer());
      response.end("thanks");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${portOf(server)}/hook`, received };
}

test("A comment reaches the App, signed, complete and with a GUID", async () => {
  const { hub, app, repository, installationId } = await stage();
  const { url, received } = await receiver();
  app.webhookUrl = url;
  const number = repository.openIssue("sam", "It breaks", "help");
  const id = await repository.comment("mara", number, "/agent fix");
  await hub.idle();
  expect(received.map(({ headers }) => headers["x-github-event"])).toEqual(["issues", "issue_comment"]);
  const { headers, body } = received[1]!;
  expect(headers["x-hub-signature-256"]).toBe(`sha256=${createHmac("sha256", "quiet").update(body).digest("hex")}`);
  expect(headers["x-github-delivery"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(body)).toMatchObject({
    action: "created",
    comment: { id, body: "/agent fix", user: { login: "mara", type: "User" } },
    issue: { number },
    repository: { full_name: "acme/toy", default_branch: "main" },
    sender: { login: "mara" },
    installation: { id: installationId },
    organization: { login: "acme" },
  });
});

test("Every payload fits GitHub's own description of it", async () => {
  const runs: DispatchedRun[] = [];
  const on = await stage({ onDispatch: (run) => runs.push(run) });
  const { hub, app, repository } = on;
  const { url } = await receiver();
  app.webhookUrl = url;
  const second = hub.createRepository({ owner: "acme", name: "second", from: `${on.dir}/files` });
  hub.install(app, second);
  const number = repository.openIssue("sam", "It breaks", "help");
  const comment = await repository.comment("mara", number, "hello");
  await repository.editComment("mara", comment, "hello!");
  repository.editIssue("sam", number, { title: "It still breaks", body: "more" });
  const token = await mint(on);
  await call(hub, token, `POST /repos/acme/toy/issues/${number}/labels`, { labels: ["bug"] });
  await call(hub, token, `DELETE /repos/acme/toy/issues/comments/${comment}`);
  repository.lockIssue("mara", number);
  repository.closeIssue("mara", number);
  const writer = hub.jobToken(repository, { contents: "write", pull_requests: "write" });
  const sha = repository.log("main")[0]!.sha;
  const tree = (await call(hub, writer, `GET /repos/acme/toy/git/commits/${sha}`)).json.tree.sha;
  const commit = async (parent: string): Promise<string> =>
    (await call(hub, writer, "POST /repos/acme/toy/git/commits", { message: "x", tree, parents: [parent] })).json.sha;
  const [first, next] = [await commit(sha), await commit(await commit(sha))];
  await call(hub, writer, "POST /repos/acme/toy/git/refs", { ref: "refs/heads/b", sha: first });
  const pull = await call(hub, writer, "POST /repos/acme/toy/pulls", { title: "x", head: "b", base: "main" });
  await call(hub, writer, `PATCH /repos/acme/toy/pulls/${pull.json.number}`, { body: "y" });
  await call(hub, writer, `POST /repos/acme/toy/issues/${pull.json.number}/labels`, { labels: ["bug"] });
  await repository.unlabel("mara", pull.json.number, "bug");
  await repository.setDraft("mara", pull.json.number, true);
  await repository.setDraft("mara", pull.json.number, false);
  const review = await repository.review("mara", pull.json.number, "APPROVE");
  await repository.dismiss("mara", pull.json.number, review);
  const comments = [{ path: "src/sum.ts", line: 1, body: "why?" }];
  const said = await repository.reviewWith("mara", pull.json.number, {
    event: "REQUEST_CHANGES",
    body: "No",
    comments,
  });
  await repository.editReview(pull.json.number, said, "No!");
  await repository.enqueue("mara", pull.json.number);
  repository.closeIssue("mara", pull.json.number);
  await repository.reopen("mara", pull.json.number);
  await call(hub, writer, "PATCH /repos/acme/toy/git/refs/heads/b", { sha: next, force: true });
  await call(hub, writer, "DELETE /repos/acme/toy/git/refs/heads/b");
  const run = repository.dispatch("mara", "work.yml", { subject: "x" });
  runs[0]!.update({ status: "in_progress", title: "work on x" });
  runs[0]!.update({ status: "completed", conclusion: "success" });
  expect(run).toBeGreaterThan(2 ** 31);
  await hub.idle();
  const sent = hub.deliveries.map(({ event, action, body }) => ({
    name: [event, action].filter((part) => part !== null).join("."),
    mistakes: payloadMistakes(event, action, JSON.parse(body)),
  }));
  expect(sent.flatMap(({ name, mistakes }) => mistakes.map((mistake) => `${name}: ${mistake}`))).toEqual([]);
  expect(new Set(sent.map(({ name }) => name))).toEqual(
    new Set([
      "installation.created",
      "issues.opened",
      "issue_comment.created",
      "issue_comment.edited",
      "issues.edited",
      "issues.labeled",
      "issue_comment.deleted",
      "issues.locked",
      "issues.closed",
      "push",
      "pull_request.opened",
      "pull_request.edited",
      "pull_request.labeled",
      "pull_request.unlabeled",
      "pull_request.converted_to_draft",
      "pull_request.ready_for_review",
      "pull_request.reopened",
      "pull_request_review.submitted",
      "pull_request_review.dismissed",
      "pull_request_review.edited",
      "pull_request_review_comment.created",
      "merge_group.checks_requested",
      "pull_request.synchronize",
      "pull_request.closed",
      "workflow_run.requested",
      "workflow_run.in_progress",
      "workflow_run.completed",
    ]),
  );
});

test("A comment made through the API is an event too, and an App without the subscription hears nothing", async () => {
  const on = await stage();
  const { hub, app, repository } = on;
  const { url, received } = await receiver();
  app.webhookUrl = url;
  const deaf = hub.createApp({
    slug: "deaf",
    permissions: { issues: "read" },
    events: [],
    webhookUrl: url,
    webhookSecret: "x",
  });
  hub.install(deaf, repository);
  await hub.idle();
  received.length = 0;
  const number = repository.openIssue("sam", "x", "");
  await call(hub, await mint(on), `POST /repos/acme/toy/issues/${number}/comments`, { body: "beep" });
  await hub.idle();
  expect(received.map(({ body }) => JSON.parse(body).sender.login)).toEqual(["sam", "airlock[bot]"]);
});

test("A closed endpoint is a failed delivery that can be sent again, by hand and by the App", async () => {
  const on = await stage();
  const { hub, app, repository } = on;
  app.webhookUrl = "http://127.0.0.1:9/hook";
  const number = repository.openIssue("sam", "x", "");
  await repository.comment("mara", number, "/agent fix");
  const failed = hub.deliveries.find(({ event }) => event === "issue_comment")!;
  expect(failed).toMatchObject({ statusCode: 0, status: "failed to connect to host", redelivery: false });
  let status = 503;
  const { url, received } = await receiver(() => status);
  app.webhookUrl = url;
  const again = await hub.redeliver(failed.id);
  expect(again).toMatchObject({ guid: failed.guid, body: failed.body, redelivery: true, statusCode: 503 });
  status = 200;
  const listed = await call(hub, jwt(app), "GET /app/hook/deliveries?per_page=100");
  const bad = listed.json.filter((one: Anything) => one.event === "issue_comment" && one.status_code !== 200);
  expect(bad.map((one: Anything) => one.guid)).toEqual([failed.guid, failed.guid]);
  expect((await call(hub, jwt(app), `GET /app/hook/deliveries/${failed.id}`)).json.request.payload.comment.body).toBe(
    "/agent fix",
  );
  expect((await call(hub, jwt(app), `POST /app/hook/deliveries/${failed.id}/attempts`)).status).toBe(202);
  await hub.idle();
  expect(received).toHaveLength(2);
  expect(hub.deliveries.at(-1)).toMatchObject({ statusCode: 200, status: "OK", response: "thanks" });
  expect(hub.violations).toEqual([]);
});
