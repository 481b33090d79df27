import { expect, it } from "vitest";
import { settle } from "../../src/text/settle.ts";

it("reads until nothing changes, and adds up what was hidden", () => {
  const read = (text: string) => ({ text: text.replace("x", ""), hidden: text.includes("x") ? 1 : 0 });
  expect(settle("axbxc", read, 100)).toEqual({ text: "abc", hidden: 2 });
});

it("of a text that always changes only the words are left", () => {
  expect(settle("a <b>", (text) => ({ text: `${text}!`, hidden: 0 }), 100).text).toBe("a b");
});

it("a text that cannot be read is empty, and all of it counts as hidden", () => {
  const read = (): never => {
    throw new RangeError("Invalid array length");
  };
  expect(settle("words", read, 100)).toEqual({ text: "", hidden: 5 });
});

it("a long result is cut at a line and says so, and reading it again changes nothing", () => {
  const read = (text: string) => ({ text, hidden: 0 });
  const once = settle("line\n".repeat(1_000), read, 2_000);
  expect(once.text.length).toBeLessThanOrEqual(2_000);
  expect(once.text.endsWith("\nline\n\n… 3501 more characters are left out here")).toBe(true);
  expect(settle(once.text, read, 2_000)).toEqual(once);
});
