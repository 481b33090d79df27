import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeJobDirectories, removeTree } from "./job-directories.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "airlock-directories-"));
});
afterEach(() => removeTree(dir));

const names = { run: "1-1", job: "solve", repository: "garden" };

it("another user can reach the workspace, although a temporary directory starts closed", async () => {
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  const { workspace } = await makeJobDirectories(dir, names, undefined);
  await writeFile(path.join(workspace, "hello"), "hello");
  expect((await stat(dir)).mode & 0o777).toBe(0o711);
  if (process.getuid?.() !== 0) return;
  const read = spawnSync("cat", [path.join(workspace, "hello")], {
    uid: 61_000,
    gid: 61_000,
    encoding: "utf8",
    cwd: "/",
  });
  expect(read.stdout).toBe("hello");
});

it("a job finds nothing of an earlier one", async () => {
  const first = await makeJobDirectories(dir, names, undefined);
  await writeFile(path.join(first.workspace, "left"), "");
  const second = await makeJobDirectories(dir, names, undefined);
  expect(second).toEqual(first);
  await expect(stat(path.join(second.workspace, "left"))).rejects.toThrow("ENOENT");
});

it("what a job closed to its own user is removed all the same", async () => {
  const closed = path.join(dir, "gone", "work", "work");
  await mkdir(path.join(closed, "inner"), { recursive: true });
  await chmod(closed, 0);
  await removeTree(path.join(dir, "gone"));
  await expect(stat(path.join(dir, "gone"))).rejects.toThrow("ENOENT");
});
