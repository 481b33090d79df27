import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { readlink } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Stage, stage } from "../../src/cli/stage.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const root = process.getuid?.() === 0;
const user = root ? { uid: 61_000, gid: 61_000 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** A copy that takes no time. */
const quick = {
  now: () => 0,
  onLong: () => {
    throw new Error("nothing takes long here");
  },
  signal: new AbortController().signal,
};

/** A directory of the caller's with some files, and what a command may do to its copy. */
function place() {
  const temporary = temporaryDirectory();
  const mine = join(temporary.path, "mine");
  writeFiles(mine, { "src/a.ts": "a", "gone.ts": "gone", ".git/HEAD": "ref", link: { link: "src" } });
  writeFiles(mine, { "vendor/.git/HEAD": "history", "vendor/v.ts": "v" });
  const read = (path: string) => readFileSync(join(mine, path), "utf8");
  return {
    ...temporary,
    mine,
    read,
    staged: () => stage(mine, { ...quick, user, mode: "workspace-write", ours: temporary.path }),
  };
}

const brought = (staged: Stage) => staged.bringBack();

describe("who works on what", () => {
  test("a command that may write works on a copy, whoever calls", async () => {
    using at = place();
    const { host, leftOut } = await at.staged();
    expect([host, leftOut]).toEqual([join(at.path, "stage"), []]);
    expect(lstatSync(join(host, "src/a.ts"))).toMatchObject(user);
    expect(await readlink(join(host, "link"))).toBe("src");
    // Nobody else on the machine may look into it.
    expect(lstatSync(host).mode & 0o777).toBe(0o700);
  });

  test("a read-only one is shown the directory itself, except root's", async () => {
    using at = place();
    const { host } = await stage(at.mine, { ...quick, user, mode: "read-only", ours: at.path });
    expect(host === at.mine).toBe(!root);
  });

  test("a workspace that our own directory lies in, as /tmp does: the copy is not copied into itself", async () => {
    using at = place();
    const ours = join(at.mine, "ours");
    mkdirSync(ours);
    const staged = await stage(at.mine, { ...quick, user, mode: "workspace-write", ours });
    expect(readdirSync(staged.host).sort()).toEqual([".git", "gone.ts", "link", "src", "vendor"]);
    writeFileSync(join(staged.host, "src/a.ts"), "b");
    expect(await brought(staged)).toMatchObject({ changed: ["src/a.ts"], left: [] });
    expect(existsSync(ours)).toBe(true);
  });

  test("copying ends when the caller wants it to", async () => {
    using at = place();
    const abort = new AbortController();
    abort.abort();
    const order = { ...quick, user, mode: "workspace-write", ours: at.path } as const;
    await expect(stage(at.mine, { ...order, signal: abort.signal })).rejects.toThrow("nothing was run");
  });

  test("nobody else can look at a copy while it is made", async () => {
    using at = place();
    const modes = new Set<number>();
    const looked = () => {
      const found = lstatSync(join(at.path, "stage"), { throwIfNoEntry: false });
      if (found !== undefined) modes.add(found.mode & 0o777);
      return 0;
    };
    await stage(at.mine, { ...quick, now: looked, user, mode: "workspace-write", ours: at.path });
    expect([...modes]).toEqual([0o700]);
  });

  test("copying that takes over a second is told once, with the number of files", async () => {
    using at = place();
    const told: number[] = [];
    let clock = 0;
    const now = () => (clock += 600);
    await stage(at.mine, {
      ...quick,
      user,
      mode: "workspace-write",
      ours: at.path,
      now,
      onLong: (files) => told.push(files),
    });
    expect(told).toEqual([6]);
  });

  test.runIf(!root)("what the caller cannot read is left out by name, and stays", async () => {
    using at = place();
    writeFiles(at.mine, { "closed/x": "x", secret: "s" });
    chmodSync(join(at.mine, "closed"), 0);
    chmodSync(join(at.mine, "secret"), 0);
    const staged = await at.staged();
    expect(staged.leftOut).toEqual(["closed", "secret"]);
    const { changed, left } = await brought(staged);
    chmodSync(join(at.mine, "closed"), 0o700);
    expect([changed, left, existsSync(join(at.mine, "closed/x")), existsSync(join(at.mine, "secret"))]).toEqual([
      [],
      [],
      true,
      true,
    ]);
  });
});

describe("what is carried back", () => {
  test("what changed, and nothing through a link, no set-id bit and no protected name", async () => {
    using at = place();
    const outside = join(at.path, "outside");
    mkdirSync(outside);
    const staged = await at.staged();
    expect(await brought(staged)).toEqual({ changed: [], left: [] });
    const { host } = staged;
    writeFileSync(join(host, "src/a.ts"), "changed");
    writeFiles(host, { "run.sh": { executable: "#!/bin/sh" }, "new/deep/x": "x" });
    chmodSync(join(host, "run.sh"), 0o4755);
    rmSync(join(host, "gone.ts"));
    writeFileSync(join(host, ".git/HEAD"), "forged");
    rmSync(join(host, "link"));
    writeFiles(host, { link: { link: outside } });
    expect(await brought(staged)).toEqual({ changed: ["gone.ts", "link", "new", "run.sh", "src/a.ts"], left: [] });
    expect([at.read("src/a.ts"), at.read("new/deep/x"), at.read(".git/HEAD")]).toEqual(["changed", "x", "ref"]);
    expect(lstatSync(join(at.mine, "run.sh")).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(at.mine, "run.sh"))).toMatchObject({ uid: process.getuid?.() });
    expect(await readlink(join(at.mine, "link"))).toBe(outside);
  });

  test("a directory that became a link is replaced by the link, not written through", async () => {
    using at = place();
    const outside = join(at.path, "outside");
    mkdirSync(outside);
    const staged = await at.staged();
    rmSync(join(staged.host, "src"), { recursive: true });
    writeFiles(staged.host, { src: { link: outside } });
    expect(await brought(staged)).toEqual({ changed: ["src"], left: [] });
    expect([await readlink(join(at.mine, "src")), readdirSync(outside)]).toEqual([outside, []]);
  });

  test("a change that hides behind the old time stamp and size", async () => {
    using at = place();
    const before = lstatSync(join(at.mine, "src/a.ts"));
    const staged = await at.staged();
    writeFileSync(join(staged.host, "src/a.ts"), "b");
    utimesSync(join(staged.host, "src/a.ts"), before.atime, before.mtime);
    expect(await brought(staged)).toEqual({ changed: ["src/a.ts"], left: [] });
    expect(at.read("src/a.ts")).toBe("b");
  });

  test("a large file that differs only in its last byte", async () => {
    using at = place();
    writeFileSync(join(at.mine, "large"), Buffer.alloc(3_000_000, "x"));
    const staged = await at.staged();
    expect(await brought(staged)).toEqual({ changed: [], left: [] });
    writeFileSync(join(staged.host, "large"), Buffer.concat([Buffer.alloc(2_999_999, "x"), Buffer.from("y")]));
    expect((await brought(staged)).changed).toEqual(["large"]);
    expect(at.read("large").endsWith("xy")).toBe(true);
  });

  test("a name that is no UTF-8, there and back", async () => {
    using at = place();
    const odd = (directory: string, byte: number) =>
      Buffer.concat([Buffer.from(`${directory}/odd-`), Buffer.from([byte])]);
    writeFileSync(odd(at.mine, 0xff), "old");
    const staged = await at.staged();
    writeFileSync(odd(staged.host, 0xff), "new");
    writeFileSync(odd(staged.host, 0xfe), "made");
    expect((await brought(staged)).changed).toEqual(["odd-\ufffd", "odd-\ufffd"]);
    expect([readFileSync(odd(at.mine, 0xff), "utf8"), readFileSync(odd(at.mine, 0xfe), "utf8")]).toEqual([
      "new",
      "made",
    ]);
  });

  test("files and directories that the command closed to itself", async () => {
    using at = place();
    const staged = await at.staged();
    writeFiles(staged.host, { "shut/x": "x" });
    chmodSync(join(staged.host, "shut/x"), 0o000);
    chmodSync(join(staged.host, "shut"), 0o000);
    expect(await brought(staged)).toEqual({ changed: ["shut"], left: [] });
    expect(lstatSync(join(at.mine, "shut/x")).mode & 0o777).toBe(0);
  });
});

describe("what is left alone", () => {
  const renamed = [
    { path: "v2/.git", why: "this name is protected and never brought back" },
    { path: "vendor", why: "the command removed or replaced it, but it holds vendor/.git, a protected name" },
  ];

  test("a directory with git history that was renamed or removed: the history stays where it was", async () => {
    using at = place();
    const staged = await at.staged();
    renameSync(join(staged.host, "vendor"), join(staged.host, "v2"));
    expect(await brought(staged)).toEqual({ changed: ["v2"], left: renamed });
    expect([at.read("vendor/.git/HEAD"), at.read("vendor/v.ts"), readdirSync(join(at.mine, "v2"))]).toEqual([
      "history",
      "v",
      ["v.ts"],
    ]);
    // The twin: without the history it is simply gone.
    using plain = place();
    rmSync(join(plain.mine, "vendor/.git"), { recursive: true });
    const other = await plain.staged();
    renameSync(join(other.host, "vendor"), join(other.host, "v2"));
    expect(await brought(other)).toEqual({ changed: ["v2", "vendor"], left: [] });
    expect(existsSync(join(plain.mine, "vendor"))).toBe(false);
  });

  test.each([".git", ".GIT", ".agents", ".codex", "git~1"])(
    "a new %s, which the next tool would obey",
    async (name) => {
      using at = place();
      const staged = await at.staged();
      writeFiles(staged.host, { [`src/${name}/config`]: "fsmonitor", [`made/${name}/config`]: "fsmonitor" });
      const why = "this name is protected and never brought back";
      expect(await brought(staged)).toEqual({
        changed: ["made"],
        left: [`made/${name}`, `src/${name}`].map((path) => ({ path, why })),
      });
      expect([readdirSync(join(at.mine, "made")), readdirSync(join(at.mine, "src"))]).toEqual([[], ["a.ts"]]);
    },
  );

  test("what somebody else changed, made or removed meanwhile", async () => {
    using at = place();
    writeFiles(at.mine, { removed: "old", untouched: "old" });
    const staged = await at.staged();
    writeFiles(at.mine, { "src/a.ts": "theirs", "src/own.ts": "theirs", both: "theirs" });
    rmSync(join(at.mine, "removed"));
    writeFiles(staged.host, { "src/a.ts": "command", both: "command", removed: "command", untouched: "command" });
    expect(await brought(staged)).toEqual({
      changed: ["untouched"],
      left: [
        { path: "both", why: "something that the command was not shown lies there" },
        { path: "removed", why: "it was changed by somebody else meanwhile" },
        { path: "src/a.ts", why: "it was changed by somebody else meanwhile" },
      ],
    });
    expect([at.read("src/a.ts"), at.read("src/own.ts"), at.read("both")]).toEqual(["theirs", "theirs", "theirs"]);
  });

  test("pipes: the caller's stay, the command's are not made", async () => {
    using at = place();
    execFileSync("mkfifo", [join(at.mine, "src/pipe")]);
    const staged = await at.staged();
    rmSync(join(staged.host, "src"), { recursive: true });
    rmSync(join(staged.host, "gone.ts"));
    execFileSync("mkfifo", [join(staged.host, "gone.ts")]);
    const { left } = await brought(staged);
    expect(left).toEqual([
      { path: "gone.ts", why: "it is a pipe, a socket or a device" },
      {
        path: "src",
        why: "the command removed or replaced it, but it holds src/pipe, which was not copied or is newer",
      },
    ]);
    expect([at.read("gone.ts"), lstatSync(join(at.mine, "src/pipe")).isFIFO()]).toEqual(["gone", true]);
  });
});
