import { copyFileSync, chmodSync, existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../sandbox/bubblewrap.ts";
import { ownMark } from "../../sandbox/owner.ts";
import { cacheDirectory, groundSandbox, registryOf } from "../../src/cli/ground.ts";
import { temporaryDirectory as ownDirectory } from "../../src/cli/temporary.ts";
import type { Terminal } from "../../src/cli/verb.ts";
import { canaryFrom } from "../../src/text/canary.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const hostPath = process.env["PATH"] ?? "";

function terminal(cwd: string, environment: Terminal["environment"]): Terminal {
  const nothing = () => undefined;
  return {
    stdin: async () => Buffer.alloc(0),
    out: nothing,
    err: nothing,
    pass: () => Promise.resolve(),
    ask: async () => null,
    environment,
    plantCanary: () => Promise.resolve(canaryFrom(new Uint8Array(30))),
    cwd,
    now: () => 0,
    signal: new AbortController().signal,
  };
}

/** A home whose npm is configured, and a repository that would like to be asked instead. */
function place() {
  const temporary = temporaryDirectory();
  const [home, repository] = [join(temporary.path, "home"), join(temporary.path, "repository")];
  writeFiles(home, { ".npmrc": "registry=https://packages.example/npm/\n" });
  writeFiles(repository, { ".git/HEAD": "", "package.json": "{}", ".npmrc": "registry=http://169.254.169.254/\n" });
  return { ...temporary, home, repository };
}

test("the registry is the user's own, whatever the repository's .npmrc says", async () => {
  using at = place();
  const before = process.cwd();
  process.chdir(at.repository);
  try {
    const registry = await registryOf(terminal(at.repository, { PATH: hostPath, HOME: at.home }), at.repository);
    expect(registry.href).toBe("https://packages.example/npm/");
  } finally {
    process.chdir(before);
  }
});

test("no program of the repository is asked for it, nor of the repository around the directory", async () => {
  using at = place();
  const ran = join(at.path, "ran");
  const script = { executable: `#!/bin/sh\ntouch ${ran}\necho https://repository.example/\n` };
  writeFiles(at.repository, { "bin/npm": script, "packages/a/x": "" });
  copyFileSync("/bin/true", join(at.repository, "bin/node"));
  const environment = { PATH: `${join(at.repository, "bin")}:${hostPath}`, HOME: at.home };
  const below = join(at.repository, "packages/a");
  expect((await registryOf(terminal(below, environment), below)).href).toBe("https://packages.example/npm/");
  expect(existsSync(ran)).toBe(false);
});

test("an address that npm does not name is refused, with the setting to change", async () => {
  using at = place();
  writeFiles(at.home, { ".npmrc": "registry=ftp://packages.example/\n" });
  await expect(registryOf(terminal(at.home, { PATH: hostPath, HOME: at.home }), at.home)).rejects.toMatchObject({
    code: "install-failed",
    fix: expect.stringContaining("~/.npmrc"),
  });
});

test("a sandbox is not built with the repository's bwrap, even when it is first on PATH", async () => {
  using at = place();
  const planted = join(at.repository, "bin");
  mkdirSync(planted);
  copyFileSync(findProgram("bwrap", { path: hostPath, notFrom: [] }) ?? "", join(planted, "bwrap"));
  chmodSync(join(planted, "bwrap"), 0o755);
  const user = terminal(at.repository, { PATH: `${planted}:${hostPath}`, HOME: at.home });
  await using one = await groundSandbox(join(at.path, "a"), user, at.repository);
  const { certificate } = one;
  expect(certificate.bwrap).not.toContain(planted);
  // The twin: for work in another place it is an ordinary program of the user.
  await using other = await groundSandbox(join(at.path, "b"), user, at.home);
  expect(other.certificate.bwrap).toContain(join(planted, "bwrap"));
});

test("the temporary directory of a process that was killed goes with the next one's start; that of a living one stays", async () => {
  const abandoned = join(tmpdir(), `${ownMark().replace(/-\d+-\d+$/, "-4194304-1")}-x`);
  mkdirSync(join(abandoned, "workspace"), { recursive: true });
  await using living = await ownDirectory();
  await using next = await ownDirectory();
  expect([abandoned, living.path, next.path].map((path) => existsSync(path))).toEqual([false, true, true]);
});

test.each<[string, Record<string, string>, boolean, string | null]>([
  ["a user's", { HOME: "/home/u" }, false, "/home/u/.cache/airlock"],
  ["a user's who named one", { HOME: "/home/u", XDG_CACHE_HOME: "/scratch/u" }, false, "/scratch/u/airlock"],
  [
    "a user's whose name is no absolute path",
    { HOME: "/home/u", XDG_CACHE_HOME: "c" },
    false,
    "/home/u/.cache/airlock",
  ],
  ["root's, whose home is closed to the sandbox's user", { HOME: "/root" }, true, "/var/cache/airlock"],
  ["nobody's", {}, false, null],
  ["GitHub's own machine's", { HOME: "/home/runner", RUNNER_ENVIRONMENT: "github-hosted" }, false, null],
])("the environment cache: %s", (_title, environment, root, directory) => {
  expect(cacheDirectory(environment, root)).toBe(directory);
});
