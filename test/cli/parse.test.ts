import { describe, expect, test } from "vitest";
import { airlock, json } from "./airlock.ts";

describe("airlock parse reads a comment as the app does", () => {
  test.each<[string, string, object]>([
    ["a command", "Thanks.\n\n/agent fix the sum\n", { kind: "command", verb: "fix", args: "the sum" }],
    ["no command", "Thanks.\n", { kind: "none" }],
    ["nothing at all", "", { kind: "none" }],
    ["a command in code", "```\n/agent fix\n```\n", { kind: "none" }],
    ["two commands", "/agent fix\n\n/agent fix\n", { kind: "multiple" }],
    ["a verb nobody knows", "/agent deploy\n", { kind: "unknown", verb: "deploy" }],
    ["no verb", "/agent\n", { kind: "help" }],
    ["the line ends of the web", "/agent fix\r\n\r\nplease\r\n", { kind: "command", verb: "fix", args: "" }],
  ])("%s", async (_title, stdin, expected) => {
    const ended = await airlock(["parse"], { stdin });
    expect({ code: ended.code, err: ended.err, lines: ended.out.length }).toEqual({ code: 0, err: [], lines: 1 });
    expect(json(ended)).toEqual(expected);
  });

  test("--json changes nothing: JSON is its only form", async () => {
    const stdin = "/agent fix\n";
    expect(await airlock(["parse", "--json"], { stdin })).toEqual(await airlock(["parse"], { stdin }));
  });

  test("bytes that are no text are no command", async () => {
    const stdin = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("/agent fix\n")]);
    expect(json(await airlock(["parse"], { stdin }))).toEqual({ kind: "none" });
  });
});
