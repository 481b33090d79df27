import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { toolchainOf } from "../../src/environment/host.ts";

function host(): { dir: string; add: (path: string, content?: string) => string } {
  const dir = mkdtempSync(join(tmpdir(), "airlock-host-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return {
    dir,
    add(path, content) {
      const full = join(dir, path);
      mkdirSync(join(full, ".."), { recursive: true });
      if (content === undefined) copyFileSync("/bin/true", full);
      else writeFileSync(full, content);
      chmodSync(full, 0o755);
      return full;
    },
  };
}

test("the node of this machine is found, and its npm", () => {
  const { node, npm } = toolchainOf(process.env["PATH"] ?? "");
  expect(node).toBe(realpathSync(node));
  expect(npm).toMatch(/\/npm$/);
});

test("a shell script is no node; links are resolved; the npm beside the node goes before another on PATH", () => {
  const { dir, add } = host();
  add("shims/node", "#!/bin/sh\n");
  const node = add("tool/bin/node");
  const beside = add("tool/lib/node_modules/npm/bin/npm-cli.js", "");
  add("tool/lib/node_modules/npm/package.json", "{}");
  add("other/lib/node_modules/npm/bin/npm-cli.js", "");
  add("other/lib/node_modules/npm/package.json", "{}");
  mkdirSync(join(dir, "bin"));
  symlinkSync(node, join(dir, "bin/node"));
  symlinkSync(join(dir, "other/lib/node_modules/npm/bin/npm-cli.js"), join(dir, "bin/npm"));
  const path = [join(dir, "shims"), "relative/bin", "", join(dir, "bin")].join(":");
  expect(toolchainOf(path)).toEqual({ node, npm: join(beside, "../..") });
  rmSync(beside);
  expect(toolchainOf(path)).toEqual({ node, npm: join(dir, "other/lib/node_modules/npm") });
});

test("an npm that leads nowhere is left out; no node at all is an error with a fix", () => {
  const { dir, add } = host();
  add("bin/npm", "#!/bin/sh\n");
  expect(() => toolchainOf(join(dir, "bin"))).toThrow(
    expect.objectContaining({ code: "sandbox-unavailable", fix: expect.stringContaining("PATH") }),
  );
  const node = add("bin/node");
  expect(toolchainOf(join(dir, "bin"))).toEqual({ node });
});

test("what the repository brings is neither node nor npm, and neither is a link to it", () => {
  const { dir, add } = host();
  add("repository/bin/node");
  add("repository/lib/node_modules/npm/bin/npm-cli.js", "");
  add("repository/lib/node_modules/npm/package.json", "{}");
  const node = add("tool/bin/node");
  const npm = join(add("tool/lib/node_modules/npm/bin/npm-cli.js", ""), "../..");
  add("tool/lib/node_modules/npm/package.json", "{}");
  mkdirSync(join(dir, "repository/links"));
  symlinkSync(node, join(dir, "repository/links/node"));
  mkdirSync(join(dir, "alias"));
  symlinkSync(join(dir, "repository/bin/node"), join(dir, "alias/node"));
  const path = ["repository/bin", "repository/links", "alias", "tool/bin"].map((name) => join(dir, name)).join(":");
  expect(toolchainOf(path, [join(dir, "repository")])).toEqual({ node, npm });
  expect(() => toolchainOf(join(dir, "repository/bin"), [join(dir, "repository")])).toThrow(
    /no node binary on PATH outside .*repository/,
  );
  // The twin: nobody said that it is a repository.
  expect(toolchainOf(path)).toEqual({
    node: join(dir, "repository/bin/node"),
    npm: join(dir, "repository/lib/node_modules/npm"),
  });
});
