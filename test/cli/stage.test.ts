import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stage } from "../../src/cli/stage.ts";

const root = process.getuid?.() === 0;
const user = { uid: 61_000, gid: 61_000 };
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "airlock-stage-"));
  await mkdir(join(dir, "mine/.git"), { recursive: true });
  await mkdir(join(dir, "mine/src"));
  await writeFile(join(dir, "mine/src/a.ts"), "a");
  await writeFile(join(dir, "mine/gone.ts"), "gone");
  await writeFile(join(dir, "mine/.git/HEAD"), "ref");
  await symlink("src", join(dir, "mine/link"));
});
afterEach(() => rm(dir, { recursive: true }));

test.runIf(root)("a root caller's directory is copied for the sandbox's user, links as links", async () => {
  const { host } = await stage(join(dir, "mine"), user, dir);
  expect(host).not.toBe(join(dir, "mine"));
  expect(await lstat(join(host, "src/a.ts"))).toMatchObject(user);
  expect(await readlink(join(host, "link"))).toBe("src");
});

test.runIf(root)(
  "what changed there is carried back, what did not is left alone, and nothing goes through a link",
  async () => {
    const outside = join(dir, "outside");
    await mkdir(outside);
    const { host, bringBack } = await stage(join(dir, "mine"), user, dir);
    expect(await bringBack()).toEqual([]);
    await writeFile(join(host, "src/a.ts"), "changed");
    await writeFile(join(host, "run.sh"), "#!/bin/sh");
    await chmod(join(host, "run.sh"), 0o4755);
    await rm(join(host, "gone.ts"));
    await writeFile(join(host, ".git/HEAD"), "forged");
    await rm(join(host, "link"));
    await symlink(outside, join(host, "link"));
    expect(await bringBack()).toEqual(["gone.ts", "link", "run.sh", "src/a.ts"]);
    const mine = join(dir, "mine");
    expect(await readFile(join(mine, "src/a.ts"), "utf8")).toBe("changed");
    expect((await lstat(join(mine, "run.sh"))).mode & 0o7777).toBe(0o755);
    expect(await lstat(join(mine, "run.sh"))).toMatchObject({ uid: 0 });
    expect(await readlink(join(mine, "link"))).toBe(outside);
    expect(await readFile(join(mine, ".git/HEAD"), "utf8")).toBe("ref");
  },
);

test.runIf(root)("a directory that became a link is replaced by the link, not written through", async () => {
  const outside = join(dir, "outside");
  await mkdir(outside);
  const { host, bringBack } = await stage(join(dir, "mine"), user, dir);
  await rm(join(host, "src"), { recursive: true });
  await symlink(outside, join(host, "src"));
  await bringBack();
  expect(await readlink(join(dir, "mine/src"))).toBe(outside);
  await expect(lstat(join(outside, "a.ts"))).rejects.toMatchObject({ code: "ENOENT" });
});

test.runIf(!root)("an ordinary user's directory is used as it is", async () => {
  expect((await stage(join(dir, "mine"), user, dir)).host).toBe(join(dir, "mine"));
});
