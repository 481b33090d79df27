import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cacheLimits, type EnvironmentCache, openCache } from "../../src/environment/cache.ts";
import { runAs, temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const asRoot = process.getuid?.() === 0;
const user = runAs ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const key = "a".repeat(64);
const other = "b".repeat(64);
const begin = Date.now();

/** A cache whose clock the test sets. */
async function machine(limits = {}) {
  const temporary = temporaryDirectory();
  const root = join(temporary.path, "cache");
  const clock = { time: begin };
  const open = async (): Promise<EnvironmentCache> => {
    const opened = await openCache({ root, user, now: () => clock.time, limits: { ...cacheLimits, ...limits } });
    if (opened.kind === "refused") throw new Error(opened.reason);
    return opened.cache;
  };
  return { ...temporary, root, clock, open, cache: await open() };
}

/** Installs something small into a cache, as npm does in the sandbox: everything belongs to the sandbox's user. */
async function keep(cache: EnvironmentCache, name = key, files: Record<string, string> = { "tool/index.js": "one\n" }) {
  const stage = await cache.stage();
  mkdirSync(stage.directory);
  const paths = Object.entries(files).map(([path, text]): [string, string] => [`node_modules/${path}`, text]);
  writeFiles(stage.directory, { "package.json": "{}", ...Object.fromEntries(paths) });
  if (asRoot) execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, stage.directory]);
  return stage.keep(name);
}

describe("what was kept is found", () => {
  test("by its key, with its age, where it was moved in one step", async () => {
    using on = await machine();
    expect(await on.cache.find(key)).toBeNull();
    const { kept, directory } = await keep(on.cache);
    expect([kept, readdirSync(on.root)]).toEqual([true, [`environment-${key.slice(0, 32)}`]]);
    on.clock.time += 180_000;
    expect(await on.cache.find(key)).toEqual({ directory, ageMs: 180_000 });
    expect(readFileSync(join(directory, "node_modules/tool/index.js"), "utf8")).toBe("one\n");
    expect(await on.cache.find(other)).toBeNull();
    // Another process finds it as well.
    expect(await (await on.open()).find(key)).toEqual({ directory, ageMs: 180_000 });
  });

  test("what is half-made or was removed is not", async () => {
    using on = await machine();
    const stage = await on.cache.stage();
    mkdirSync(stage.directory);
    expect(await on.cache.find(key)).toBeNull();
    await stage.remove();
    expect(readdirSync(on.root)).toEqual([]);
  });

  test("for twelve hours, and no longer; an age below zero is none", async () => {
    using on = await machine();
    await keep(on.cache);
    on.clock.time = begin + cacheLimits.ageMs;
    expect(await on.cache.find(key)).toMatchObject({ ageMs: 12 * 3_600_000 });
    on.clock.time += 1;
    expect(await on.cache.find(key)).toBeNull();
    on.clock.time = begin - 1;
    expect(await on.cache.find(key)).toBeNull();
  });

  test.runIf(asRoot)("below directories that the sandbox's user passes through and cannot list", async () => {
    using on = await machine();
    const { directory } = await keep(on.cache);
    expect([on.root, join(directory, "..")].map((path) => statSync(path).mode & 0o777)).toEqual([0o711, 0o711]);
    expect(statSync(directory).uid).toBe(user.uid);
  });
});

describe("what is not as it was installed is a miss, and is removed", () => {
  const file = (tree: string) => join(tree, "node_modules/tool/index.js");
  const manifest = (tree: string) => join(tree, "../manifest.json");

  test.each<[string, (tree: string) => void]>([
    [
      "a file was written, with its size and its time kept",
      (tree) => {
        const { atime, mtime } = statSync(file(tree));
        writeFileSync(file(tree), "two\n");
        utimesSync(file(tree), atime, mtime);
      },
    ],
    ["a file was added", (tree) => writeFileSync(join(tree, "node_modules/tool/more.js"), "")],
    ["a file was removed", (tree) => rmSync(file(tree))],
    ["a file became executable", (tree) => chmodSync(file(tree), 0o755)],
    [
      "a file was replaced by a link",
      (tree) => {
        rmSync(file(tree));
        symlinkSync("/etc/passwd", file(tree));
      },
    ],
    [
      "the tree is a link to another place",
      (tree) => {
        renameSync(tree, `${tree}-moved`);
        symlinkSync(`${tree}-moved`, tree);
      },
    ],
    ["the tree is gone", (tree) => rmSync(tree, { recursive: true })],
    ["its manifest is gone", (tree) => rmSync(manifest(tree))],
    [
      "its manifest is half of one",
      (tree) => {
        chmodSync(manifest(tree), 0o600);
        writeFileSync(manifest(tree), '{"version":1,');
      },
    ],
    [
      "its manifest is that of another key",
      (tree) => {
        const text = readFileSync(manifest(tree), "utf8").replaceAll(key, other);
        rmSync(manifest(tree));
        writeFileSync(manifest(tree), text);
      },
    ],
    ["others may write its manifest", (tree) => chmodSync(manifest(tree), 0o666)],
    ["others may write its directory", (tree) => chmodSync(join(tree, ".."), 0o777)],
    [
      "its manifest is a link",
      (tree) => {
        renameSync(manifest(tree), `${manifest(tree)}-moved`);
        symlinkSync(`${manifest(tree)}-moved`, manifest(tree));
      },
    ],
  ])("%s", async (_title, poison) => {
    using on = await machine();
    const { directory } = await keep(on.cache);
    // The twin: nothing was done to it.
    expect(await on.cache.find(key)).not.toBeNull();
    poison(directory);
    expect(await on.cache.find(key)).toBeNull();
    expect(readdirSync(on.root)).toEqual([]);
    // And the next installation takes its place.
    expect((await keep(on.cache)).kept).toBe(true);
    expect(await on.cache.find(key)).not.toBeNull();
  });

  test.runIf(asRoot)("its tree, its manifest or its directory belongs to somebody else", async () => {
    for (const path of ["", "../manifest.json", ".."]) {
      using on = await machine();
      const { directory } = await keep(on.cache);
      chownSync(join(directory, path), 12_345, 12_345);
      expect(await on.cache.find(key)).toBeNull();
      expect(readdirSync(on.root)).toEqual([]);
    }
  });

  test("a link in the place of an entry is removed, and what it leads to is left alone", async () => {
    using on = await machine();
    const { directory } = await keep(on.cache);
    const entry = join(directory, "..");
    renameSync(entry, join(on.path, "elsewhere"));
    symlinkSync(join(on.path, "elsewhere"), entry);
    expect(await on.cache.find(key)).toBeNull();
    expect([existsSync(entry), existsSync(join(on.path, "elsewhere/tree/package.json"))]).toEqual([false, true]);
  });
});

test("of many that install the same at once one wins, and all have the same", async () => {
  using on = await machine();
  const caches = await Promise.all(Array.from({ length: 6 }, () => on.open()));
  const results = await Promise.all(caches.map((cache) => keep(cache)));
  expect(new Set(results.map(({ directory }) => directory)).size).toBe(1);
  expect(results.every(({ kept }) => kept)).toBe(true);
  expect(readdirSync(on.root)).toEqual([`environment-${key.slice(0, 32)}`]);
  expect(await on.cache.find(key)).not.toBeNull();
});

test("a name that is no UTF-8 counts like any other", async () => {
  using on = await machine();
  const stage = await on.cache.stage();
  mkdirSync(join(stage.directory, "node_modules"), { recursive: true });
  if (asRoot) execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, stage.directory]);
  writeFileSync(Buffer.concat([Buffer.from(join(stage.directory, "node_modules/a")), Buffer.from([0xff])]), "x");
  const { kept, directory } = await stage.keep(key);
  expect([kept, await on.cache.find(key)]).toEqual([true, { directory, ageMs: 0 }]);
  writeFileSync(Buffer.concat([Buffer.from(join(directory, "node_modules/a")), Buffer.from([0xfe])]), "x");
  expect(await on.cache.find(key)).toBeNull();
});

describe("room", () => {
  const large = { "large.js": "x".repeat(600) };

  test("above the limit the installation that was not used for longest goes first", async () => {
    using on = await machine({ bytes: 1_500, useMs: 1_000 });
    await keep(on.cache, key, large);
    on.clock.time += 10;
    await keep(on.cache, other, large);
    on.clock.time += 2_000;
    await on.cache.find(key);
    on.clock.time += 2_000;
    expect((await keep(on.cache, "c".repeat(64), large)).kept).toBe(true);
    expect(await on.cache.find(other)).toBeNull();
    expect([await on.cache.find(key), await on.cache.find("c".repeat(64))].map((found) => found !== null)).toEqual([
      true,
      true,
    ]);
  });

  test("what may still be in use stays, and the new one is used from where it was made", async () => {
    using on = await machine({ bytes: 1_000, useMs: 1_000 });
    await keep(on.cache, key, large);
    const { kept, directory } = await keep(on.cache, other, large);
    expect([kept, existsSync(join(directory, "node_modules/large.js"))]).toEqual([false, true]);
    expect(await on.cache.find(key)).not.toBeNull();
    expect(await on.cache.find(other)).toBeNull();
  });

  test("what has expired and what was left half-made are removed when something is kept", async () => {
    using on = await machine();
    await keep(on.cache);
    const left = await on.cache.stage();
    mkdirSync(left.directory);
    on.clock.time = Date.now() + cacheLimits.ageMs + 1;
    await keep(on.cache, other);
    expect(readdirSync(on.root)).toEqual([`environment-${other.slice(0, 32)}`]);
  });

  test("what has expired and may still be in use is neither found nor replaced", async () => {
    using on = await machine();
    await keep(on.cache);
    on.clock.time += cacheLimits.ageMs - 1;
    expect(await on.cache.find(key)).not.toBeNull();
    on.clock.time += 2;
    const again = await keep(on.cache);
    expect([again.kept, await on.cache.find(key), existsSync(again.directory)]).toEqual([false, null, true]);
  });
});

describe("a directory that others could change is refused", () => {
  const refusal = async (root: string) => {
    const opened = await openCache({ root, user, now: Date.now });
    return opened.kind === "refused" ? opened.reason : opened.kind;
  };

  test("a link, a file, a place that others may write, a name that no overlay takes", async () => {
    using on = temporaryDirectory();
    const at = (name: string) => join(on.path, name);
    mkdirSync(at("real"), { mode: 0o711 });
    symlinkSync("real", at("link"));
    writeFileSync(at("file"), "");
    mkdirSync(at("open"));
    chmodSync(at("open"), 0o777);
    expect(await refusal(at("real"))).toBe("open");
    expect(await refusal(at("link"))).toMatch(/no directory \(a symlink\?\)/);
    expect(await refusal(at("file"))).toMatch(/no directory/);
    expect(await refusal(at("open"))).toMatch(/can be written by others/);
    expect(await refusal(at("open/cache"))).toMatch(/open, above the cache, can be changed by others/);
    expect(await refusal(at("a:b"))).toMatch(/character/);
    expect(await refusal("cache")).toMatch(/no absolute path/);
    // A sticky directory such as /tmp lets nobody replace what is another's.
    chmodSync(at("open"), 0o1777);
    expect(await refusal(at("open/cache"))).toBe("open");
  });

  test.runIf(asRoot)("a place of another user, and one that the sandbox's user cannot pass through to", async () => {
    using on = temporaryDirectory();
    mkdirSync(join(on.path, "theirs"));
    chownSync(join(on.path, "theirs"), 12_345, 12_345);
    expect(await refusal(join(on.path, "theirs"))).toMatch(/belongs to another user/);
    mkdirSync(join(on.path, "closed"), { mode: 0o700 });
    expect(await refusal(join(on.path, "closed/cache"))).toMatch(/cannot pass through/);
    expect(lstatSync(join(on.path, "closed/cache")).isDirectory()).toBe(true);
  });
});
