import { describe, expect, test } from "vitest";
import { inert, inertLog } from "../../src/action/log.ts";

/** What GitHub's runner takes for a command: the old form anywhere in a line, the new one at its start after white space. */
function obeyed(output: string): string[] {
  return output.split(/\r\n|\r|\n/).filter((line) => /##\[/.test(line) || /^\s*::/.test(line));
}

describe("no text makes the runner do something", () => {
  test.each([
    ["::set-output name=proceed::true", ": :set-output name=proceed::true"],
    ["  \t::error::x", "  \t: :error::x"],
    ["a\n::add-mask::b", "a\n: :add-mask::b"],
    ["a\r\n::error::b", "a\n: :error::b"],
    ["a\r::error::b", "a\n: :error::b"],
    ["a\r  ##[error]b", "a\n  # #[error]b"],
    ["\u00A0\u3000::error::x", "\u00A0\u3000: :error::x"],
    ["\u2028::error::x", "\u2028: :error::x"],
    ["\u0000::error::x", ": :error::x"],
    ["\u001B[0m::error::x", ": :error::x"],
    ["\u001B[1;31m\u0007::error::x", ": :error::x"],
    ["\u0085::error::x", ": :error::x"],
    ["say ##[error]x", "say # #[error]x"],
    ["##\u0000[add-path]/tmp", "# #[add-path]/tmp"],
    ["##\u001B[0m[group]", "# #[group]"],
    ["####[group]##[endgroup]", "### #[group]# #[endgroup]"],
  ])("%j becomes %j", (text, expected) => {
    expect(inert(text)).toBe(expected);
    // The twin: with the disguise taken off, as a runner does, the text itself would be obeyed.
    expect(obeyed(text.replaceAll(/[\u0000\u0007\u0085]|\u001B\[[0-9;]*m/g, ""))).toHaveLength(1);
    expect(obeyed(inert(text))).toEqual([]);
  });

  test("colours and control characters are gone, tabs and line ends stay", () => {
    expect(inert("\u001B[32mok\u001B[39m\tdone\u0008\u007F\n\u009B2J next")).toBe("ok\tdone\n2J next");
  });

  test("ordinary text is left as it is", () => {
    const text = "a::b std::vector # [x] ## [y] https://example.com\n  - :: no\n";
    expect(inert("a::b std::vector # [x] ## [y]\n- item")).toBe("a::b std::vector # [x] ## [y]\n- item");
    expect(inert(inert(text))).toBe(inert(text));
  });
});

test("a log writes line by line", () => {
  const lines: string[] = [];
  inertLog((line) => lines.push(line))("one\n::debug::two\r\nthree");
  expect(lines).toEqual(["one", ": :debug::two", "three"]);
});
