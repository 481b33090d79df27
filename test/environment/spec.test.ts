import { expect, test } from "vitest";
import { isForeign } from "../../src/environment/spec.ts";

test.each([
  "git+http://h.example/a.git#abc",
  "git+ssh://git@h.example/a.git",
  "git://h.example/a.git",
  "git@h.example:o/a.git",
  "ssh://h.example/a",
  "github:o/a",
  "gitlab:o/a",
  "o/a#main",
  "https://github.com/o/a",
  "https://github.com/o/a/-/a-1.0.0.tgz",
  "https://codeload.github.com/o/a/tar.gz/abc",
  "https://h.example/a.git",
  "https://h.example/a/-/a-1.0.0.tgz#x.git",
  "https://h.example/a.git/-/a-1.0.0.tgz",
  "https://h.example/a.tgz",
  "patch:a@git%2Bhttp%3A%2F%2Fh.example%2Fa.git#./a.patch",
  "exec:./a.js",
  "a".repeat(10_001),
])("%s does not come from a registry", (spec) => expect(isForeign(spec)).toBe(true));

test.each([
  "^1.0.0 || >=2 <3",
  "latest",
  "",
  "npm:@s/a@^1.0.0",
  "workspace:^",
  "file:vendor/a.tgz",
  "link:../a",
  "./a",
  "catalog:",
  "patch:a@npm%3A1.0.0#./a.patch",
  "patch:typescript@npm:^5.0.0#~builtin<compat/typescript>",
  "https://h.example/api/npm/@s/a/-/a-1.0.0.tgz#0123456789012345678901234567890123456789",
  "https://h.example/api/v4/projects/1/packages/npm/@s/a/-/@s/a-1.0.0.tgz",
  "https://h.example/a/-/1.0.0/a-1.0.0.tgz?cache=0",
  "https://h.example/download/@s/a/1.0.0/0123456789abcdef",
])("%s does", (spec) => expect(isForeign(spec)).toBe(false));
