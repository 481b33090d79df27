import { describe, expect, it } from "vitest";
import { createMasks, workflowCommand } from "./job-log.ts";
import { parsePairs } from "./step-files.ts";

describe("file commands", () => {
  it.each([
    ["", {}],
    ["a=1\n", { a: "1" }],
    ["a=1=2\nb=\n", { a: "1=2", b: "" }],
    ["a<<EOF\nx\n\ny=1\nEOF\nb=2\n", { a: "x\n\ny=1", b: "2" }],
    ["a=x<<EOF\n", { a: "x<<EOF" }],
    ["a=1\r\nb=2\r\n", { a: "1", b: "2" }],
    ["a=1\na=2\n", { a: "2" }],
  ])("%j is read", (text, pairs) => {
    expect(parsePairs(text, "output")).toEqual(pairs);
  });

  it.each(["no equals sign\n", "=value\n", "a<<EOF\nnever closed\n", "a<<\nx\n\n"])(
    "%j is refused, as GitHub does",
    (text) => {
      expect(() => parsePairs(text, "output")).toThrow("file command 'output'");
    },
  );
});

describe("workflow commands", () => {
  it.each([
    ["plain text", null],
    ["a ::warning::in the middle", null],
    ["::warning::careful", { name: "warning", properties: {}, message: "careful" }],
    [
      "  ::Error file=a%2Cb.ts,line=3::two%0Alines",
      { name: "error", properties: { file: "a,b.ts", line: "3" }, message: "two\nlines" },
    ],
    ["::set-output name=a::b::c", { name: "set-output", properties: { name: "a" }, message: "b::c" }],
    ["::group::100%25", { name: "group", properties: {}, message: "100%" }],
  ])("%j", (line, command) => {
    expect(workflowCommand(line)).toEqual(command);
  });
});

it("masks hide the longest value first, each line of a long one, and no blank", () => {
  const masks = createMasks(["abc", "abcdef", "first\nsecond", "", "  "]);
  expect(masks.hide("abcdef abc first second  x")).toBe("*** *** *** ***  x");
  expect([masks.sees("xabcx"), masks.sees("clean")]).toEqual([true, false]);
});
