import { expect, test } from "vitest";
import { fileType } from "../../src/policy/file-type.ts";

test.each([
  ["docs/a.txt", "text"],
  ["README.md", "text"],
  ["src/a.ts", "source"],
  ["src/a.test.mts", "source"],
  ["src/data.json", "source"],
  ["src/a.css", "source"],
  ["src/config.ts", "source"],
  ["vite.config.ts", "other"],
  ["scripts/deploy.sh", "other"],
  ["Makefile", "other"],
  ["Dockerfile", "other"],
  ["CMakeLists.txt", "other"],
  ["page.mdx", "other"],
  ["notebook.ipynb", "other"],
  ["index.html", "other"],
  ["data.yml", "other"],
  ["a.py", "other"],
  ["LICENSE", "other"],
  [".gitignore", "other"],
  [".eslintrc.json", "other"],
  ["a.ts.sh", "other"],
])("%s is %s", (path, type) => {
  expect(fileType(path, "old\n", "new\n")).toBe(type);
});

test.each([
  ["prose with code", "# A\n\n```html\n<script>x</script>\n```\n\n`<b>` and 1 < 2\n", "text"],
  ["an automatic link", "see <https://example.test>\n", "text"],
  ["new HTML", "hello <img src=x onerror=y>\n", "other"],
  ["a new HTML block", "<script>\nx\n</script>\n", "other"],
  ["a new comment", "<!-- hidden -->\n", "other"],
  ["a template brace", "hello {{ constructor }}\n", "other"],
  ["a template tag", "hello {% include x %}\n", "other"],
  ["HTML that was there", '<p align="center">\n\nnew words\n', "text"],
  ["HTML that was there, edited", '<p align="center" onclick="x">\n', "other"],
  ["a deleted file", "", "text"],
])("Markdown with %s is %s", (_, after, type) => {
  expect(fileType("README.md", '<p align="center">\n\nold words\n', after)).toBe(type);
});

test("Binary content has no type that something is known to ignore", () => {
  expect(fileType("a.md", "x", null)).toBe("other");
  expect(fileType("a.ts", null, "x")).toBe("other");
});
