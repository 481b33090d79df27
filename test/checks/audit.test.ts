import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { auditDependencies } from "../../src/checks/audit.ts";
import { copyTrees, viewRepository } from "../../src/workspace/store.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type FixtureFile, fixtureRepository, plainGit, writeFiles } from "../workspace/repository.ts";
import { realSandbox } from "./sandbox.ts";

const real = realSandbox();

function withDependency(name: string, version: string): Record<string, FixtureFile> {
  return withDependencies({ [name]: version });
}

function withDependencies(dependencies: Record<string, string>): Record<string, FixtureFile> {
  const root = { name: "demo", version: "1.0.0", dependencies };
  const entries = Object.entries(dependencies).map(([name, version]) => [`node_modules/${name}`, { version }] as const);
  const packages = { "": root, ...Object.fromEntries(entries) };
  const lockfile = { name: "demo", version: "1.0.0", lockfileVersion: 3, requires: true, packages };
  return { "package.json": JSON.stringify(root), "package-lock.json": JSON.stringify(lockfile) };
}

const otherManagers: Record<string, (packages: [string, string][]) => string> = {
  "pnpm-lock.yaml": (packages) =>
    `lockfileVersion: '9.0'\npackages:\n${packages.map(([name, version]) => `  ${name}@${version}:\n    resolution: {integrity: sha512-a}\n`).join("")}`,
  "yarn.lock": (packages) =>
    `# yarn lockfile v1\n${packages.map(([name, version]) => `${name}@${version}:\n  version "${version}"\n`).join("")}`,
  "bun.lock": (packages) =>
    `{"lockfileVersion":1,"workspaces":{"":{}},"packages":{${packages.map(([name, version], index) => `"x${index}/${name}":["${name}@${version}","",{},"sha512-a"],`).join("")}}}`,
};

/** The two endpoints of a registry that an audit asks: advisories of packages in bulk, and a package's versions. */
async function startRegistry(advisories: Record<string, number>, status = 200) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const bulk = request.url?.endsWith("/advisories/bulk") === true;
      if (!bulk && request.method === "POST") return void response.writeHead(405).end("{}");
      const wanted =
        bulk && status === 200 ? Object.keys(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString())) : [];
      const found = wanted
        .filter((name) => name in advisories)
        .map((name) => [name, [advisory(advisories[name] ?? 0)]]);
      const name = (request.url ?? "").slice(1);
      const versions = { "1.0.0": { name, version: "1.0.0" }, "2.0.0": { name, version: "2.0.0" } };
      response.writeHead(bulk ? status : 200, { "content-type": "application/json" });
      response.end(
        JSON.stringify(bulk ? Object.fromEntries(found) : { name, versions, "dist-tags": { latest: "2.0.0" } }),
      );
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}/`),
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function advisory(id: number) {
  return {
    id,
    url: `https://example.com/GHSA-${id}`,
    title: `Weakness ${id}`,
    severity: "high",
    vulnerable_versions: "<2.0.0",
  };
}

async function audit(
  before: Record<string, FixtureFile>,
  after: Record<string, FixtureFile>,
  registry: URL | null,
  { sandbox = real.sandbox, remove = [] }: { sandbox?: Sandbox; remove?: string[] } = {},
) {
  using fixture = fixtureRepository({ "README.md": "x", ...before });
  writeFiles(fixture.root, after);
  for (const path of remove) plainGit(fixture.root, "rm", "--quiet", path);
  const head = fixture.recommit();
  await using view = await viewRepository(fixture.root, fixture.dir);
  await using store = await copyTrees(view, [fixture.tree, head.tree], fixture.dir, real.sandbox.user);
  const result = await auditDependencies({
    sandbox,
    store,
    base: fixture.tree,
    head: head.tree,
    registry,
  });
  return { base: withoutMs(result.base), head: withoutMs(result.head), class: result.class };
}

function withoutMs(outcome: object) {
  return "ms" in outcome ? { ...outcome, ms: 0 } : outcome;
}

describe("auditDependencies", () => {
  test("fails for an advisory that the change brings", async () => {
    await using registry = await startRegistry({ bad: 7 });
    expect(await audit(withDependency("good", "1.0.0"), withDependency("bad", "1.0.0"), registry.url)).toEqual({
      base: { kind: "passed", ms: 0, evidence: "package-lock.json: 0 known" },
      head: {
        kind: "failed",
        ms: 0,
        exit_code: 1,
        evidence: "New:\nbad <2.0.0 (high): Weakness 7 https://example.com/GHSA-7\npackage-lock.json: 1 new advisory",
      },
      class: "regressed",
    });
  });

  test("passes when the advisory was known before, and asks once when nothing changed", async () => {
    await using registry = await startRegistry({ bad: 7 });
    const files = withDependency("bad", "1.0.0");
    expect(await audit(files, { "src/a.ts": "a" }, registry.url)).toEqual({
      base: { kind: "passed", ms: 0, evidence: "package-lock.json: 1 known" },
      head: {
        kind: "passed",
        ms: 0,
        evidence:
          "Known before:\nbad <2.0.0 (high): Weakness 7 https://example.com/GHSA-7\npackage-lock.json: 1 known, none new",
      },
      class: "pass",
    });
    expect(registry.asked.filter((line) => line.endsWith("/bulk"))).toHaveLength(1);
  });

  test("names what the change repaired and what was known before beside what it brings", async () => {
    await using registry = await startRegistry({ bad: 7, old: 8, worse: 9 });
    const before = withDependencies({ bad: "1.0.0", old: "1.0.0" });
    const after = withDependencies({ old: "1.0.0", worse: "1.0.0" });
    expect(await audit(before, after, registry.url)).toMatchObject({
      head: {
        evidence: [
          "Known before:",
          "old <2.0.0 (high): Weakness 8 https://example.com/GHSA-8",
          "Fixed:",
          "bad <2.0.0 (high): Weakness 7 https://example.com/GHSA-7",
          "New:",
          "worse <2.0.0 (high): Weakness 9 https://example.com/GHSA-9",
          "package-lock.json: 1 new advisory",
        ].join("\n"),
      },
      class: "regressed",
    });
  });

  test.each(Object.entries(otherManagers))(
    "asks about the packages of %s too, by name and version",
    async (path, write) => {
      await using registry = await startRegistry({ bad: 7 });
      const files = (...packages: [string, string][]) => ({ "package.json": "{}", [path]: write(packages) });
      const quiet = files(["good", "1.0.0"], ["bad", "2.0.0"]);
      const loud = files(["good", "1.0.0"], ["bad", "2.0.0"], ["bad", "1.0.0"]);
      expect(await audit(quiet, loud, registry.url)).toMatchObject({
        base: { evidence: `${path}: 0 known` },
        head: { evidence: `New:\nbad <2.0.0 (high): Weakness 7 https://example.com/GHSA-7\n${path}: 1 new advisory` },
        class: "regressed",
      });
    },
  );

  test.each([
    ["bun.lockb", "#!/usr/bin/env bun\n", "bun.lockb is binary and is not read; use bun.lock"],
    ["pnpm-lock.yaml", "lockfileVersion: 5.4\n", "pnpm-lock.yaml has lockfileVersion 5.4"],
    ["pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: {\n", "pnpm-lock.yaml cannot be read"],
  ])("is not run for %s that nobody reads", async (path, text, reason) => {
    await using registry = await startRegistry({});
    expect(await audit({ "package.json": "{}", [path]: text }, { "src/a.ts": "a" }, registry.url)).toEqual({
      base: { kind: "not_run", cause: "other", reason },
      head: { kind: "not_run", cause: "other", reason },
      class: "not run",
    });
  });

  test("reads the lockfile that an installation takes, whatever lies beside it", async () => {
    await using registry = await startRegistry({ bad: 7 });
    const named = { "package.json": JSON.stringify({ packageManager: "pnpm@9.15.0", dependencies: { bad: "1" } }) };
    const pnpm = (name: string) => ({ "pnpm-lock.yaml": otherManagers["pnpm-lock.yaml"]?.([[name, "1.0.0"]]) ?? "" });
    const clean = { "npm-shrinkwrap.json": withDependency("good", "1.0.0")["package-lock.json"] ?? "" };
    const result = await audit({ ...named, ...pnpm("good") }, { ...pnpm("bad"), ...clean }, registry.url);
    expect(result).toMatchObject({
      head: { evidence: expect.stringContaining("pnpm-lock.yaml: 1 new advisory") },
      class: "regressed",
    });
  });

  test("is not run when the change is locked by another file than the base, or by none of its manager", async () => {
    await using registry = await startRegistry({ bad: 7 });
    const lock = withDependency("good", "1.0.0");
    const shrinkwrap = { "npm-shrinkwrap.json": lock["package-lock.json"] ?? "" };
    expect(await audit(lock, shrinkwrap, registry.url)).toMatchObject({
      base: { kind: "passed", evidence: "package-lock.json: 0 known" },
      head: {
        kind: "not_run",
        cause: "other",
        reason:
          "the base is locked by package-lock.json and the change by npm-shrinkwrap.json, so their advisories are not compared",
      },
      class: "not run",
    });
    const named = { "package.json": JSON.stringify({ packageManager: "pnpm@9.15.0", dependencies: { bad: "1" } }) };
    expect(await audit(lock, named, registry.url)).toMatchObject({
      head: { kind: "not_run", reason: "package.json names pnpm, but there is no lockfile of pnpm" },
      class: "not run",
    });
  });

  test("is not run when the registry does not answer audits: npm's exit code is the same as for vulnerabilities", async () => {
    await using registry = await startRegistry({}, 405);
    const result = await audit(withDependency("good", "1.0.0"), { "src/a.ts": "a" }, registry.url);
    expect(result).toMatchObject({ base: { kind: "not_run" }, head: { kind: "not_run" }, class: "not run" });
    expect(registry.asked.length).toBeGreaterThan(0);
  });

  test("is not run without a registry", async () => {
    const result = await audit(withDependency("good", "1.0.0"), { "src/a.ts": "a" }, null);
    expect(result.head).toEqual({ kind: "not_run", cause: "unreachable", reason: "no registry is configured" });
  });

  test("is not run when the registry cannot be reached", async () => {
    const { url, ...registry } = await startRegistry({});
    await registry[Symbol.asyncDispose]();
    const result = await audit(withDependency("good", "1.0.0"), { "src/a.ts": "a" }, url);
    expect(result).toMatchObject({ head: { kind: "not_run" }, class: "not run" });
  });

  test("is not run when the change removes the lockfile: nothing known is not nothing there", async () => {
    await using registry = await startRegistry({ bad: 7 });
    const after = { remove: ["package-lock.json"] };
    expect(await audit(withDependency("bad", "1.0.0"), {}, registry.url, after)).toMatchObject({
      base: { kind: "passed" },
      head: {
        kind: "not_run",
        cause: "other",
        reason: "the lockfile is gone, so nobody knows what would be installed",
      },
      class: "not run",
    });
    const all = { remove: ["package-lock.json", "package.json"] };
    expect(await audit(withDependency("bad", "1.0.0"), {}, registry.url, all)).toMatchObject({ class: "pass" });
  });

  test("asks a registry whose address carries credentials without them", async () => {
    await using registry = await startRegistry({});
    const url = new URL(registry.url);
    Object.assign(url, { username: "deploy", password: "pass-word" });
    const inside: string[] = [];
    const sandbox: Sandbox = {
      ...real.sandbox,
      run: (profile, argv, options) => {
        inside.push(JSON.stringify([profile, argv]));
        return real.sandbox.run(profile, argv, options);
      },
    };
    const result = await audit(withDependency("good", "1.0.0"), {}, url, { sandbox });
    expect(result.class).toBe("pass");
    expect(inside.join()).toContain(registry.url.host);
    expect(inside.join()).not.toMatch(/deploy|pass-word/);
  });

  test("is not configured without a lockfile", async () => {
    expect(await audit({}, { "src/a.ts": "a" }, null)).toMatchObject({ class: "not configured" });
  });
});
