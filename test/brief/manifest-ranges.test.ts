import { expect, test } from "vitest";
import { asksFor, rangeFor, rangesOf, withRange } from "../../src/brief/manifest-ranges.ts";

const manifest = `{
\t"name": "app",
\t"dependencies": { "left": "^1.2.3", "odd":"1.x" },
\t"devDependencies": {
\t\t"left": "1.2.3",
\t\t"git": "git+ssh://host/x.git"
\t},
\t"peerDependencies": { "peer": "*" }
}
`;

test("only the range changes, in the section that is named", () => {
  expect(withRange(manifest, { name: "left", section: "dependencies" }, "^2.0.0")).toBe(
    manifest.replace("^1.2.3", "^2.0.0"),
  );
  expect(withRange(manifest, { name: "left", section: "devDependencies" }, "2.0.0")).toBe(
    manifest.replace(`"left": "1.2.3"`, `"left": "2.0.0"`),
  );
});

test("a byte order mark and escapes stay where they are", () => {
  const text = `\uFEFF{"x":"\\u0022dependencies","dependencies":{"left":"1.0.0"}}`;
  expect(withRange(text, { name: "left", section: "dependencies" }, "1.1.0")).toBe(text.replace("1.0.0", "1.1.0"));
});

test("every package.json that asks is named, with section and range", () => {
  const manifests = new Map([
    ["package.json", manifest],
    ["packages/a/package.json", `{"optionalDependencies":{"left":"~1.2"}}`],
    ["packages/b/package.json", `{}`],
  ]);
  expect(asksFor("left", manifests)).toEqual({
    kind: "asks",
    asks: [
      { path: "package.json", section: "dependencies", range: "^1.2.3" },
      { path: "package.json", section: "devDependencies", range: "1.2.3" },
      { path: "packages/a/package.json", section: "optionalDependencies", range: "~1.2" },
    ],
  });
});

test.each([
  ["a name that nobody asks for", "unknown", "No package.json of this repository asks for `unknown`."],
  ["a peer alone", "peer", "No package.json of this repository asks for `peer`."],
  ["a key of every object", "constructor", "No package.json of this repository asks for `constructor`."],
  [
    "git",
    "git",
    "package.json asks for `git` as `git+ssh://host/x.git`, which is not a version or a range of the registry.",
  ],
])("refused: %s", (_, name, message) => {
  expect(asksFor(name, new Map([["package.json", manifest]]))).toMatchObject({ kind: "refused", message });
});

test.each([
  ["no JSON", "{"],
  ["an expression that is no JSON", `{"dependencies": {"a": "1" + "2"}}`],
  ["no object", "[]"],
  ["what is nested too deep", "[".repeat(200_000) + "]".repeat(200_000)],
  ["a key twice", `{"dependencies":{"a":"1","a":"2"}}`],
  ["a section twice", `{"dependencies":{},"dependencies":{"a":"2"}}`],
  ["a range that is no text", `{"dependencies":{"a":1}}`],
])("%s is not read", (_, text) => {
  expect(rangesOf(text)).toBeNull();
  expect(asksFor("a", new Map([["package.json", text]]))).toMatchObject({ kind: "refused" });
});

test.each([
  ["1.0.0", "1.1.0"],
  ["=1.0.0", "1.1.0"],
  ["~1.0.0", "~1.1.0"],
  ["^1.0.0", "^1.1.0"],
  ["1.x", "^1.1.0"],
  ["*", "^1.1.0"],
  [">=1 <2", "^1.1.0"],
])("%s becomes %s", (old, range) => {
  expect(rangeFor(old, "1.1.0")).toBe(range);
});
