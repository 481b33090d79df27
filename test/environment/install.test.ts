import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSandbox } from "../../sandbox/open.ts";
import { toolchainOf } from "../../src/environment/host.ts";
import { installDependencies, registryRule } from "../../src/environment/install.ts";
import { dependencyMounts, makeMountPoints } from "../../src/environment/mounts.ts";
import { portOf } from "../sandbox/room.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";

const tiny = fileURLToPath(new URL("fixtures/tiny", import.meta.url));
const path = process.env["PATH"] ?? "";
const limits = { timeoutMs: 120_000, output: { headBytes: 65_536, tailBytes: 65_536 } };

let dir: string;
let sandbox: Sandbox;
let registry: URL;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "airlock-install-"));
  chmodSync(dir, 0o711);
  sandbox = await openSandbox({ path, toolchain: toolchainOf(path), stateDir: join(dir, "state") });
  // The address of the registry is the machine's own configuration.
  registry = new URL(
    execFileSync("npm", ["config", "get", "registry"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim(),
  );
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const options = (name: string) => ({ sandbox, into: join(dir, name), cacheDir: join(dir, "cache"), registry, limits });

test("npm ci runs inside with the registry as its only host, and the result works in a workspace", async () => {
  const lines: string[] = [];
  const installed = await installDependencies({
    ...options("deps"),
    manifestDir: tiny,
    onProgress: (line) => void lines.push(line),
  });
  expect(installed).toEqual({ kind: "installed", directory: join(dir, "deps"), ms: expect.any(Number) });
  expect(lines.join("\n")).toContain("added 3 packages");
  expect(statSync(join(dir, "deps/node_modules/is-number/package.json")).uid).toBe(sandbox.user.uid);

  const workspace = join(dir, "workspace");
  cpSync(tiny, workspace, { recursive: true });
  mkdirSync(join(workspace, "node_modules"));
  await makeMountPoints(join(dir, "deps"), workspace, sandbox.user);
  const script = `const version = (from) => JSON.parse(require("fs").readFileSync(require.resolve("is-number/package.json", { paths: [from] }))).version;
    console.log(version("/workspace/repo"), version("/workspace/repo/packages/lib"));
    require("fs").writeFileSync("node_modules/.cache/x", "");
    try { require("fs").writeFileSync("node_modules/is-number/x", "") } catch (e) { console.log(e.code) }`;
  const result = await sandbox.run(
    { workspace: { host: workspace, mode: "workspace-write" }, ...dependencyMounts(join(dir, "deps")), limits },
    ["node", "-e", script],
  );
  expect(result).toMatchObject({ kind: "exited", exitCode: 0, stdout: { text: "7.0.0 6.0.0\nEROFS\n" } });
  expect(existsSync(join(dir, "deps/node_modules/.cache/x"))).toBe(false);
});

test("the twin: the same command without egress reaches nothing", async () => {
  cpSync(tiny, join(dir, "bare"), { recursive: true });
  const profile = { workspace: { host: join(dir, "bare"), mode: "workspace-write" as const }, limits };
  if (process.getuid?.() === 0) execFileSync("chown", ["-R", String(sandbox.user.uid), "--", join(dir, "bare")]);
  const result = await sandbox.run(profile, [
    "npm",
    "ci",
    "--ignore-scripts",
    "--fetch-retries=0",
    `--registry=${registry.href}`,
  ]);
  expect(result).toMatchObject({ kind: "exited", exitCode: 1 });
  expect(result.stderr.text).toMatch(/EAI_AGAIN|ENETUNREACH|ECONNREFUSED/);
});

describe("a registry on this machine", () => {
  const tarball = packTarball();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? "no credentials"}`);
    const dist = { tarball: `http://${request.headers.host}/hostile/-/hostile-1.0.0.tgz` };
    const version = { name: "hostile", version: "1.0.0", dist, scripts: { install: "touch ran" } };
    const packument = { name: "hostile", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
    if (request.url === "/hostile") response.end(JSON.stringify(packument));
    else if (request.url === "/hostile/-/hostile-1.0.0.tgz") response.end(tarball);
    else response.writeHead(404).end("{}");
  });
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => void server.close());
  const local = () => new URL(`http://user:secret@127.0.0.1:${portOf(server)}/`);

  function project(name: string, lock: object, more: Record<string, string> = {}): string {
    const root = join(dir, name);
    mkdirSync(root);
    const dependencies = { hostile: "1.0.0" };
    writeFileSync(
      join(root, "package.json"),
      JSON.stringify({
        name: "p",
        version: "1.0.0",
        dependencies,
        scripts: { preinstall: "touch /workspace/install/ran-own" },
      }),
    );
    const packages = {
      "": { name: "p", version: "1.0.0", dependencies },
      "node_modules/hostile": { version: "1.0.0", ...lock },
    };
    writeFileSync(
      join(root, "package-lock.json"),
      JSON.stringify({ name: "p", version: "1.0.0", lockfileVersion: 3, packages }),
    );
    for (const [file, content] of Object.entries(more)) writeFileSync(join(root, file), content);
    return root;
  }

  test("no script runs, the project's .npmrc is not used, and credentials stay outside", async () => {
    const manifestDir = project(
      "p1",
      { hasInstallScript: true },
      { ".npmrc": "registry=http://127.0.0.1:1/\nignore-scripts=false\n" },
    );
    const installed = await installDependencies({ ...options("i1"), manifestDir, registry: local() });
    expect(installed).toMatchObject({ kind: "installed" });
    expect(readFileSync(join(dir, "i1/node_modules/hostile/index.js"), "utf8")).toBe("module.exports = 1;\n");
    expect([
      existsSync(join(dir, "i1/ran-own")),
      existsSync(join(dir, "i1/node_modules/hostile/ran")),
      existsSync(join(dir, "i1/.npmrc")),
    ]).toEqual([false, false, false]);
    expect(asked).toEqual(["GET /hostile no credentials", "GET /hostile/-/hostile-1.0.0.tgz no credentials"]);
  });

  test("the twin: with scripts allowed the package's script would have run", async () => {
    const root = project("p2", { hasInstallScript: true });
    if (process.getuid?.() === 0) execFileSync("chown", ["-R", String(sandbox.user.uid), "--", root]);
    const plain = local();
    plain.username = plain.password = "";
    const result = await sandbox.run(
      {
        writable: [{ host: root, inside: "/workspace/install" }],
        env: { NO_PROXY: "", no_proxy: "" },
        egress: { rule: registryRule(plain) },
        limits,
      },
      ["npm", "ci", `--registry=${plain.href}`],
      { cwd: "/workspace/install" },
    );
    expect(result).toMatchObject({ kind: "exited", exitCode: 0 });
    expect([existsSync(join(root, "ran-own")), existsSync(join(root, "node_modules/hostile/ran"))]).toEqual([
      true,
      true,
    ]);
  });

  test.each<[string, () => object, RegExp, RegExp]>([
    [
      "a package from another host",
      () => ({ resolved: "https://elsewhere.example/hostile/-/hostile-1.0.0.tgz" }),
      /hosts other than the registry: elsewhere\.example:443/,
      /from the registry/,
    ],
    [
      "a package from another port of the same host",
      () => ({ resolved: "http://127.0.0.1:1/hostile/-/hostile-1.0.0.tgz" }),
      /127\.0\.0\.1:1 /,
      /from the registry/,
    ],
    [
      "a package whose content is another",
      () => ({ integrity: `sha512-${"A".repeat(86)}==` }),
      /not the one the lockfile names \(npm EINTEGRITY\)/,
      /content changed/,
    ],
    ["a package the registry does not have", () => ({ version: "2.0.0" }), /do not match|does not have/, /./],
  ])("%s fails with the reason", async (title, lock, reason, fix) => {
    const name = title.replace(/\W/g, "");
    const manifestDir = project(`p-${name}`, lock());
    const failed = await installDependencies({ ...options(`i-${name}`), manifestDir, registry: local() });
    expect(failed).toEqual({
      kind: "failed",
      reason: expect.stringMatching(reason),
      fix: expect.stringMatching(fix),
      evidence: expect.stringContaining("npm error"),
    });
    expect(existsSync(join(dir, `i-${name}`))).toBe(false);
  });

  test("a time-out is a failure that names the limit", async () => {
    const failed = await installDependencies({
      ...options("i-slow"),
      manifestDir: project("p-slow", {}),
      registry: local(),
      limits: { ...limits, timeoutMs: 20 },
    });
    expect(failed).toMatchObject({
      kind: "failed",
      reason: "npm ci took too long",
      fix: expect.stringContaining("install_s"),
    });
  });

  test("a limit of the sandbox is a failure that names it, and where it is raised", async () => {
    const failed = await installDependencies({
      ...options("i-crowded"),
      manifestDir: project("p-crowded", {}),
      registry: local(),
      limits: { ...limits, processes: 16 },
    });
    expect(failed).toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/^npm ci met the sandbox's limit "processes"\. .*16/),
      fix: expect.stringContaining("limits.processes"),
    });
  });
});

test("a tree that cannot be installed from fails before anything runs; a used directory is refused", async () => {
  mkdirSync(join(dir, "none"));
  const failed = await installDependencies({ ...options("x"), manifestDir: join(dir, "none") });
  expect([failed, existsSync(join(dir, "x"))]).toEqual([
    expect.objectContaining({ kind: "failed", reason: "package.json is missing" }),
    false,
  ]);
  mkdirSync(join(dir, "used"));
  writeFileSync(join(dir, "used/file"), "");
  await expect(installDependencies({ ...options("used"), manifestDir: tiny })).rejects.toMatchObject({
    code: "install-failed",
  });
});

test.each([
  ["https://registry.example/", "registry.example", 443, "allow"],
  ["https://registry.example:8443/npm/", "registry.example", 8443, "allow"],
  ["http://registry.example/", "registry.example", 80, "allow"],
  ["http://[::1]:4873/", "::1", 4873, "allow"],
  ["https://registry.example/", "registry.example", 80, "deny"],
  ["https://registry.example/", "evil.registry.example", 443, "deny"],
])("the rule of %s for %s:%i is %s", (url, host, port, kind) => {
  expect(registryRule(new URL(url))(host, port).kind).toBe(kind);
});

/** A package with an install script, as the registry serves it. */
function packTarball(): Buffer {
  const source = mkdtempSync(join(tmpdir(), "airlock-tarball-"));
  mkdirSync(join(source, "package"));
  writeFileSync(
    join(source, "package/package.json"),
    JSON.stringify({ name: "hostile", version: "1.0.0", scripts: { install: "touch ran" } }),
  );
  writeFileSync(join(source, "package/index.js"), "module.exports = 1;\n");
  const bytes = execFileSync("tar", ["-czf", "-", "-C", source, "package"]);
  rmSync(source, { recursive: true });
  return bytes;
}
