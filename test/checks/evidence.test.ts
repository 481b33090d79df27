import { expect, test } from "vitest";
import { lastLine, lastLines, plainLines } from "../../src/checks/evidence.ts";

test("output becomes plain lines: no colours, titles, control characters or overwritten progress", () => {
  const output = "\u001b[31mred\u001b[0m \u001b]0;title\u0007\r\n10%\r50%\rdone  \n\u0008a\u0000b\u0085c\tand tab\n";
  expect(plainLines(output)).toBe("red\ndone\nabc\tand tab\n");
});

test("evidence is the last lines, within limits", () => {
  const many = Array.from({ length: 100 }, (_, n) => `line ${n}`).join("\n");
  expect(lastLines(many).split("\n")).toEqual(Array.from({ length: 40 }, (_, n) => `line ${n + 60}`));
  expect(lastLines(`${"x".repeat(5_000)}\nend\n`)).toBe("end");
  expect(lastLines("🙂".repeat(5_000)).isWellFormed()).toBe(true);
  expect(lastLines("")).toBe("");
  expect(lastLine("one\ntwo\n\n")).toBe("two");
  expect(lastLine("")).toBe("");
});
