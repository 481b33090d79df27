import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { airlock, json } from "./airlock.ts";

describe("airlock doctor", () => {
  test("shows every probe of a sandbox that holds", async () => {
    const { code, out, err } = await airlock(["doctor"]);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.slice(0, 4)).toEqual([
      `node      ${process.version} runs Airlock; commands inside get ${process.version}`,
      expect.stringMatching(/^bwrap {5}bubblewrap \d/),
      expect.stringMatching(/^runs as {3}(another|the same) user (than|as) Airlock$/),
      expect.stringMatching(/^limits {4}(cgroup v2|cgroup v1|polling)$/),
    ]);
    const probes = out.slice(4, -1);
    expect(probes.every((line) => line.startsWith("held      "))).toBe(true);
    expect(out.at(-1)).toBe(`The sandbox holds: ${probes.length} of ${probes.length} probes.`);
  });

  test("says the same as JSON", async () => {
    const ended = await airlock(["doctor", "--json"]);
    expect(ended.code).toBe(0);
    expect(json(ended)).toMatchObject({
      kind: "ready",
      node: process.version,
      node_inside: process.version,
      bwrap: expect.any(String),
    });
    expect(Object(json(ended)).probes.every(({ held }: { held: boolean }) => held)).toBe(true);
  });

  test("-C says for which directory; one that is none is wrong use", async () => {
    using on = temporaryDirectory();
    writeFiles(on.path, { "repository/.git/HEAD": "ref: refs/heads/main\n", file: "", "elsewhere/x": "" });
    writeFiles(on.path, { "repository/tools/bwrap": { executable: "#!/bin/sh\nexit 0\n" } });
    // What a repository brings must not build its own prison: beside it the planted one is found first, and passed over.
    const env = { PATH: `${join(on.path, "repository/tools")}:${process.env["PATH"]}` };
    expect((await airlock(["doctor", "-C", "repository"], { cwd: on.path, env })).code).toBe(0);
    expect((await airlock(["doctor"], { cwd: join(on.path, "elsewhere"), env })).code).toBe(3);
    expect(await airlock(["doctor", "-C", "none"], { cwd: on.path })).toMatchObject({ code: 2, out: [] });
    expect(await airlock(["doctor", "-C", "file"], { cwd: on.path })).toMatchObject({ code: 2, out: [] });
  });

  /** A machine with node and these programs, and nothing else. */
  function machine(programs: Record<string, string>) {
    const temporary = temporaryDirectory();
    const files = Object.entries(programs).map(([name, script]) => [name, { executable: script }] as const);
    writeFiles(join(temporary.path, "bin"), { node: { link: process.execPath }, ...Object.fromEntries(files) });
    return { ...temporary, env: { PATH: join(temporary.path, "bin") } };
  }

  test("without bwrap it is 3, with the command that installs it", async () => {
    using on = machine({});
    expect(await airlock(["doctor"], on)).toEqual({
      code: 3,
      out: [
        "BROKEN  bubblewrap (bwrap) is not on PATH.",
        "  fix: Install it: sudo apt-get install bubblewrap (Debian, Ubuntu), sudo dnf install bubblewrap (Fedora).",
      ],
      err: [],
    });
    const ended = await airlock(["doctor", "--json"], on);
    expect(ended.code).toBe(3);
    expect(json(ended)).toEqual({
      kind: "broken",
      code: "sandbox-unavailable",
      message: "bubblewrap (bwrap) is not on PATH.",
      fix: expect.stringContaining("apt-get install bubblewrap"),
    });
  });

  test("with a bwrap that does not hold it is 3, and each probe says so", async () => {
    const help = "case $1 in --help|--version) exec /usr/bin/bwrap $1;; esac";
    const mounts = "--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64";
    const lax = `shift 5; exec /usr/bin/bwrap ${mounts} --proc /proc --dev /dev --dir /workspace/repo --json-status-fd 4 -- "$@"`;
    const tools = Object.fromEntries(
      ["mkfifo", "prlimit"].map((name) => [name, `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`]),
    );
    using on = machine({ bwrap: `#!/bin/sh\n${help}\n${lax}\n`, ...tools });
    const { code, out } = await airlock(["doctor"], on);
    expect(code).toBe(3);
    expect(out.filter((line) => /^(held  |BROKEN)    /.test(line)).length).toBeGreaterThan(10);
    expect(out).toContainEqual(expect.stringMatching(/^BROKEN    there is no network: /));
    expect(out).toContainEqual(expect.stringMatching(/^The sandbox does not hold: \d+ of \d+ probes held\./));
    expect(out).toContainEqual(expect.stringMatching(/^ {2}fix: /));
    const told = json(await airlock(["doctor", "--json"], on));
    expect(told).toMatchObject({ kind: "broken", code: "sandbox-unavailable", probes: expect.any(Array) });
  });

  test.each([[["--networks"]], [["extra"]]])("wrong use is 2: %j", async (args) => {
    const { code, out, err } = await airlock(["doctor", ...args]);
    expect({ code, out, usage: err.at(-1) }).toEqual({
      code: 2,
      out: [],
      usage:
        "usage: airlock doctor [-C DIR] [--json] | doctor --repo OWNER/NAME [--app SLUG | --app-id N] [--api-url URL] [--json]",
    });
  });

  test("with a bwrap that cannot do what is needed it is 3, and nothing weaker is tried", async () => {
    using on = machine({ bwrap: "#!/bin/sh\necho 'bubblewrap 0.1.0'\n" });
    const { code, out } = await airlock(["doctor"], on);
    expect({ code, broken: out[0]?.startsWith("BROKEN  "), fix: out[1]?.startsWith("  fix: ") }).toEqual({
      code: 3,
      broken: true,
      fix: true,
    });
  });

  test("with a bwrap that keeps what it was told to drop it is 3, with the remedy of each probe", async () => {
    const lax =
      '#!/bin/sh\ncase $3 in --args) shift 4; exec /usr/bin/bwrap --args 3 --cap-add ALL "$@";; *) exec /usr/bin/bwrap "$@";; esac\n';
    const on = temporaryDirectory();
    using _ = on;
    writeFiles(on.path, { "bin/bwrap": { executable: lax } });
    const { code, out } = await airlock(["doctor"], {
      env: { PATH: `${join(on.path, "bin")}:${process.env["PATH"] ?? ""}` },
    });
    const at = out.findIndex((line) => line.startsWith("BROKEN    no capabilities"));
    expect({ code, broken: out[at], fix: out[at + 1] }).toEqual({
      code: 3,
      broken: expect.stringContaining(
        "no capabilities, and none to gain (sudo, set-uid): NoNewPrivs 1; not empty: CapInh",
      ),
      fix: expect.stringContaining("fix: Upgrade bubblewrap (0.8 or newer)"),
    });
  });
});
