import { expect, test } from "vitest";
import { npmFlags } from "../../src/environment/npmrc.ts";

test.each<[string, string | null, string[]]>([
  ["no file", null, []],
  [
    "what changes the tree is kept, the last one wins",
    "legacy-peer-deps=false\n legacy-peer-deps = true \r\ninstall-strategy=nested\n",
    ["--legacy-peer-deps=true", "--install-strategy=nested"],
  ],
  [
    "where to get it from, how to log in and what to run is not",
    "registry=http://evil.example/\n@a:registry=http://evil.example/\n//evil.example/:_authToken=x\nproxy=http://evil.example\nscript-shell=/tmp/x\nignore-scripts=false\ncafile=/x\nnode-options=--require=/x\n",
    [],
  ],
  [
    "a value that is not in the list is not",
    "legacy-peer-deps=${SECRET}\ninstall-strategy=--registry=x\nlegacy-peer-deps[]=true\n",
    [],
  ],
  ["comments are not", "# legacy-peer-deps=true\n; install-links=true\n", []],
])("%s", (_title, npmrc, expected) => {
  expect(npmFlags(npmrc)).toEqual(expected);
});
