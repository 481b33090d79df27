import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Sandbox, workspaceInside } from "../../sandbox/sandbox.ts";
import { type Baseline, runBaseline } from "../../src/checks/baseline.ts";
import { environmentOf, usableCaches } from "../../src/checks/caches.ts";
import type { SideDependencies } from "../../src/checks/side.ts";
import { Config } from "../../src/config.ts";
import { fixtureRepository, type FixtureFile, writeFiles } from "../workspace/repository.ts";
import { realSandbox } from "./sandbox.ts";
import { manifest, ready, verify } from "./verification.ts";

const real = realSandbox();

type Files = Record<string, FixtureFile>;

interface Order {
  config?: Config;
  dependencies?: SideDependencies;
  /** The trusted commit is another than the base. */
  elsewhere?: boolean;
}

/** Runs the base, then the step to head with what the base left. */
async function carried(files: Files, change: Files, order: Order = {}) {
  const { config = Config.parse({}), dependencies = ready, elsewhere = false } = order;
  const cachesDir = mkdtempSync(join(tmpdir(), "airlock-caches-"));
  const told = recorded(real.sandbox);
  try {
    using fixture = fixtureRepository(files);
    const base = { commit: fixture.commit };
    const trusted = elsewhere ? recommitted(fixture) : fixture;
    const baseline: Baseline = await runBaseline({
      sandbox: told.sandbox,
      source: fixture.root,
      dir: fixture.dir,
      task: { trusted, config },
      base,
      dependencies: async () => dependencies,
      cachesDir,
    });
    const carriedBy = [...(baseline.caches?.byCheck.keys() ?? [])];
    const inBase = told.commands.splice(0);
    const { rows, classes, progress } = await verify(told.sandbox, files, change, {
      baseline: Promise.resolve(baseline),
      dependencies: async () => dependencies,
      config,
    });
    const left = readdirSync(cachesDir).length;
    return { carriedBy, inBase, inHead: told.commands, rows, classes, progress, left };
  } finally {
    rmSync(cachesDir, { recursive: true, force: true });
  }
}

function recommitted(fixture: ReturnType<typeof fixtureRepository>) {
  writeFiles(fixture.root, { "other.txt": "other" });
  return fixture.recommit();
}

/** The real sandbox, and the commands it was given, without what sets the path. */
function recorded(sandbox: Sandbox): { sandbox: Sandbox; commands: string[] } {
  const commands: string[] = [];
  const run: Sandbox["run"] = (profile, argv, options) => {
    commands.push(argv.at(-1) ?? "");
    return sandbox.run(profile, argv, options);
  };
  return { sandbox: { ...sandbox, run }, commands };
}

/** The compiler of this repository. */
const installed: SideDependencies = {
  kind: "ready",
  scratch: [],
  readOnly: [{ host: join(import.meta.dirname, "../../node_modules"), inside: `${workspaceInside}/node_modules` }],
};

const typed = {
  ...manifest({ typecheck: "tsc --noEmit" }),
  "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, types: [] }, include: ["src"] }),
  "src/a.ts": "export const a = 1;\n",
  "src/b.ts": 'import { a } from "./a.js";\nexport const b: number = a;\n',
};
const incremental = "tsc --noEmit --incremental --tsBuildInfoFile /airlock-caches/0.tsbuildinfo";

describe("a compiler that only checks", () => {
  test("starts from the base's build information, and is green", async () => {
    const { carriedBy, inBase, inHead, classes, rows } = await carried(
      typed,
      { "src/a.ts": "export const a = 2;\n" },
      { dependencies: installed },
    );
    expect([carriedBy, inBase, inHead]).toEqual([["types"], [incremental], [incremental]]);
    expect([classes["types"], rows["types"]?.command]).toEqual(["pass", ["sh", "-c", "tsc --noEmit"]]);
  });

  test("finds what a change breaks in a file that it leaves alone, in one run", async () => {
    const broken = { "src/a.ts": 'export const a = "text";\n' };
    const { inHead, classes, rows } = await carried(typed, broken, { dependencies: installed });
    expect([classes["types"], inHead]).toEqual(["regressed", [incremental]]);
    expect(rows["types"]?.head).toMatchObject({ kind: "failed", evidence: expect.stringContaining("src/b.ts") });
  });

  test("runs as it stands where the change touches a setting, or the base is not the trusted commit", async () => {
    const settings = { "tsconfig.json": typed["tsconfig.json"].replace("true", "false") };
    const changed = await carried(typed, settings, { dependencies: installed });
    expect([changed.classes["types"], changed.inHead]).toEqual(["pass", ["tsc --noEmit"]]);
    const source = { "src/a.ts": "export const a = 2;\n" };
    const other = await carried(typed, source, { dependencies: installed, elsewhere: true });
    expect([other.carriedBy, other.inBase]).toEqual([[], ["tsc --noEmit"]]);
  });

  test("that is red on the base, or does not know the option, counts as it stands", async () => {
    const red = await carried(
      { ...typed, "src/b.ts": "export const b: number = 'x';\n" },
      {},
      { dependencies: installed },
    );
    expect([red.carriedBy, red.inBase]).toEqual([[], [incremental, "tsc --noEmit"]]);
    const old = { executable: '#!/bin/sh\n[ "$#" = 1 ]\n' };
    const unknown = await carried({ ...typed, "node_modules/.bin/tsc": old }, { "src/a.ts": "" });
    expect([unknown.classes["types"], unknown.inHead]).toEqual(["pass", ["tsc --noEmit"]]);
  });
});

/** Says whether it started from what it left. */
const leaves = (file: string, more = "true") =>
  `${more}; if [ -e ${file} ]; then echo warm; else echo cold; echo '{}' > ${file}; fi`;
const source = { "src.txt": "2" };

async function sayOf(kind: "typecheck" | "lint", command: string, order: Order = {}): Promise<unknown> {
  const files = {
    ...manifest({ [kind]: command }),
    ".gitignore": "*.tsbuildinfo\n.eslintcache\ndist\n",
    "src.txt": "1",
  };
  const { rows } = await carried(files, source, order);
  return rows[kind === "lint" ? "lint" : "types"]?.head;
}

const says = (evidence: string) => expect.objectContaining({ kind: "passed", evidence });
const lintCache = Config.parse({ verify: { lint_cache: true } });

describe("caches that a check leaves by itself", () => {
  test("build information that git ignores is carried, where it is all that the check left", async () => {
    expect(await sayOf("typecheck", leaves("x.tsbuildinfo"))).toEqual(says("warm"));
    expect(await sayOf("typecheck", leaves("x.tsbuildinfo", "mkdir -p dist; touch dist/a.js"))).toEqual(says("cold"));
    expect(await sayOf("typecheck", leaves("x.tsbuildinfo", "touch seen.txt"))).toEqual(says("cold"));
  });

  test("a linter's is carried only where the repository says so", async () => {
    expect(await sayOf("lint", leaves(".eslintcache"), { config: lintCache })).toEqual(says("warm"));
    expect(await sayOf("lint", leaves(".eslintcache"))).toEqual(says("cold"));
  });

  test("a link, another name, and an option that makes the compiler assume things are not carried", async () => {
    expect(await sayOf("typecheck", leaves("x.tsbuildinfo", "ln -s /etc/passwd y.tsbuildinfo"))).toEqual(says("warm"));
    expect(await sayOf("typecheck", leaves("dist"))).toEqual(says("cold"));
    const assuming = `echo '{"options":{"assumeChangesOnlyAffectDirectDependencies":true}}' > x.tsbuildinfo`;
    expect(
      await sayOf("typecheck", `if [ -e x.tsbuildinfo ]; then echo warm; else ${assuming}; echo cold; fi`),
    ).toEqual(says("cold"));
  });

  test("what is carried is older than every file, so that time stamps prove nothing", async () => {
    expect(
      await sayOf(
        "typecheck",
        "if [ src.txt -nt x.tsbuildinfo ] && [ -e x.tsbuildinfo ]; then echo older; fi; echo > x.tsbuildinfo",
      ),
    ).toEqual(says("older"));
  });

  test("a linter's red with the base's cache does not count; without it decides", async () => {
    const command = "if [ -e .eslintcache ]; then exit 1; fi; touch .eslintcache";
    const files = { ...manifest({ lint: command }), ".gitignore": ".eslintcache\n", "src.txt": "1" };
    const { classes, inHead, left } = await carried(files, source, { config: lintCache });
    expect([classes["lint"], inHead.length, left]).toEqual(["pass", 2, 1]);
  });
});

describe("a change that caches of the base are used for", () => {
  const at = (directory: string): SideDependencies => ({ kind: "ready", readOnly: [], scratch: [], directory });
  const dependencies = at("/installed");
  const caches = { environment: environmentOf(dependencies) ?? "", byCheck: new Map() };
  const side = { mode: "100644" as const, sha: "0".repeat(40), content: "" };
  const usable = (path: string, mode: "100644" | "120000" = "100644") =>
    usableCaches(caches, { dependencies, change: [{ path, before: null, after: { ...side, mode } }] }) !== undefined;

  test.each(["src/a.ts", "src/config.ts", "README.md", "src/data.csv"])("%s", (path) => {
    expect(usable(path)).toBe(true);
  });

  test.each([
    "package.json",
    "a/tsconfig.json",
    "eslint.config.js",
    ".eslintrc",
    ".config/x.js",
    "a.YAML",
    "yarn.lock",
  ])("not %s", (path) => {
    expect(usable(path)).toBe(false);
  });

  test("not a link, and not another installation", () => {
    expect(usable("src/a.ts", "120000")).toBe(false);
    expect(usableCaches(caches, { dependencies: at("/another"), change: [] })).toBeUndefined();
    expect(usableCaches(caches, { dependencies: { kind: "failed", reason: "" }, change: [] })).toBeUndefined();
    expect(usableCaches(caches, { dependencies, change: [] })).toBe(caches.byCheck);
  });
});
