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
  ["public/robots.txt", "text"],
  ["docs/dev-requirements.txt", "other"],
  ["docs/requirements/docs.txt", "other"],
  ["docs/constraints.txt", "other"],
  ["docs/runtime.txt", "other"],
  ["docs/packages.txt", "other"],
  ["docs/apt.txt", "other"],
  ["meson_options.txt", "other"],
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
  ["a fence of a language", "```js\nimport x from 'y';\n```\n", "text"],
  [
    "relative, web and mail links",
    "[a](b.md#c) [d](https://x.test) [e](mailto:a@b.test) ![f](/g.png)\n\n[h]: ../i\n",
    "text",
  ],
  ["a line that is no front matter", "# A\n\n---\n\ntitle\n", "text"],
  ["front matter", "---\nlayout: x\n---\n\nwords\n", "other"],
  ["front matter that is a program", "---js\n{ a: 1 }\n---\n", "other"],
  ["TOML front matter", "+++\ndraft = false\n+++\n", "other"],
  ["keys at the top", "template: x.html\n\nwords\n", "other"],
  ["front matter without an end", "---\nlayout: x\n", "other"],
  ["a code cell", "```{code-cell} python\nprint(1)\n```\n", "other"],
  ["a code cell after a blank", "~~~ {python}\nprint(1)\n~~~\n", "other"],
  ["a fence that is executed by its options", '```python exec="on"\nprint(1)\n```\n', "other"],
  ["a fence that is another language for the generator", "```eval_rst\n.. include:: x\n```\n", "other"],
  ["a snippet", '--8<-- "secrets.txt"\n', "other"],
  ["a snippet in a fence", '```text\n--8<-- "x"\n```\n', "other"],
  ["a template tag in a fence", "```yaml\na: {{ secret }}\n```\n", "other"],
  ["a directive", "::: include x\n", "other"],
  ["a directive in braces", ":::{include} x\n:::\n", "other"],
  ["an include", "words\n!include x\n", "other"],
  ["an include of docfx", "[!INCLUDE [a](b.md)]\n", "other"],
  ["a file as code", "<<< @/secrets.js\n", "other"],
  ["an expression", "hello {process.env.X}\n", "other"],
  ["an import", "import x from './x'\n", "other"],
  ["attributes on an element", "[a](b){: onclick=x}\n", "other"],
  ["a script link", "[a](javascript:alert(1))\n", "other"],
  ["a script link with a tab in it", "[a](<java&#9;script:alert(1)>)\n", "other"],
  ["a data image", "![a](data:text/html;base64,x)\n", "other"],
  ["an automatic script link", "<javascript:alert(1)>\n", "other"],
  ["a defined script link", "[a]\n\n[a]: vbscript:x\n", "other"],
  ["a template tag in a link", "[a](<{{ x }}>)\n", "other"],
  ["HTML that was there", '<p align="center">\n\nnew words\n', "text"],
  ["HTML that was there, edited", '<p align="center" onclick="x">\n', "other"],
  ["a deleted file", "", "text"],
])("Markdown with %s is %s", (_, after, type) => {
  expect(fileType("README.md", '<p align="center">\n\nold words\n', after)).toBe(type);
});

test.each([
  ["the same front matter", "---\na: 1\n---\nold\n", "---\na: 1\n---\nnew\n", "text"],
  ["changed front matter", "---\na: 1\n---\nold\n", "---\na: 2\n---\nold\n", "other"],
  ["removed front matter", "---\ndraft: true\n---\nold\n", "old\n", "other"],
  ["the same code cell", "```{code-cell}\nx\n```\nold\n", "```{code-cell}\nx\n```\nnew\n", "text"],
  ["a changed code cell", "```{code-cell}\nx\n```\n", "```{code-cell}\ny\n```\n", "other"],
  ["a code cell in another language", "```{python}\nx\n```\n", "```{bash}\nx\n```\n", "other"],
  ["a directive taken out of its fence", "```\n::: include x\n```\n", "::: include x\n", "other"],
  ["a script link that was there", "[a](javascript:x) old\n", "[a](javascript:x) new\n", "text"],
])("Markdown with %s", (_, before, after, type) => {
  expect(fileType("docs/a.md", before, after)).toBe(type);
});

test("Binary content has no type that something is known to ignore", () => {
  expect(fileType("a.md", "x", null)).toBe("other");
  expect(fileType("a.ts", null, "x")).toBe("other");
});
