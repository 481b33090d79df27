import { expect, test } from "vitest";
import { foldPath, skeleton } from "../../src/inspect/fold-path.ts";

test.each([
  ["src/auth.ts", "src/auth.ts"],
  ["SRC/Auth.TS", "src/auth.ts"],
  ["src/\u0430uth.ts", "src/auth.ts"], // Cyrillic a
  ["src/\uff41uth.ts", "src/auth.ts"], // full-width a
  ["src/a\u0301uth.ts", "src/auth.ts"], // combining accent
  ["src/au\u200bth.ts", "src/auth.ts"], // zero-width space
  [".g\u200cithub/workflows/x.yml", ".github/workflows/x.yml"],
  [".github\\workflows\\x.yml", ".github/workflows/x.yml"],
  [".github./workflows /x.yml.", ".github/workflows/x.yml"],
  ["\ud835\udc1auth", "auth"], // mathematical bold a
])("%j folds to %j", (path, folded) => {
  expect(foldPath(path)).toBe(folded);
});

test("A skeleton keeps the case, so that words can be split where it changes", () => {
  expect(skeleton("\u0410uthServi\u0441e")).toBe("AuthService");
});

test("Folding twice is folding once", () => {
  for (const path of ["\u0410\u0301b/ c.", "x\u202e/y", "ﬁle", "İstanbul/ı"])
    expect(foldPath(foldPath(path))).toBe(foldPath(path));
});
