import { tmpdir } from "node:os";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changeBetween } from "../../src/workspace/diff.ts";
import { contentsBefore, openLocal } from "../../src/workspace/local.ts";
import { patchText } from "../../src/change/patch.ts";
import { entry, fixtureRepository, plainGit, writeFiles } from "../workspace/repository.ts";

test("a patch is what git would show, and git applies it to the same tree", async () => {
  using fixture = fixtureRepository({
    "a.txt": "one\ntwo\nthree\n",
    "gone.txt": "bye\n",
    "run.sh": "x\n",
    l: "file\n",
  });
  plainGit(fixture.root, "rm", "--quiet", "gone.txt", "l");
  writeFiles(fixture.root, { "a.txt": "one\n2\nthree", "new ü.txt": "hi\n", "run.sh": "x\n", l: { link: "a.txt" } });
  execFileSync("chmod", ["+x", join(fixture.root, "run.sh")]);
  const head = fixture.recommit();
  await using local = await openLocal(fixture.root, tmpdir());
  const change = await changeBetween(local.store, fixture.tree, head.tree);
  const patch = patchText(change, await contentsBefore(local.store, change));
  expect(patch).toMatchInlineSnapshot(`
    "diff --git a/a.txt b/a.txt
    --- a/a.txt
    +++ b/a.txt
    @@ -1,3 +1,3 @@
     one
    -two
    -three
    +2
    +three
    \\ No newline at end of file
    diff --git a/gone.txt b/gone.txt
    deleted file mode 100644
    --- a/gone.txt
    +++ /dev/null
    @@ -1,1 +0,0 @@
    -bye
    diff --git a/l b/l
    deleted file mode 100644
    --- a/l
    +++ /dev/null
    @@ -1,1 +0,0 @@
    -file
    diff --git a/l b/l
    new file mode 120000
    --- /dev/null
    +++ b/l
    @@ -0,0 +1,1 @@
    +a.txt
    \\ No newline at end of file
    diff --git "a/new \\303\\274.txt" "b/new \\303\\274.txt"
    new file mode 100644
    --- /dev/null
    +++ "b/new \\303\\274.txt"
    @@ -0,0 +1,1 @@
    +hi
    diff --git a/run.sh b/run.sh
    old mode 100644
    new mode 100755
    "
  `);
  const file = join(fixture.temporary, "change.patch");
  writeFileSync(file, patch);
  plainGit(fixture.root, "reset", "--quiet", "--hard", fixture.commit);
  plainGit(fixture.root, "apply", "--index", file);
  expect(plainGit(fixture.root, "write-tree")).toBe(head.tree);
});

test("a binary file is named without its content, in words that git refuses to apply", () => {
  const change = [entry("a.bin", null, "a\0b")];
  expect(patchText(change, new Map())).toBe(
    'diff --git a/a.bin b/a.bin\nnew file mode 100644\nBinary files "/dev/null" and "b/a.bin" differ\n',
  );
});

test("a submodule and a missing old side are named, not guessed", () => {
  const submodule = { path: "lib", before: null, after: { mode: "160000" as const, sha: "5".repeat(40), content: "" } };
  expect(patchText([submodule, entry("a.txt", "old", "new")], new Map())).toBe(
    'diff --git a/lib b/lib\nnew file mode 160000\nBinary files "/dev/null" and "b/lib" differ\n' +
      'diff --git a/a.txt b/a.txt\nBinary files "a/a.txt" and "b/a.txt" differ\n',
  );
});

test("files without a common line end in time", () => {
  const lines = (word: string) => Array.from({ length: 30_000 }, (_, n) => `${word} ${n}\n`).join("");
  const change = [entry("big.txt", lines("old"), lines("new"))];
  const patch = patchText(change, new Map([["big.txt", Buffer.from(lines("old"))]]));
  expect(patch).toBe(
    'diff --git a/big.txt b/big.txt\n# Too different to compare line by line.\nBinary files "a/big.txt" and "b/big.txt" differ\n',
  );
});
