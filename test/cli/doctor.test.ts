import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";
import { airlock, json } from "./airlock.ts";

describe("airlock doctor", () => {
  test("shows every probe of a sandbox that holds", async () => {
    const { code, out, err } = await airlock(["doctor"]);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.slice(0, 3)).toEqual([
      `node      ${process.version} runs Airlock; commands inside get ${process.version}`,
      expect.stringMatching(/^bwrap {5}bubblewrap \d/),
      expect.stringMatching(/^runs as {3}(another|the same) user (than|as) Airlock$/),
    ]);
    const probes = out.slice(3, -1);
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
      '#!/bin/sh\ncase $1 in --args) shift 2; exec /usr/bin/bwrap --args 3 --cap-add ALL "$@";; *) exec /usr/bin/bwrap "$@";; esac\n';
    const on = temporaryDirectory();
    using _ = on;
    writeFiles(on.path, { "bin/bwrap": { executable: lax } });
    const { code, out } = await airlock(["doctor"], {
      env: { PATH: `${join(on.path, "bin")}:${process.env["PATH"] ?? ""}` },
    });
    expect({ code, broken: out[0], fix: out[1] }).toEqual({
      code: 3,
      broken: expect.stringContaining(
        "no capabilities, and none to gain (sudo, set-uid) (NoNewPrivs 1; not empty: CapInh",
      ),
      fix: expect.stringContaining(
        "no capabilities, and none to gain (sudo, set-uid): Upgrade bubblewrap (0.8 or newer)",
      ),
    });
  });
});
