// Cuts the operations and webhook payloads the embedded GitHub speaks out of GitHub's own OpenAPI description.
// The whole package is 385 MB, so it is installed into a temporary directory and removed again.
// Usage: node test/emulators/github/cut-openapi.mjs [path of api.github.com.json]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = "@octokit/openapi@23.0.2";
const target = new URL("./openapi-slice.json", import.meta.url);
const repo = "/repos/{owner}/{repo}";

/** Every operation the embedded GitHub answers. The router refuses a route that is not here. */
const operations = {
  "/app": ["get"],
  "/app/hook/deliveries": ["get"],
  "/app/hook/deliveries/{delivery_id}": ["get"],
  "/app/hook/deliveries/{delivery_id}/attempts": ["post"],
  "/app/installations": ["get"],
  "/app/installations/{installation_id}": ["get"],
  "/app/installations/{installation_id}/access_tokens": ["post"],
  "/app-manifests/{code}/conversions": ["post"],
  "/apps/{app_slug}": ["get"],
  "/installation/repositories": ["get"],
  "/installation/token": ["delete"],
  "/rate_limit": ["get"],
  "/user": ["get"],
  "/users/{username}": ["get"],
  "/orgs/{org}/teams/{team_slug}/members": ["get"],
  [repo]: ["get"],
  [`${repo}/installation`]: ["get"],
  [`${repo}/actions/artifacts/{artifact_id}`]: ["get"],
  [`${repo}/actions/artifacts/{artifact_id}/{archive_format}`]: ["get"],
  [`${repo}/actions/jobs/{job_id}/logs`]: ["get"],
  [`${repo}/actions/permissions/workflow`]: ["get"],
  [`${repo}/actions/runs`]: ["get"],
  [`${repo}/actions/runs/{run_id}`]: ["get"],
  [`${repo}/actions/runs/{run_id}/artifacts`]: ["get"],
  [`${repo}/actions/runs/{run_id}/cancel`]: ["post"],
  [`${repo}/actions/runs/{run_id}/jobs`]: ["get"],
  [`${repo}/actions/runs/{run_id}/rerun`]: ["post"],
  [`${repo}/actions/secrets/{secret_name}`]: ["get"],
  [`${repo}/actions/variables/{name}`]: ["get"],
  [`${repo}/actions/workflows`]: ["get"],
  [`${repo}/actions/workflows/{workflow_id}`]: ["get"],
  [`${repo}/actions/workflows/{workflow_id}/dispatches`]: ["post"],
  [`${repo}/actions/workflows/{workflow_id}/runs`]: ["get"],
  [`${repo}/branches`]: ["get"],
  [`${repo}/branches/{branch}`]: ["get"],
  [`${repo}/check-runs`]: ["post"],
  [`${repo}/check-runs/{check_run_id}`]: ["get", "patch"],
  [`${repo}/collaborators`]: ["get"],
  [`${repo}/collaborators/{username}/permission`]: ["get"],
  [`${repo}/commits`]: ["get"],
  [`${repo}/commits/{commit_sha}/pulls`]: ["get"],
  [`${repo}/commits/{ref}`]: ["get"],
  [`${repo}/commits/{ref}/check-runs`]: ["get"],
  [`${repo}/compare/{basehead}`]: ["get"],
  [`${repo}/contents/{path}`]: ["get"],
  [`${repo}/git/blobs`]: ["post"],
  [`${repo}/git/blobs/{file_sha}`]: ["get"],
  [`${repo}/git/commits`]: ["post"],
  [`${repo}/git/commits/{commit_sha}`]: ["get"],
  [`${repo}/git/matching-refs/{ref}`]: ["get"],
  [`${repo}/git/ref/{ref}`]: ["get"],
  [`${repo}/git/refs`]: ["post"],
  [`${repo}/git/refs/{ref}`]: ["patch", "delete"],
  [`${repo}/git/trees`]: ["post"],
  [`${repo}/git/trees/{tree_sha}`]: ["get"],
  [`${repo}/issues`]: ["get", "post"],
  [`${repo}/issues/comments`]: ["get"],
  [`${repo}/issues/comments/{comment_id}`]: ["get", "patch", "delete"],
  [`${repo}/issues/comments/{comment_id}/reactions`]: ["get", "post"],
  [`${repo}/issues/comments/{comment_id}/reactions/{reaction_id}`]: ["delete"],
  [`${repo}/issues/{issue_number}`]: ["get", "patch"],
  [`${repo}/issues/{issue_number}/comments`]: ["get", "post"],
  [`${repo}/issues/{issue_number}/labels`]: ["get", "post", "put"],
  [`${repo}/issues/{issue_number}/labels/{name}`]: ["delete"],
  [`${repo}/issues/{issue_number}/lock`]: ["put", "delete"],
  [`${repo}/labels`]: ["get", "post"],
  [`${repo}/labels/{name}`]: ["get"],
  [`${repo}/pulls`]: ["get", "post"],
  [`${repo}/pulls/{pull_number}`]: ["get", "patch"],
  [`${repo}/pulls/comments/{comment_id}`]: ["get"],
  [`${repo}/pulls/{pull_number}/comments`]: ["get", "post"],
  [`${repo}/pulls/{pull_number}/comments/{comment_id}/replies`]: ["post"],
  [`${repo}/pulls/{pull_number}/commits`]: ["get"],
  [`${repo}/pulls/{pull_number}/files`]: ["get"],
  [`${repo}/pulls/{pull_number}/requested_reviewers`]: ["get", "post", "delete"],
  [`${repo}/pulls/{pull_number}/reviews`]: ["get"],
  [`${repo}/pulls/{pull_number}/reviews/{review_id}`]: ["get"],
  [`${repo}/rules/branches/{branch}`]: ["get"],
};

/** The webhook payloads the embedded GitHub sends, by GitHub's name for their schema. */
const webhooks = [
  "installation-created",
  "issue-comment-created",
  "issue-comment-deleted",
  "issue-comment-edited",
  "issues-closed",
  "issues-edited",
  "issues-labeled",
  "issues-locked",
  "issues-opened",
  "issues-reopened",
  "issues-unlabeled",
  "merge-group-checks-requested",
  "pull-request-closed",
  "pull-request-converted-to-draft",
  "pull-request-edited",
  "pull-request-labeled",
  "pull-request-opened",
  "pull-request-ready-for-review",
  "pull-request-reopened",
  "pull-request-review-comment-created",
  "pull-request-review-dismissed",
  "pull-request-review-edited",
  "pull-request-review-submitted",
  "pull-request-synchronize",
  "pull-request-unlabeled",
  "push",
  "workflow-dispatch",
  "workflow-run-completed",
  "workflow-run-in-progress",
  "workflow-run-requested",
];

const whole = JSON.parse(readFileSync(process.argv[2] ?? fetchDescription(), "utf8"));
const slice = { from: source, openapi: whole.openapi, paths: {}, webhooks: {}, components: {} };
for (const [path, methods] of Object.entries(operations)) {
  slice.paths[path] = {};
  for (const method of methods) slice.paths[path][method] = lean(operation(whole.paths[path], method, path));
}
for (const name of webhooks) {
  const schema = whole["x-webhooks"][name]?.post.requestBody.content["application/json"].schema;
  if (schema === undefined) throw new Error(`GitHub's description has no webhook ${name}`);
  slice.webhooks[name] = lean(schema);
}
// GitHub's description of this list says an account is a user AND an enterprise; that of a single installation says "or".
slice.paths["/app/installations"].get.responses["200"].items = { $ref: "#/components/schemas/installation" };
// A run list's `created` is described as one date-time, yet its prose and GitHub itself take `>=…` and `from..to`.
whole.components.parameters.created.schema = { type: "string" };
// A workflow is named by a number or a file; a number in a path is a text as well, and "one of" would refuse it.
whole.components.parameters["workflow-id"].schema = { anyOf: [{ type: "integer" }, { type: "string" }] };
addComponents(slice);
writeFileSync(target, `${JSON.stringify(slice)}\n`);
execFileSync("npx", ["oxfmt", fileURLToPath(target)]);
process.stdout.write(`${Object.keys(slice.paths).length} paths, ${webhooks.length} webhooks → openapi-slice.json\n`);

function fetchDescription() {
  const directory = mkdtempSync(join(tmpdir(), "cut-openapi-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "package.json"), "{}");
  execFileSync("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", source], {
    cwd: directory,
    stdio: "inherit",
  });
  return join(directory, "node_modules/@octokit/openapi/generated/api.github.com.json");
}

function operation(pathItem, method, path) {
  const found = pathItem?.[method];
  if (found === undefined) throw new Error(`GitHub's description has no ${method} ${path}`);
  const parameters = [...(pathItem.parameters ?? []), ...(found.parameters ?? [])];
  const answers = Object.entries(found.responses).filter(([status]) => /^[23]/.test(status));
  const responses = Object.fromEntries(answers.map(([status, answer]) => [status, answerSchema(answer)]));
  const body = found.requestBody?.content["application/json"]?.schema;
  return {
    operationId: found.operationId,
    docs: found.externalDocs?.url,
    parameters,
    body: body ?? null,
    bodyRequired: found.requestBody?.required ?? false,
    responses,
  };
}

/** The JSON schema of an answer; null when the answer has no JSON body. */
function answerSchema(answer) {
  const resolved = answer.$ref === undefined ? answer : lookUp(answer.$ref);
  return resolved.content?.["application/json"]?.schema ?? null;
}

function addComponents(into) {
  const seen = new Set();
  const queue = [into.paths, into.webhooks];
  while (queue.length > 0) {
    for (const ref of refsIn(queue.pop())) {
      if (seen.has(ref)) continue;
      seen.add(ref);
      const [, , kind, name] = ref.split("/");
      into.components[kind] ??= {};
      into.components[kind][name] = lean(lookUp(ref));
      queue.push(into.components[kind][name]);
    }
  }
}

function lookUp(ref) {
  const found = ref
    .slice(2)
    .split("/")
    .reduce((node, key) => node?.[key], whole);
  if (found === undefined) throw new Error(`GitHub's description has no ${ref}`);
  return found;
}

function* refsIn(node) {
  if (node === null || typeof node !== "object") return;
  for (const [key, value] of Object.entries(node)) {
    if (key === "$ref" && typeof value === "string") yield value;
    else yield* refsIn(value);
  }
}

/** Without prose and examples: they are three quarters of the text and check nothing. */
function lean(node, isPropertyMap = false) {
  if (Array.isArray(node)) return node.map((item) => lean(item));
  if (node === null || typeof node !== "object") return node;
  const kept = Object.entries(node).filter(
    ([key]) =>
      isPropertyMap || (!["description", "example", "examples", "summary"].includes(key) && !key.startsWith("x-")),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, lean(value, key === "properties" && !isPropertyMap)]));
}
