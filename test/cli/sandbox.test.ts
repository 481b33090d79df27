import { once } from "node:events";
import { createServer } from "node:http";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { portOf } from "../sandbox/room.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { sleepers } from "../sandbox/processes.ts";
import { airlock, json } from "./airlock.ts";

/** A workspace with one file, and a PATH on which there is no bwrap. */
function place() {
  const temporary = temporaryDirectory();
  const workspace = join(temporary.path, "workspace");
  writeFiles(workspace, { "a.txt": "a\n" });
  symlinkSync(workspace, join(temporary.path, "link"));
  writeFiles(join(temporary.path, "bin"), { node: { link: process.execPath } });
  return { ...temporary, workspace, emptyPath: { PATH: join(temporary.path, "bin") } };
}

const run = (cwd: string, ...args: string[]) => airlock(["sandbox", ...args], { cwd });

describe("the exit code is the command's own", () => {
  test.each([
    [["true"], 0],
    [["sh", "-c", "exit 7"], 7],
    [["sh", "-c", "exit 125"], 125],
    [["no-such-program"], 127],
    [["/etc/passwd"], 126],
    [["sh", "-c", "kill -KILL $$"], 137],
    [["sh", "-c", "kill -TERM $$"], 143],
  ])("%j is %i", async (command, code) => {
    using at = place();
    expect((await run(at.workspace, "--", ...command)).code).toBe(code);
  });

  test("a death by signal is named", async () => {
    using at = place();
    expect((await run(at.workspace, "--", "sh", "-c", "kill -KILL $$")).err).toEqual([
      "airlock: killed by signal SIGKILL",
    ]);
  });
});

describe("its own exit codes", () => {
  test("124 when the command took too long; what it started is gone", async () => {
    using at = place();
    const ended = await run(at.workspace, "--timeout", "1", "--", "sh", "-c", "echo begun; sleep 60 & sleep 60");
    expect(ended).toEqual({
      code: 124,
      out: ["begun"],
      err: ["airlock: stopped after 1 s; everything it had started was killed"],
    });
  });

  test("137 for a limit, with its name", async () => {
    using at = place();
    expect(await run(at.workspace, "--", "sh", "-c", "echo begun; kill -XFSZ $$")).toEqual({
      code: 137,
      out: ["begun"],
      err: [
        'airlock: stopped by the limit "file-size": It wrote past 4096 MiB in one file, which is the limit. Everything it had started was killed.',
      ],
    });
  });

  test("130 when it is interrupted; what it started is gone", async () => {
    using at = place();
    const script = "echo begun; sleep 987681 & sleep 987682";
    const { code } = await airlock(["sandbox", "--", "sh", "-c", script], {
      cwd: at.workspace,
      interruptAt: /98768[12]/,
    });
    expect({ code, left: sleepers(/98768[12]/) }).toEqual({ code: 130, left: 0 });
  });

  test.each([
    ["a directory that is not there", "none", /none cannot be read\./, "Name an existing directory with -C."],
    [
      "a directory behind a symbolic link",
      "link",
      /link is reached through a symbolic link\./,
      "Name the real directory: -C ",
    ],
  ])("2 for %s", async (_title, directory, says, fix) => {
    using at = place();
    expect(await run(at.path, "-C", directory, "--", "true")).toEqual({
      code: 2,
      out: [],
      err: [expect.stringMatching(says), expect.stringContaining(`  fix: ${fix}`)],
    });
    expect((await run(at.path, "-C", "workspace", "--", "true")).code).toBe(0);
  });

  test("125 without bwrap: the command is not run outside instead", async () => {
    using at = place();
    const args = ["sandbox", "--", "touch", join(at.path, "ran")];
    expect(await airlock(args, { cwd: at.workspace, env: at.emptyPath })).toEqual({
      code: 125,
      out: [],
      err: ["airlock: bubblewrap (bwrap) is not on PATH.", expect.stringContaining("apt-get install bubblewrap")],
    });
    expect(existsSync(join(at.path, "ran"))).toBe(false);
  });

  test.each<[string, string[]]>([
    ["nothing after --", ["--"]],
    ["no --", ["true"]],
    ["nothing at all", []],
    ["an option nobody knows", ["--network", "--", "true"]],
    ["a mode that does not exist", ["-s", "danger-full-access", "--", "true"]],
    ["a pattern for every host", ["--allow-domain", "*", "--", "true"]],
    ["a denied domain that is none", ["--allow-domain", "a.example", "--deny-domain", "a b", "--", "true"]],
    ["no time at all", ["--timeout", "0", "--", "true"]],
    ["part of a second", ["--timeout", "1.5", "--", "true"]],
    ["more than an hour", ["--timeout", "3601", "--", "true"]],
    ["a time that is none", ["--timeout", "soon", "--", "true"]],
  ])("2 for wrong use: %s", async (_title, args) => {
    const { code, out, err } = await airlock(["sandbox", ...args]);
    expect({ code, out, usage: err.at(-1) }).toEqual({
      code: 2,
      out: [],
      usage: expect.stringMatching(/^usage: airlock sandbox /),
    });
  });
});

describe("the network", () => {
  const ask = (url: string) => ["curl", "-s", "-o", "/dev/null", "--noproxy", "", "-w", "%{http_code}", url];

  test("is open for the named hosts alone, and what was refused is told afterwards", async () => {
    using at = place();
    const site = createServer((_request, response) => void response.end("x")).listen(0, "127.0.0.1");
    await once(site, "listening");
    const host = `127.0.0.1:${portOf(site)}`;
    const other = ask("http://evil.example:8080/path");
    const allowed = ["--allow-domain", host, "--allow-domain", "**.a.example", "--deny-domain", "b.a.example"];
    expect(await run(at.workspace, ...allowed, "--", ...ask(`http://${host}/`))).toEqual({
      code: 0,
      out: ["200"],
      err: [],
    });
    expect(await run(at.workspace, ...allowed, "--", ...other)).toEqual({
      code: 0,
      out: ["403"],
      err: ["airlock: blocked: evil.example:8080 (blocked-by-allowlist)"],
    });
    expect((await run(at.workspace, ...allowed, "--", ...ask("http://b.a.example/"))).err).toEqual([
      "airlock: blocked: b.a.example:80 (blocked-by-denylist)",
    ]);
    // The twin: nothing is named, and there is not even a proxy that could refuse.
    expect(await run(at.workspace, "--", ...ask(`http://${host}/`))).toEqual({ code: 7, out: ["000"], err: [] });
    site.close();
  });
});

describe("the workspace", () => {
  test("is the directory it is called in, read-only unless said otherwise", async () => {
    using at = place();
    expect(await run(at.workspace, "--", "sh", "-c", "cat a.txt; touch b.txt")).toEqual({
      code: 1,
      out: ["a"],
      err: [expect.stringContaining("Read-only file system")],
    });
    expect(existsSync(join(at.workspace, "b.txt"))).toBe(false);
  });

  test("may be written with -s workspace-write, by whoever calls", async () => {
    using at = place();
    mkdirSync(join(at.workspace, "old"));
    const script = "echo b >> a.txt; mkdir new; echo c > new/c.txt; rmdir old";
    expect(await run(at.path, "-s", "workspace-write", "-C", "workspace", "--", "sh", "-c", script)).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(at.workspace, "a.txt"), "utf8")).toBe("a\nb\n");
    expect(readFileSync(join(at.workspace, "new/c.txt"), "utf8")).toBe("c\n");
    expect(existsSync(join(at.workspace, "old"))).toBe(false);
  });
});

describe("the command", () => {
  test("gets its arguments as they are: no shell reads them, and --help is its own", async () => {
    using at = place();
    expect(await run(at.workspace, "--", "printf", "%s\\n", "--help", "$HOME", "a  b", "--")).toEqual({
      code: 0,
      out: ["--help", "$HOME", "a  b", "--"],
      err: [],
    });
  });

  test("sees neither the caller's environment nor the caller's files nor a network", async () => {
    using at = place();
    const script = `env | grep -c PLUM; test -e '${at.path}' && echo there; ls /sys/class/net 2>/dev/null; true`;
    const ended = await airlock(["sandbox", "--", "sh", "-c", script], {
      cwd: at.workspace,
      env: { PLUM: "cake", OPENAI_API_KEY: "PLUM" },
    });
    expect(ended.out.filter((line) => line !== "lo")).toEqual(["0"]);
  });

  test("is told of as JSON with --json, the exit code staying its own", async () => {
    using at = place();
    const ended = await run(at.workspace, "--json", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
    expect({ code: ended.code, err: ended.err }).toEqual({ code: 3, err: [] });
    expect(json(ended)).toEqual({
      kind: "exited",
      exitCode: 3,
      ms: expect.any(Number),
      stdout: { text: "out\n", bytes: 4, truncated: false },
      stderr: { text: "err\n", bytes: 4, truncated: false },
    });
  });
});
