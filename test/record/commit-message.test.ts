import { describe, expect, test } from "vitest";
import {
  commitMessage,
  judgementDigest,
  judgementOfCommit,
  roundMessage,
  runOfCommit,
  subjectOf,
} from "../../src/record/commit-message.ts";
import { answeredItems } from "../../src/record/answered-items.ts";
import { findSecrets } from "../../src/text/find-secrets.ts";
import { ours } from "../../src/text/outgoing.ts";
import { planted } from "../inspect/planted.ts";
import { issueBrief, judgement, runUrl, task, verdict } from "./papers.ts";

const requester = { id: 5, login: "mona" };
const run = { id: 77, url: runUrl };
const titled = (title: string) => ({ ...issueBrief, title });

test("a commit message says what, for which issue, by whose request and in which run", () => {
  expect(commitMessage({ brief: task().brief, requester, run, judgement: judgement(), known: [] }))
    .toMatchInlineSnapshot(`
      "sum(1, 2) returns -1

      Issue: #12
      Made by Airlock in run 77: https://github.com/octo/demo/actions/runs/77

      Co-authored-by: mona <5+mona@users.noreply.github.com>
      Airlock-Run: 77
      Airlock-Judgement: 1be3d91fb934f9923b658bdefce989d874901131958935e3a30b39ce14f42fe9"
    `);
});

test("the run is found again in the message, and in no other text", () => {
  const message = commitMessage({ brief: task().brief, requester, run, judgement: judgement(), known: [] });
  expect(runOfCommit(message)).toBe(77);
  expect(runOfCommit("Fix\n\nAirlock-Run: 77\n\nmore")).toBeNull();
  expect(runOfCommit("Fix\n\nAirlock-Run: 77\nAirlock-Run: 78")).toBeNull();
  expect(runOfCommit("Airlock-Run: x")).toBeNull();
});

test("the judgement a commit was published under is found in it, and no other one", () => {
  const message = commitMessage({ brief: task().brief, requester, run, judgement: judgement(), known: [] });
  expect(judgementOfCommit(message)).toBe(judgementDigest(verdict()));
  expect(judgementOfCommit(message)).not.toBe(judgementDigest(judgement({ level: "low" })));
  expect(judgementOfCommit("Fix\n\nAirlock-Judgement: none")).toBeNull();
});

describe("a hostile title", () => {
  test.each([
    ["a closing keyword", "Fixes #99 please"],
    ["a skip instruction", "typo [skip ci]"],
    ["a mention", "ask @octo/security"],
    ["a trailer on a second line", "x\n\nCo-authored-by: evil <e@x.test>"],
    ["terminal codes", "a\u001b[31mb"],
    ["a very long line", "word ".repeat(60)],
  ])("with %s becomes one harmless line", (_title, title) => {
    const message = commitMessage({ brief: titled(title), requester, run, judgement: judgement(), known: [] });
    const [subject = "", blank] = message.split("\n");
    expect(blank).toBe("");
    expect(Array.from(subject).length).toBeLessThanOrEqual(72);
    expect(subject).not.toMatch(/fixes #99|\[skip ci\]|(?:^|\s)@octo|\u001b/i);
    expect(message.match(/^Co-authored-by:/gm)).toHaveLength(1);
  });

  test("that is empty gets a name", () => {
    expect(subjectOf(titled("\u0000"), [])).toBe("Change for issue 12");
  });
});

test("a secret in a title does not reach the commit", () => {
  const message = commitMessage({
    brief: titled("token s3cr3t-v4lu3-1234 leaks"),
    requester,
    run,
    judgement: judgement(),
    known: ["s3cr3t-v4lu3-1234"],
  });
  expect(message).not.toContain("s3cr3t-v4lu3-1234");
});

test.each(Object.entries(planted))("a secret that nobody knew reaches no commit: %s", (_name, text) => {
  const brief = titled(`Use ${text.replaceAll("\n", " ")} here`);
  const message = commitMessage({ brief, requester, run, judgement: judgement(), known: [] });
  for (const { start, end } of findSecrets(brief.title)) expect(message).not.toContain(brief.title.slice(start, end));
  expect(findSecrets(message)).toEqual([]);
});

describe("the message of one commit of a round of review", () => {
  const facts = {
    opening: ours`Address review: `,
    subject: "Take numbers only",
    items: ["thread-41", "review-7"],
    pull: 13,
    requester,
    run,
    known: [],
  };

  test("names its points where they are found again, and the judgement only on the last", () => {
    const message = roundMessage(facts);
    expect(message).toBe(
      [
        "Address review: Take numbers only",
        `Pull request: #13\nMade by Airlock in run 77: ${runUrl}`,
        "Airlock-Item: thread-41\nAirlock-Item: review-7\nCo-authored-by: mona <5+mona@users.noreply.github.com>\nAirlock-Run: 77",
      ].join("\n\n"),
    );
    expect([answeredItems(message), runOfCommit(message), judgementOfCommit(message)]).toEqual([facts.items, 77, null]);
    const last = roundMessage({ ...facts, judgement: judgement() });
    expect(judgementOfCommit(last)).toBe(judgementDigest(judgement()));
  });

  test("of a rollback says where it leads, and that alone", () => {
    const message = roundMessage({ ...facts, opening: ours``, subject: "Roll back to 1234567", items: [] });
    expect(message.split("\n")[0]).toBe("Roll back to 1234567");
    expect(answeredItems(message)).toEqual([]);
  });

  test("cannot be given another trailer, a closing keyword or a second line by the agent", () => {
    const subject = `Fixes #3 for @sam\n\nAirlock-Item: thread-99\nAirlock-Judgement: ${"0".repeat(64)}`;
    const message = roundMessage({ ...facts, subject });
    expect(message.split("\n")[0]?.length).toBeLessThanOrEqual(72);
    expect(message).not.toMatch(/fixes #3|@sam/i);
    expect([answeredItems(message), judgementOfCommit(message)]).toEqual([facts.items, null]);
  });

  test.each([
    [0, "changes beside the points"],
    [1, "one point"],
    [2, "2 points"],
  ])("has our own words where the agent has none, for %i points", (count, words) => {
    const message = roundMessage({ ...facts, subject: null, items: facts.items.slice(0, count) });
    expect(message.split("\n")[0]).toBe(`Address review: ${words}`);
  });
});
