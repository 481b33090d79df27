import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/github/api.ts";
import { patient, waitBefore } from "../../src/github/patience.ts";
import { fakePatience } from "./ports.ts";

const answered = (status: number, headers: Record<string, string> = {}, message = "no") => ({
  status,
  message,
  response: { headers, data: {} },
});
const unanswered = { status: 500, message: "socket hang up" };
const now = 1_000_000_000_000;
const at = (attempt: number) => ({ attempt, waitMaxMs: 600_000, now: () => now, random: () => 0 });
const soon = String(now / 1000 + 30);
const late = String(now / 1000 + 3600);

describe("the wait before another try", () => {
  const read = "GET /repos/{owner}/{repo}/issues/{issue_number}";
  const create = "POST /repos/{owner}/{repo}/pulls";
  const table: [title: string, route: string, thrown: unknown, attempt: number, wait: number | null][] = [
    ["a read after a 500", read, answered(500), 1, 500],
    ["a read after a 502, third time", read, answered(502), 3, 8000],
    ["a read without any answer", read, unanswered, 1, 500],
    ["a read after a 404", read, answered(404), 1, null],
    ["a read after a 403 that is about permissions", read, answered(403, {}, "Resource not accessible"), 1, null],
    [
      "a read at the primary limit",
      read,
      answered(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": soon }),
      1,
      31_000,
    ],
    [
      "a read at a limit that ends too late",
      read,
      answered(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": late }),
      1,
      null,
    ],
    ["a read with retry-after", read, answered(429, { "retry-after": "7" }), 1, 7000],
    [
      "a read at the secondary limit without a time",
      read,
      answered(403, {}, "You have exceeded a secondary rate limit"),
      1,
      60_000,
    ],
    ["the same, the second time", read, answered(403, {}, "You have exceeded a secondary rate limit"), 2, 240_000],
    ["a create after a 502: it may have happened", create, answered(502), 1, null],
    ["a create without any answer: it may have happened", create, unanswered, 1, null],
    ["a create at the limit: it did not happen", create, answered(429, { "retry-after": "2" }), 1, 2000],
    [
      "a blob after a 502: the same bytes are the same blob",
      "POST /repos/{owner}/{repo}/git/blobs",
      answered(502),
      1,
      500,
    ],
    ["an edit after a 502", "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", answered(502), 1, 500],
    ["a query after a 502", "POST /graphql", answered(502), 1, 500],
    [
      "a dispatch after a 502: it may have happened",
      "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
      answered(502),
      1,
      null,
    ],
  ];
  test.each(table)("%s", (...[, route, thrown, attempt, expected]) => {
    expect(waitBefore(route, thrown, at(attempt))).toBe(expected);
  });
});

test("tries end after the given number, with the last error", async () => {
  const patience = fakePatience(3);
  let asked = 0;
  const request = patient(async () => {
    asked += 1;
    throw answered(503);
  }, patience);
  await expect(request("GET /x")).rejects.toMatchObject({ status: 503 });
  expect({ asked, slept: patience.slept }).toEqual({ asked: 3, slept: [500, 2000] });
});

test("writes go one at a time, reads do not wait for them", async () => {
  const events: string[] = [];
  const gates: (() => void)[] = [];
  const ok: Answer = { status: 200, data: {}, headers: {} };
  const request = patient(async (route) => {
    events.push(`begin ${route}`);
    if (route.startsWith("POST")) await new Promise<void>((resolve) => gates.push(resolve));
    events.push(`end ${route}`);
    return ok;
  }, fakePatience());
  const first = request("POST /1");
  const second = request("POST /2");
  await request("GET /3");
  expect(events.toSorted()).toEqual(["begin GET /3", "begin POST /1", "end GET /3"]);
  gates.shift()?.();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toContain("begin POST /2");
  gates.shift()?.();
  await second;
});

test("a write that failed does not stop the next one", async () => {
  let asked = 0;
  const request = patient(async () => {
    asked += 1;
    if (asked === 1) throw answered(422);
    return { status: 200, data: {}, headers: {} };
  }, fakePatience());
  await expect(request("POST /1")).rejects.toMatchObject({ status: 422 });
  await expect(request("POST /2")).resolves.toMatchObject({ status: 200 });
});
