import { expect, test } from "vitest";
import { dependencyKey } from "../../src/environment/key.ts";

const file = (path: string, content: string) => ({ path, content: Buffer.from(content) });
const facts = {
  manifests: [file("package.json", "{}"), file("package-lock.json", "{}")],
  shape: [],
  node: "v24.0.0",
  platform: "linux",
  arch: "x64",
};

test("the same facts give the same key, in any order of files", () => {
  expect(dependencyKey(facts)).toMatch(/^[0-9a-f]{64}$/);
  expect(dependencyKey({ ...facts, manifests: facts.manifests.toReversed() })).toBe(dependencyKey(facts));
});

test.each([
  ["a file", { manifests: [file("package.json", "{ }"), file("package-lock.json", "{}")] }],
  ["a file's place", { manifests: [file("package.json", "{}"), file("npm-shrinkwrap.json", "{}")] }],
  ["where one file ends and the next begins", { manifests: [file("package.json", "{}package-lock.json{}")] }],
  ["the settings", { shape: ["legacy-peer-deps=true"] }],
  ["the version of Node", { node: "v24.0.1" }],
  ["the platform", { platform: "darwin" }],
  ["the architecture", { arch: "arm64" }],
])("%s changes it", (_title, change) => {
  expect(dependencyKey({ ...facts, ...change })).not.toBe(dependencyKey(facts));
});
