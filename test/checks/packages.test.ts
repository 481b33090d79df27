import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { hashOf, lookUpPackages } from "../../src/checks/packages.ts";
import { Packages, packagesMax } from "../../src/handoff/packages.ts";
import type { AddedPackage } from "../../src/inspect/added-packages.ts";
import { type Published, startRegistry } from "../emulators/registry/registry.ts";
import { managersReachable, realRegistry } from "../environment/managers.ts";
import { portOf } from "../sandbox/room.ts";
import { realSandbox } from "./sandbox.ts";

const real = realSandbox();
const asOf = "2026-11-20T10:00:00Z";
const added = (name: string, more: Partial<AddedPackage> = {}): AddedPackage => ({
  name,
  version: "1.0.0",
  before: null,
  direct: true,
  integrity: null,
  ...more,
});
const at = (registry: URL, ...packages: AddedPackage[]) =>
  lookUpPackages({ sandbox: real.sandbox, registry, added: packages, asOf });

async function found(published: Published[], one: AddedPackage) {
  await using registry = await startRegistry(published);
  const looked = await at(registry.url, one);
  expect(Packages.safeParse(looked).success).toBe(true);
  return looked.kind === "looked" ? looked.packages[0] : looked;
}

const one = { name: "one", version: "1.0.0" };

describe("what the registry says of a package", () => {
  test("everything that is wanted, of a package that is as it should be", async () => {
    const manifest = { repository: { type: "git", url: "https://github.com/o/one.git" } };
    const published = [
      { ...one, version: "0.9.0", at: "2021-05-05T00:00:00.000Z" },
      { ...one, manifest, at: "2022-01-01T00:00:00.000Z", maintainers: ["a", "b"] },
    ];
    expect(await found(published, added("one"))).toEqual({
      name: "one",
      version: "1.0.0",
      before: null,
      direct: true,
      resembles: null,
      registry: {
        kind: "known",
        first_release: "2021-05-05T00:00:00.000Z",
        released: "2022-01-01T00:00:00.000Z",
        maintainers: 2,
        publisher_changed: false,
        deprecated: null,
        install_script: false,
        install_script_before: false,
        repository: true,
        hash: "not compared",
      },
    });
  });

  test.each<[string, Published[], AddedPackage, object]>([
    ["a name like a popular one", [{ ...one, name: "lodahs" }], added("lodahs"), { resembles: "lodash" }],
    [
      "another account than of the version published before",
      [
        { ...one, version: "0.9.0", at: "2019-01-01T00:00:00.000Z" },
        { ...one, publisher: "stranger" },
      ],
      added("one"),
      { registry: { publisher_changed: true } },
    ],
    [
      "another account than of the version that was there before, whatever lies between",
      [
        { ...one, version: "0.8.0", at: "2018-01-01T00:00:00.000Z" },
        { ...one, version: "0.9.0", publisher: "stranger", at: "2019-01-01T00:00:00.000Z" },
        { ...one, publisher: "stranger" },
      ],
      added("one", { before: "0.8.0" }),
      { registry: { publisher_changed: true } },
    ],
    ["nobody before", [one], added("one"), { registry: { publisher_changed: null } }],
    [
      "an install script",
      [{ ...one, manifest: { scripts: { postinstall: "x" } } }],
      added("one"),
      { registry: { install_script: true, install_script_before: false } },
    ],
    [
      "a deprecation",
      [{ ...one, manifest: { deprecated: "Use two.".padEnd(400, "!") } }],
      added("one"),
      { registry: { deprecated: "Use two.".padEnd(300, "!") } },
    ],
    ["no repository", [one], added("one"), { registry: { repository: false } }],
    ["another hash", [one], added("one", { integrity: "sha512-evil" }), { registry: { hash: "differs" } }],
    ["a scoped name", [{ ...one, name: "@s/one" }], added("@s/one"), { registry: { kind: "known" } }],
    [
      "no version: the one that would be installed",
      [one],
      added("one", { version: null }),
      { version: null, registry: { kind: "known" } },
    ],
    ["an unknown version", [one], added("one", { version: "6.6.6" }), { registry: { kind: "absent" } }],
    ["an unknown package", [one], added("no-such-package"), { registry: { kind: "absent" } }],
    ["a name that none can have", [one], added("../-/v1/search"), { registry: { kind: "absent" } }],
    [
      "a package that was taken down",
      [{ ...one, unpublished: true }],
      added("one"),
      { registry: { kind: "unpublished" } },
    ],
    [
      "a version that was taken down",
      [
        { ...one, unpublished: true },
        { ...one, version: "2.0.0" },
      ],
      added("one"),
      { registry: { kind: "unpublished" } },
    ],
  ])("%s", async (_title, published, asked, expected) => {
    expect(await found(published, asked)).toMatchObject(expected);
  });

  test("the lockfile's hash is the registry's", async () => {
    await using registry = await startRegistry([one]);
    const packument = await (await fetch(new URL("one", registry.url))).text();
    const integrity = /"integrity":"([^"]*)"/.exec(packument)?.[1] ?? "";
    expect(await at(registry.url, added("one", { integrity }))).toMatchObject({
      packages: [{ registry: { hash: "same" } }],
    });
  });
});

test.runIf(managersReachable)("A real registry is asked through the tunnel, its scoped names too", async () => {
  const asked = [added("yarn", { version: "1.22.22" }), added("@yarnpkg/cli-dist", { version: "4.12.0" })];
  expect(await at(realRegistry, ...asked)).toMatchObject({
    packages: [
      { name: "yarn", registry: { kind: "known", first_release: expect.stringMatching(/^20/), hash: "not compared" } },
      { name: "@yarnpkg/cli-dist", registry: { kind: "known", released: expect.stringMatching(/^202/) } },
    ],
  });
});

describe("an answer that is missing is said", () => {
  test("nothing was brought, so nobody is asked", async () => {
    await using registry = await startRegistry([]);
    expect(await at(registry.url)).toEqual({ kind: "none" });
    expect(registry.requests).toEqual([]);
  });

  test("the registry cannot be reached", async () => {
    const { url, ...registry } = await startRegistry([]);
    await registry[Symbol.asyncDispose]();
    expect(await at(url, added("one"))).toMatchObject({ kind: "not_run", reason: expect.stringMatching(/./) });
  });

  test.each([
    ["it refuses", 405, "{}", /^the registry answered 405$/],
    ["it writes no JSON", 200, "<html>", /JSON/],
  ])("%s", async (_title, status, body, reason) => {
    const server = createServer((_, response) => void response.writeHead(status).end(body)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const looked = await at(new URL(`http://127.0.0.1:${portOf(server)}/`), added("one"));
    server.closeAllConnections();
    server.close();
    expect(looked).toEqual({
      kind: "not_run",
      reason: expect.stringMatching(reason),
    });
  });

  test("one of several is unanswered; the others are not taken for it", async () => {
    await using registry = await startRegistry([one]);
    const server = createServer((request, response) => {
      if (request.url === "/bad") return void response.writeHead(500).end();
      void fetch(new URL((request.url ?? "").slice(1), registry.url)).then(async (answer) =>
        response.writeHead(answer.status).end(await answer.text()),
      );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const looked = await at(new URL(`http://127.0.0.1:${portOf(server)}/`), added("bad"), added("one"));
    server.closeAllConnections();
    server.close();
    expect(looked).toMatchObject({
      packages: [
        { name: "bad", registry: { kind: "unanswered", reason: "the registry answered 500" } },
        { name: "one", registry: { kind: "known" } },
      ],
    });
  });

  test("of more packages than anybody reads the rest is counted", async () => {
    await using registry = await startRegistry([one]);
    const many = Array.from({ length: packagesMax + 7 }, (_, index) => added(`package-${index}`));
    expect(await at(registry.url, ...many)).toMatchObject({ kind: "looked", left_out: 7 });
    expect(registry.requests).toHaveLength(packagesMax);
  });
});

test("The registry's credentials are neither sent nor handed into the sandbox", async () => {
  await using registry = await startRegistry([one]);
  const url = new URL(registry.url);
  Object.assign(url, { username: "deploy", password: "pass-word" });
  const inside: string[] = [];
  const { sandbox } = real;
  const watched: typeof sandbox = {
    ...sandbox,
    run: (profile, argv, options) => {
      inside.push(JSON.stringify([profile, argv]));
      return sandbox.run(profile, argv, options);
    },
  };
  expect(await lookUpPackages({ sandbox: watched, registry: url, added: [added("one")], asOf })).toMatchObject({
    kind: "looked",
  });
  expect(registry.requests).toEqual(["GET /one no credentials"]);
  expect(inside.join()).not.toMatch(/deploy|pass-word/);
});

test.each([
  ["sha512-a", "sha512-a", null, "same"],
  ["sha512-b", "sha512-a", null, "differs"],
  ["sha1-qg==", null, "aa", "same"],
  ["sha1-aa", "sha512-a", "aa", "same"],
  ["sha1-bb", "sha512-a", "aa", "differs"],
  ["zip-10c0/a", "sha512-a", "aa", "not compared"],
  [null, "sha512-a", "aa", "not compared"],
])("The lockfile's %s against %s and %s: %s", (locked, integrity, shasum, expected) => {
  expect(hashOf(locked, integrity, shasum)).toBe(expected);
});
