import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Planned } from "../../src/environment/command.ts";
import type { Settings } from "../../src/environment/settings.ts";
import { berryCommand, classicCommand, onRegistry } from "../../src/environment/yarn.ts";

const file = (path: string, text: string) => ({ path, content: Buffer.from(text) });
const registry = new URL("https://registry.example/npm/");
const classic = "# yarn lockfile v1\n";
const berry = "__metadata:\n  version: 8\n";

const planClassic = (settings: Settings, lock = classic) =>
  classicCommand({
    manager: { name: "yarn-classic", version: "1.22.22", hash: null },
    registry,
    settings,
    files: [file("package.json", "{}"), file("yarn.lock", lock)],
  });
const planBerry = (settings: Settings, { lock = berry, own = "", at = registry } = {}) =>
  berryCommand({
    manager: { name: "yarn-berry", version: "4.18.1", hash: null },
    registry: at,
    settings,
    files: [file("package.json", "{}"), file("yarn.lock", lock), file(".yarnrc.yml", own)],
  });
const argvOf = (planned: Planned) => (planned.kind === "planned" ? planned.command.argv : planned);
const textAt = (planned: Planned, path: string) =>
  planned.kind === "planned"
    ? planned.command.files.find((one) => one.path === path)?.content.toString("utf8")
    : undefined;

describe("yarn 1", () => {
  test("one frozen installation without scripts and without any rc file", () => {
    expect(argvOf(planClassic({}))).toEqual([
      "/workspace/manager/bin/yarn",
      "install",
      "--frozen-lockfile",
      "--ignore-scripts",
      "--non-interactive",
      "--no-progress",
      "--no-default-rc",
      "--network-timeout=60000",
      "--cache-folder=/workspace/cache/yarn",
      "--registry=https://registry.example/npm/",
    ]);
  });

  test.each<[string, string[]]>([
    ["ignore-engines true", ["--ignore-engines"]],
    ['"--install.ignore-optional" true', ["--ignore-optional"]],
    ["--*.ignore-engines true", ["--ignore-engines"]],
    ["ignore-engines false", []],
    ['yarn-path "./evil.cjs"', []],
    ['registry "https://evil.example/"', []],
    ['"--install.modules-folder" "../x"', []],
    ["ignore-scripts false", []],
    ['script-shell "./evil.sh"', []],
    ['--cwd "/etc"', []],
  ])(".yarnrc %j gives %j", (line, expected) => {
    const planned = planClassic({ ".yarnrc": `${line}\n` });
    expect(planned.kind === "planned" && planned.command.shape).toEqual(expected);
  });

  const hash = `#${"a".repeat(40)}`;
  test.each<[string, string, string]>([
    [
      "a hash",
      `  resolved "https://packages.example/a/-/a-1.0.0.tgz${hash}"\n`,
      `  resolved "https://registry.example/npm/a/-/a-1.0.0.tgz${hash}"\n`,
    ],
    [
      "a scope and a prefix",
      `  resolved "http://h.example/api/npm/@s/a/-/a-1.0.0.tgz${hash}"\n`,
      `  resolved "https://registry.example/npm/@s/a/-/a-1.0.0.tgz${hash}"\n`,
    ],
    [
      "an integrity line",
      '  resolved "https://packages.example/a/-/a-1.0.0.tgz"\n  integrity sha512-x\n',
      '  resolved "https://registry.example/npm/a/-/a-1.0.0.tgz"\n  integrity sha512-x\n',
    ],
  ])("an address of a registry moves to ours with %s", (_title, lock, expected) => {
    expect(onRegistry(lock, registry)).toBe(expected);
  });

  test.each<[string, string]>([
    ["no hash", '  resolved "https://packages.example/a/-/a-1.0.0.tgz"\n  dependencies:\n'],
    ["a repository", `  resolved "https://codeload.example/o/r/tar.gz/abc${hash}"\n`],
    ["git", `  resolved "git+ssh://git@example/o/r.git${hash}"\n`],
    ["a file of the tree", `  resolved "file:vendor/a.tgz${hash}"\n`],
  ])("and stays with %s", (_title, lock) => {
    expect(onRegistry(lock, registry)).toBe(lock);
  });

  test("a copy of a local directory is refused, a tarball is not", () => {
    expect(planClassic({}, `${classic}\n"a@file:./vendor/a":\n  version "1.0.0"\n`)).toMatchObject({ kind: "refused" });
    expect(planClassic({}, `${classic}\n"a@file:./vendor/a.tgz":\n  version "1.0.0"\n`)).toMatchObject({
      kind: "planned",
    });
  });
});

describe("a lockfile made to keep a pattern busy is answered", () => {
  const size = 512 * 1024;

  test("newlines", () => {
    expect(planClassic({}, `${classic}${"\n".repeat(size)}x\n`)).toMatchObject({ kind: "planned" });
    expect(planBerry({}, { lock: `${berry}${"\n".repeat(size)}x: 1\n` })).toMatchObject({ kind: "planned" });
  });

  test("one long line", () => {
    const line = `  resolved "https://h.example/@${"%2f".repeat(size / 3)}"\n`;
    expect(planClassic({}, classic + line)).toMatchObject({ kind: "refused", reason: expect.stringMatching(/10000/) });
    expect(onRegistry(line, registry)).toBe(line);
    expect(planBerry({}, { lock: `${berry}${" ".repeat(size)}x` })).toMatchObject({ kind: "planned" });
    expect(planBerry({}, { lock: `${berry}  resolution: "${"@file:".repeat(size / 6)}` })).toMatchObject({
      kind: "planned",
    });
  });
});

describe("yarn 3 and 4", () => {
  test("one immutable installation that reads a file of ours and runs nothing that is committed", () => {
    const planned = planBerry({ ".yarnrc.yml": "yarnPath: ./evil.cjs\nplugins: [./evil.cjs]\n" });
    expect(argvOf(planned)).toEqual(["/workspace/manager/bin/yarn", "install", "--immutable", "--mode=skip-build"]);
    expect(planned.kind === "planned" && planned.command.env).toMatchObject({
      YARN_IGNORE_PATH: "1",
      YARN_RC_FILENAME: ".airlock-yarnrc.yml",
      YARN_PLUGINS: "",
      YARN_ENABLE_SCRIPTS: "0",
    });
    expect(parse(textAt(planned, ".airlock-yarnrc.yml") ?? "")).toEqual({
      npmRegistryServer: "https://registry.example/npm",
      httpProxy: "${HTTP_PROXY:-}",
      httpsProxy: "${HTTPS_PROXY:-}",
      cacheFolder: "/workspace/cache/yarn-berry",
      enableGlobalCache: false,
      enableMirror: false,
      enableProgressBars: false,
      httpRetry: 2,
    });
    expect(textAt(planned, ".yarnrc.yml")).toBeUndefined();
  });

  test.each<[string, object]>([
    ["nmHoistingLimits: workspaces", { nmHoistingLimits: "workspaces" }],
    ["compressionLevel: mixed", { compressionLevel: "mixed" }],
    ["supportedArchitectures: { cpu: [x64] }", { supportedArchitectures: { cpu: ["x64"] } }],
    ["nmHoistingLimits: ./x", {}],
    ["compressionLevel: 99", {}],
    ["npmRegistryServer: https://evil.example", {}],
    ["npmScopes: { a: { npmRegistryServer: https://evil.example } }", {}],
    ["npmAuthToken: x", {}],
    ["enableScripts: true", {}],
    ["injectEnvironmentFiles: [.env]", {}],
    ["cacheFolder: ../x", {}],
    ["httpsCaFilePath: /etc/passwd", {}],
    ["initScope: x", {}],
    ["yarnPath: ./evil.cjs", {}],
    ["plugins: [./evil.cjs]", {}],
    ["a: [", {}],
  ])(".yarnrc.yml %j counts as %j", (line, expected) => {
    const planned = planBerry({ ".yarnrc.yml": `${line}\n` });
    expect(planned.kind === "planned" && parse(planned.command.shape.join(""))).toEqual(expected);
  });

  test("what the tree asks for is its own say", () => {
    const own =
      "catalog: { a: 1.0.0 }\npackageExtensions: { b@*: { dependencies: { c: 1.0.0 } } }\nnmHoistingLimits: workspaces\n";
    expect(parse(textAt(planBerry({}, { own }), ".airlock-yarnrc.yml") ?? "")).toMatchObject({
      catalog: { a: "1.0.0" },
      packageExtensions: { "b@*": { dependencies: { c: "1.0.0" } } },
    });
    expect(textAt(planBerry({}, { own }), ".airlock-yarnrc.yml")).not.toContain("nmHoistingLimits");
  });

  test("a registry without TLS is allowed by name, and only that one", () => {
    const planned = planBerry({}, { at: new URL("http://127.0.0.1:4873/") });
    expect(parse(textAt(planned, ".airlock-yarnrc.yml") ?? "")).toMatchObject({ unsafeHttpWhitelist: ["127.0.0.1"] });
  });

  test.each<[string, string, RegExp]>([
    [
      "a program as a dependency",
      '"a@exec:./gen.js":\n  resolution: "a@exec:./gen.js#./gen.js::hash=1"\n',
      /`exec:` dependency, which is a program/,
    ],
    [
      "a copy of a local directory",
      '"a@file:./vendor/a":\n  resolution: "a@file:./vendor/a#./vendor/a::hash=1"\n',
      /copy of a local directory/,
    ],
  ])("%s is refused with what to change", (_title, entry, reason) => {
    expect(planBerry({}, { lock: `${berry}\n${entry}` })).toEqual({
      kind: "refused",
      reason: expect.stringMatching(reason),
      fix: expect.any(String),
    });
  });
});
