import { describe, expect, it } from "vitest";
import { code, fence, neutralise } from "../../src/text/outgoing.ts";
import { liveParts } from "./live-parts.ts";

describe("a command in code", () => {
  it.each([
    ["Comment `/agent fix` again, or `npm test`.", "Comment `/agent fix` again, or `npm test`."],
    ["`/agent fix` again", "`/agent fix` again"],
  ])("of a sentence is shown as it was written: %j", (text, shown) => {
    expect(neutralise(text, [])).toBe(shown);
    expect(liveParts(shown)).toEqual([]);
  });

  it("as a span of its own, too; in a block it does not begin the line", () => {
    expect(code("/agent fix", [])).toBe("`/agent fix`");
    expect(fence("/agent fix", [])).toBe("```text\n /agent fix\n```");
  });

  it("with a pipe, as anything with a pipe, is code all the same", () => {
    expect(code("@me | #1", [])).toBe("<code>@&#8203;me \\| #&#8203;1</code>");
    expect(liveParts(code("/agent fix | @me", []))).toEqual([]);
  });
});
