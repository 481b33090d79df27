import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Registry, startRegistry } from "../emulators/registry/registry.ts";
import { published, timesProject } from "../emulators/registry/times.ts";
import { noRegistry } from "../phases/local-scene.ts";
import { fixtureRepository, plainGit, temporaryDirectory } from "../workspace/repository.ts";
import { airlock, type Ended } from "./airlock.ts";

const project = timesProject();
const files = {
  "package.json": project.text,
  "package-lock.json": project.lock,
  "times.test.js": project.test,
  ".gitignore": "node_modules\n",
};

async function bump(
  registry: Pick<Registry, "url">,
  ...args: string[]
): Promise<Ended & { status: string; manifest: string }> {
  using repository = fixtureRepository(files);
  using home = temporaryDirectory();
  writeFileSync(join(home.path, ".npmrc"), `registry=${registry.url.href}\n`);
  const ended = await airlock(["bump", ...args], { cwd: repository.root, env: { HOME: home.path } });
  return {
    ...ended,
    status: plainGit(repository.root, "status", "--porcelain"),
    manifest: readFileSync(join(repository.root, "package.json"), "utf8"),
  };
}

const withoutTimes = (lines: string[]) => lines.map((line) => line.replaceAll(/\d+\.\d s|\d+ days ago/g, "N"));

test("a package is bumped, checked on both sides, judged and written, without a model", async () => {
  await using registry = await startRegistry(published);
  const { code, out, err, status, manifest: after } = await bump(registry, "times@^1", "--yes");
  expect(withoutTimes(out).slice(0, 6)).toEqual([
    "package  from   to     step   released",
    "times    1.0.0  1.1.0  minor  N",
    "",
    "  M package-lock.json",
    "  M package.json",
    "",
  ]);
  expect(out.join("\n")).toMatch(/^tests +passed .* passed .* pass$/m);
  expect(out.join("\n")).toContain("Risk high");
  expect(err.at(-1)).toBe("Written: package-lock.json, package.json");
  expect(status).toBe(" M package-lock.json\n M package.json\n".trimEnd());
  expect(after).toBe(files["package.json"].replace("^1.0.0", "^1.1.0"));
  expect(code).toBe(0);
});

test("a bump that breaks a test says so, and names the newer release that is too young; nothing is written unasked", async () => {
  await using registry = await startRegistry(published);
  const { code, out, status } = await bump(registry, "times");
  expect(out.join("\n")).toMatch(/^times +1\.0\.0 +2\.0\.0 +major/m);
  expect(out.join("\n")).toContain("2.1.0 is newer, and too young to be taken.");
  expect(out.join("\n")).toMatch(/^tests .* regressed$/m);
  expect({ code, status }).toEqual({ code: 1, status: "" });
});

test("--fresh takes a release of any age", async () => {
  await using registry = await startRegistry(published);
  const { out } = await bump(registry, "times", "--fresh");
  expect(out.join("\n")).toMatch(/^times +1\.0\.0 +2\.1\.0 +major +today/m);
});

test("without a package it lists what is outdated and changes nothing", async () => {
  await using registry = await startRegistry(published);
  const { code, out, status } = await bump(registry);
  expect(withoutTimes(out)).toEqual([
    "package  from   to     step   released",
    "times    1.0.0  2.0.0  major  N",
    "",
    "1 of 1 packages can be bumped.",
    "Bump one with: airlock bump PACKAGE",
  ]);
  expect({ code, status }).toEqual({ code: 0, status: "" });
});

test.each([
  [
    "a package that the repository does not have",
    "other",
    "No package.json of this repository asks for `other`.",
    "A bump adds nothing: name a package of `dependencies`, `devDependencies` or `optionalDependencies`.",
  ],
  [
    "a range that does not resolve",
    "times@^9",
    "No version of `times` is in the range `^9`.",
    "The newest one is 2.1.0. Name another range.",
  ],
  [
    "everything newer is too young",
    "times@2.1.0",
    "Every newer version of `times` that would fit was published less than 3 days ago: 2.1.0.",
    expect.stringMatching(/^2\.1\.0 is old enough from \d{4}-\d\d-\d\d \d\d:\d\d UTC on: ask again then\.$/),
  ],
])("%s is one clear message and no effect", async (_, order, message, next) => {
  await using registry = await startRegistry(published);
  expect(await bump(registry, order)).toMatchObject({ code: 1, out: [message, next], status: "" });
});

test("a package that the registry does not have, and a registry that is not there", async () => {
  await using registry = await startRegistry([]);
  expect(await bump(registry, "times")).toMatchObject({
    code: 1,
    out: ["The registry has no package `times`.", "Look at its name and at which registry is set."],
    status: "",
  });
  const down = await bump({ url: noRegistry }, "times");
  expect(down).toMatchObject({ code: 1, status: "" });
  expect(down.out[0]).toMatch(/^The registry did not answer for `times`: /);
});

test("what is no order is wrong use", async () => {
  const { code, err } = await bump({ url: noRegistry }, "times@git+ssh://host/x");
  expect(code).toBe(2);
  expect(err[0]).toContain("`bump` takes a version or a range of the registry");
});
