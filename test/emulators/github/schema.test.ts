import { expect, test } from "vitest";
import { endpoints, match } from "./router.ts";
import { answerMistakes, payloadMistakes, requestMistakes } from "./schema.ts";
import { operationOf, slice } from "./slice.ts";

const params = { owner: "acme", repo: "toy" };
const repo = "/repos/{owner}/{repo}";

test("Every operation of the slice is served, and every route is in the slice", () => {
  const served = endpoints(() => {}).map(({ route }) => `${route.method} ${route.path}`);
  const described = Object.entries(slice.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(served.toSorted()).toEqual(described.toSorted());
  expect(() => operationOf("GET", "/repos/{owner}/{repo}/wiki")).toThrow("add it to cut-openapi.mjs");
});

test("Paths with slashes and the most literal route win", () => {
  const all = endpoints(() => {});
  const found = (line: string) => {
    const [method = "", path = ""] = line.split(" ");
    const hit = match(all, method, path);
    return hit === null ? null : [hit.endpoint.route.path, hit.params];
  };
  expect(found("GET /repos/acme/toy/git/ref/heads%2Fairlock%2F1-1")).toEqual([
    `${repo}/git/ref/{ref}`,
    { ...params, ref: "heads/airlock/1-1" },
  ]);
  expect(found("GET /repos/acme/toy/contents/src/a%20b.ts")).toEqual([
    `${repo}/contents/{path}`,
    { ...params, path: "src/a b.ts" },
  ]);
  expect(found("GET /repos/acme/toy/commits/main/check-runs")).toEqual([
    `${repo}/commits/{ref}/check-runs`,
    { ...params, ref: "main" },
  ]);
  expect(found("GET /repos/acme/toy/issues/comments/7")).toEqual([
    `${repo}/issues/comments/{comment_id}`,
    { ...params, comment_id: "7" },
  ]);
  expect(found("GET /repos/acme/toy/wiki")).toBeNull();
});

test("A request with one wrong thing is named, the same request without it passes", () => {
  const checks = operationOf("POST", `${repo}/check-runs`);
  const asked = (body: unknown, query = "") => ({ params, query: new URLSearchParams(query), body });
  const good = { name: "airlock", head_sha: "a".repeat(40), status: "completed", conclusion: "success" };
  expect(requestMistakes(checks, asked(good))).toEqual([]);
  expect(requestMistakes(checks, asked({ ...good, external: "x" }))).toEqual([expect.stringContaining("external")]);
  expect(requestMistakes(checks, asked(good, "page=2"))).toEqual([
    "parameters: must NOT have additional properties (page)",
  ]);
  expect(requestMistakes(checks, asked(undefined))).toEqual(["checks/create needs a body"]);
  const label = operationOf("POST", `${repo}/issues/{issue_number}/labels`);
  const labels = (body: unknown, issue_number = "1") =>
    requestMistakes(label, { ...asked(body), params: { ...params, issue_number } });
  expect(labels({ labels: ["a"] })).toEqual([]);
  expect(labels(["a"])).not.toEqual([]);
  expect(labels({ label: ["a"] })).not.toEqual([]);
  expect(labels({ labels: ["a"] }, "one")).toEqual(["parameters/issue_number: must be integer"]);
});

test("An answer and a payload that do not fit GitHub's schema are found", () => {
  const ref = operationOf("GET", `${repo}/git/ref/{ref}`);
  const good = {
    ref: "refs/heads/main",
    node_id: "x",
    url: "http://127.0.0.1/x",
    object: { type: "commit", sha: "a".repeat(40), url: "http://127.0.0.1/y" },
  };
  expect(answerMistakes(ref, 200, good)).toEqual([]);
  expect(answerMistakes(ref, 200, { ...good, object: undefined })).toEqual([
    "answer: must have required property 'object'",
  ]);
  expect(answerMistakes(ref, 202, good)).toEqual(["git/get-ref never answers 202"]);
  expect(answerMistakes(ref, 404, { message: "Not Found" })).toEqual([]);
  expect(payloadMistakes("issue_comment", "created", { action: "created" })).toContain(
    "issue-comment-created: must have required property 'comment'",
  );
  expect(payloadMistakes("star", "created", {})).toEqual(["openapi-slice.json has no webhook star-created"]);
});
