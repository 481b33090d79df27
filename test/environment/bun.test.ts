import { expect, test } from "vitest";
import { parse } from "smol-toml";
import { bunCommand } from "../../src/environment/bun.ts";

function plan(bunfig: string, lock = "{}") {
  return bunCommand({
    manager: { name: "bun", version: "1.4.5", hash: null },
    registry: new URL("https://registry.example/"),
    settings: { "bunfig.toml": bunfig },
    files: ["package.json", "bun.lock"].map((path) => ({
      path,
      content: Buffer.from(path === "bun.lock" ? lock : "{}"),
    })),
  });
}

test("one frozen installation without scripts, with a configuration of ours", () => {
  const planned = plan("");
  expect(planned.kind === "planned" && planned.command.argv).toEqual([
    "/workspace/manager/bin/bun",
    "install",
    "--frozen-lockfile",
    "--ignore-scripts",
    "--no-progress",
    "--no-summary",
    "--config=.airlock-bunfig.toml",
    "--cache-dir=/workspace/cache/bun",
    "--registry=https://registry.example/",
    "--backend=copyfile",
  ]);
});

test.each<[string, object]>([
  ['[install]\nlinker = "isolated"', { linker: "isolated" }],
  ["[install]\npeer = false", { peer: false }],
  ['[install]\nlinker = "../x"', {}],
  ['[install]\nregistry = "https://evil.example/"', {}],
  ['[install.scopes]\na = { url = "https://evil.example/", token = "x" }', {}],
  ['[install.cache]\ndir = "../x"', {}],
  ["[install]\nignoreScripts = false", {}],
  ['preload = ["./evil.ts"]', {}],
  ['[run]\nshell = "system"', {}],
  ["not TOML", {}],
])("bunfig.toml %j counts as %j", (bunfig, expected) => {
  const planned = plan(bunfig);
  const laid =
    planned.kind === "planned" ? planned.command.files.find(({ path }) => path === ".airlock-bunfig.toml") : null;
  expect(parse(laid?.content.toString("utf8") ?? "")).toEqual({ install: expected });
});

test("a copy of a local directory is refused, a tarball is not", () => {
  expect(plan("", '{ "packages": { "a": ["a@file:vendor/a", {}] } }')).toMatchObject({ kind: "refused" });
  expect(plan("", '{ "packages": { "a": ["a@file:vendor/a.tgz", {}] } }')).toMatchObject({ kind: "planned" });
});
