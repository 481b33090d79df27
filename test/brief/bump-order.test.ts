import { expect, test } from "vitest";
import { readBumpOrder } from "../../src/brief/bump-order.ts";

test.each([
  ["", { kind: "all" }],
  ["   ", { kind: "all" }],
  ["lodash", { kind: "package", name: "lodash", range: null }],
  ["lodash@latest", { kind: "package", name: "lodash", range: null }],
  ["lodash@4.17.21", { kind: "package", name: "lodash", range: "4.17.21" }],
  ["@scope/pkg", { kind: "package", name: "@scope/pkg", range: null }],
  ["@scope/pkg@^2.1", { kind: "package", name: "@scope/pkg", range: "^2.1" }],
  ["pkg@>=1.2 <3", { kind: "package", name: "pkg", range: ">=1.2 <3" }],
  ["pkg@2.0.0-rc.1", { kind: "package", name: "pkg", range: "2.0.0-rc.1" }],
  ["JSONStream@1", { kind: "package", name: "JSONStream", range: "1" }],
])("%j is read as an order", (text, order) => {
  expect(readBumpOrder(text)).toEqual(order);
});

test.each([
  ["lodash react", "`bump` takes one package at a time."],
  ["lodash@", "Behind `lodash@` a version or a range is missing."],
  ["lodash@next", "A dist-tag can move between asking and doing, so `bump` takes none but `latest`."],
  ["lodash@npm:evil@1", "`bump` takes a version or a range of the registry, not an address, git, a path or an alias."],
  ["lodash@file:../x", "`bump` takes a version or a range of the registry, not an address, git, a path or an alias."],
  [
    "lodash@git+ssh://h/x",
    "`bump` takes a version or a range of the registry, not an address, git, a path or an alias.",
  ],
  ["owner/repository", "`bump` takes a package by its name in the registry, not an address or a path."],
  ["https://host/x.tgz", "`bump` takes a package by its name in the registry, not an address or a path."],
  ["./local", "`bump` takes a package by its name in the registry, not an address or a path."],
  ["--registry=http://host", "`bump` takes a package by its name in the registry, not an address or a path."],
  ["--save", "What stands behind `bump` is not a package's name."],
  ["-g", "What stands behind `bump` is not a package's name."],
  ["@scope", "What stands behind `bump` is not a package's name."],
  ["@scope/", "What stands behind `bump` is not a package's name."],
  ["lodash;rm", "What stands behind `bump` is not a package's name."],
  ["$(id)", "What stands behind `bump` is not a package's name."],
  ["lod\u200bash", "What stands behind `bump` is not a package's name."],
  ["a".repeat(215), "What stands behind `bump` is not a package's name."],
  ["lodash@!!", "What stands behind the package's name is not a version or a range."],
  [`lodash@${"1 ".repeat(200)}`, "A range may have 200 characters."],
])("%j is refused in one sentence, with what to type", (text, message) => {
  const next = "Write for example `bump lodash`, `bump lodash@4.17.21` or `bump lodash@^4`.";
  expect(readBumpOrder(text)).toEqual({ kind: "refused", message, next });
});
