import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkoutTree } from "../../src/workspace/checkout.ts";
import { keepFiles, layFiles, leftIn } from "../../src/workspace/generated.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import { type FixtureFile, fixtureRepository, plainGit, runAs, temporaryDirectory, writeFiles } from "./repository.ts";

test("what a command left is told apart: changed, ignored, new; a nested repository is new and not looked into", async () => {
  using fixture = fixtureRepository({ "a.txt": "a", "b.txt": "b", ".gitignore": "out/\n*.log\n" });
  await using view = await viewRepository(fixture.root, fixture.dir);
  await using store = await copyTrees(view, [fixture.tree], fixture.dir, runAs);
  await using checkout = await checkoutTree(store, { tree: fixture.tree, name: "setup" });
  const nested = join(checkout.root, "nested");
  mkdirSync(nested);
  plainGit(nested, "init", "--quiet");
  writeFiles(checkout.root, {
    "a.txt": "other",
    "out/deep/x.js": "",
    "run.log": "",
    "new.txt": "",
    "nested/y.txt": "",
  });
  const { changed, ignored, others } = await leftIn(store, checkout);
  expect({ changed, ignored, others }).toEqual({
    changed: ["a.txt"],
    ignored: ["out/deep/x.js", "run.log"],
    others: ["nested/", "new.txt"],
  });
});

describe("kept are plain files", () => {
  async function kept(files: Record<string, FixtureFile>, paths: string[]) {
    using temporary = temporaryDirectory();
    const [from, into] = [join(temporary.path, "from"), join(temporary.path, "into")];
    mkdirSync(into);
    writeFiles(from, files);
    const result = await keepFiles(from, paths, { into, runAs });
    const stands = readdirSync(into, { recursive: true, encoding: "utf8" }).toSorted();
    return { result, stands };
  }

  test("with their directories", async () => {
    expect(await kept({ "out/a.js": "a", "run.log": "b" }, ["out/a.js", "run.log"])).toEqual({
      result: { kind: "kept", files: 2, dropped: [] },
      stands: ["out", "out/a.js", "run.log"],
    });
  });

  test.each<[string, Record<string, FixtureFile>, string]>([
    ["a link", { link: { link: "/etc/passwd" } }, "link"],
    ["a file behind a link", { real: { link: "/etc" } }, "real/passwd"],
    ["a git directory", { "out/.GIT/config": "x" }, "out/.GIT/config"],
    ["instructions for agents", { ".agents/x.md": "x" }, ".agents/x.md"],
    ["a nested repository", { "nested/x": "" }, "nested/"],
    ["what is gone", {}, "gone.txt"],
  ])("and not %s", async (_title, files, path) => {
    expect(await kept(files, [path])).toEqual({ result: { kind: "kept", files: 0, dropped: [path] }, stands: [] });
  });
});

test("laid files never replace what the tree has, nor go through its links", async () => {
  using temporary = temporaryDirectory();
  const at = (name: string) => join(temporary.path, name);
  const [generated, root, outside] = [at("generated"), at("root"), at("outside")];
  mkdirSync(outside);
  writeFiles(generated, { "own.txt": "generated", "link/x.txt": "x", "file/x.txt": "x", "new/deep/y.txt": "y" });
  writeFiles(root, { "own.txt": "tree", link: { link: outside }, file: "a file" });
  expect(await layFiles(generated, root, runAs)).toEqual(["new/deep/y.txt"]);
  expect(readFileSync(join(root, "own.txt"), "utf8")).toBe("tree");
  expect(readlinkSync(join(root, "link"))).toBe(outside);
  expect(existsSync(join(outside, "x.txt"))).toBe(false);
  expect(readFileSync(join(root, "new/deep/y.txt"), "utf8")).toBe("y");
});
