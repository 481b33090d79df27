import { expect, test } from "vitest";
import { lookAlike } from "../../src/inspect/look-alike.ts";
import { established, popularNames, popularScopes } from "../../src/inspect/popular-names.ts";

test.each<[string, string, string]>([
  ["lodahs", "lodash", "one letter apart"],
  ["loadsh", "lodash", "one letter apart"],
  ["expres", "express", "one letter apart"],
  ["reactt", "react", "one letter apart"],
  ["discord.jss", "discord.js", "one letter apart"],
  ["typescirtp", "typescript", "two letters apart"],
  ["crossenv", "cross-env", "separators left out or added"],
  ["fs_extra", "fs-extra", "separators left out or added"],
  ["re-act", "react", "separators left out or added"],
  ["ch\u0430lk", "chalk", "letters that look alike"],
  ["c0lors", "colors", "letters that look alike"],
  ["rnocha", "mocha", "letters that look alike"],
  ["@bable/core", "@babel/core", "scope"],
  ["@typess/node", "@types/node", "scope"],
  ["@b\u0430bel/core", "@babel/core", "scope"],
])("%s could be taken for %s: %s", (name, popular, how) => {
  expect(lookAlike(name)).toEqual({ name: popular, how });
});

test.each([
  ["a popular name", "lodash"],
  ["an established name one letter from a popular one", "preact"],
  ["a successor that has become popular itself", "mysql2"],
  ["a popular scope", "@types/lodahs"],
  ["a company's own scope", "@acme/react"],
  ["a name that only contains a popular one", "my-react-app"],
  ["a short name, which has many neighbours", "zs"],
  ["another word of the same ending", "cat-stream"],
  ["a name of its own", "airlock-demo-helper"],
  ["an empty name", ""],
])("%s resembles nothing: %s", (_, name) => {
  expect(lookAlike(name)).toBeNull();
});

test("The list holds names as the registry writes them, none twice", () => {
  expect([...popularNames].filter((name) => !/^[a-z0-9][a-z0-9._-]*$/i.test(name))).toEqual([]);
  expect([...popularScopes].filter((scope) => !/^@[a-z0-9][a-z0-9.-]*$/.test(scope))).toEqual([]);
  expect([...established].filter((name) => popularNames.has(name) || popularScopes.has(name))).toEqual([]);
  expect(popularNames.size).toBeGreaterThan(1_000);
});
