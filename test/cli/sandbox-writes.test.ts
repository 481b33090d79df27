import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { airlock } from "./airlock.ts";

const writes = (cwd: string, script: string) =>
  airlock(["sandbox", "-s", "workspace-write", "--", "sh", "-c", script], { cwd });

test("a git directory that a command leaves behind does not reach the caller, and is told", async () => {
  using at = temporaryDirectory();
  const { code, err } = await writes(
    at.path,
    "mkdir -p sub/.git && echo '[core] fsmonitor=evil' > sub/.git/config; echo x > sub/x",
  );
  expect({ code, err }).toEqual({
    code: 0,
    err: ['airlock: left as it was: "sub/.git": this name is protected and never brought back'],
  });
  expect([existsSync(join(at.path, "sub/.git")), readFileSync(join(at.path, "sub/x"), "utf8")]).toEqual([false, "x\n"]);
});

test("a command that renames a nested repository does not cost its history", async () => {
  using at = temporaryDirectory();
  writeFiles(at.path, { "vendor/.git/HEAD": "history", "vendor/v": "v" });
  expect(await writes(at.path, "mv vendor v2")).toMatchObject({
    code: 0,
    err: [
      'airlock: left as it was: "v2/.git": this name is protected and never brought back',
      'airlock: left as it was: "vendor": the command removed or replaced it, but it holds vendor/.git, a protected name',
    ],
  });
  expect(readFileSync(join(at.path, "vendor/.git/HEAD"), "utf8")).toBe("history");
});

test("directories nested deeper than a path can spell, the last one closed, leave nothing in the temporary directory", async () => {
  using at = temporaryDirectory();
  using temporary = temporaryDirectory();
  const nest =
    "n=$(printf %0200d 0); i=0; while [ $i -lt 40 ]; do mkdir $n && cd -P $n || exit 9; i=$((i+1)); done; mkdir x; echo x > x/f; chmod 0 x";
  const argv = ["sandbox", "-s", "workspace-write", "--", "sh", "-c", nest];
  const { code, err } = await airlock(argv, { cwd: at.path, env: { TMPDIR: temporary.path } });
  expect({ code, err }).toEqual({ code: 0, err: [expect.stringContaining("cannot be written here (ENAMETOOLONG)")] });
  // An ordinary user's proof stays for the next command.
  const proofs = `airlock-${process.getuid?.()}`;
  expect(readdirSync(temporary.path).filter((name) => name !== proofs)).toEqual([]);
});

test("a read-only look changes no permission of the caller's own directory", async () => {
  using at = temporaryDirectory();
  writeFiles(at.path, { "work/closed/x": "x" });
  const closed = join(at.path, "work/closed");
  chmodSync(closed, 0o000);
  const { code } = await airlock(["sandbox", "-C", "work", "--", "true"], { cwd: at.path });
  const { mode } = statSync(closed);
  chmodSync(closed, 0o700);
  expect({ code, mode: mode & 0o777 }).toEqual({ code: 0, mode: 0 });
});

test("what is piped in reaches the command", async () => {
  using at = temporaryDirectory();
  expect(await airlock(["sandbox", "--", "cat"], { cwd: at.path, stdin: "hello\n" })).toEqual({
    code: 0,
    out: ["hello"],
    err: [],
  });
});

test("a caller that leaves its pipe open is not waited for", async () => {
  using at = temporaryDirectory();
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  const child = spawn(process.execPath, [main, "sandbox", "--", "echo", "done"], {
    cwd: at.path,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const out = buffer(child.stdout);
  await once(child, "close");
  expect([child.exitCode, (await out).toString()]).toEqual([0, "done\n"]);
  child.stdin.destroy();
});
