import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = path.join(import.meta.dirname, "..");
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };
/** Root can try both; but a Node below root's own home cannot be started by anybody else. */
const canBeOrdinary = !isRoot || spawnSync(process.execPath, ["--version"], { cwd: "/", ...nobody }).status === 0;

/** A clone of ours in small: the scripts, a lockfile of one package, and only the programs that a test puts on PATH. */
let clone: string;
let bin: string;
beforeEach(async () => {
  clone = await mkdtemp(path.join(tmpdir(), "airlock-setup-"));
  bin = path.join(clone, "fake-bin");
  await mkdir(bin);
  await cp(path.join(repository, "scripts"), path.join(clone, "scripts"), { recursive: true });
  await writeLock("1.0.0");
  await program("npm", installs);
});
afterEach(() => rm(clone, { recursive: true, force: true }));

async function writeLock(version: string): Promise<void> {
  const packages = {
    "": { version: "0.0.0" },
    "node_modules/leaf": { version },
    "node_modules/other-os": { version, optional: true },
  };
  await writeFile(path.join(clone, "package-lock.json"), JSON.stringify({ packages }));
}

/** What npm leaves behind: its own record of what it installed. */
const installs = `/bin/mkdir -p node_modules
/bin/sed 's/,"node_modules.other-os.*optional":true}//' package-lock.json > node_modules/.package-lock.json`;

/** A real program on PATH that notes how it was called and then does this. */
async function program(name: string, script: string): Promise<void> {
  const file = path.join(bin, name);
  await writeFile(file, `#!/bin/sh\necho "${name} $*" >> "${clone}/calls"\n${script}\n`);
  await chmod(file, 0o755);
}

/** A script that puts an empty program of that name beside itself, as a package manager would. */
const provides = (name: string) => `printf '#!/bin/sh\\n' > "\${0%/*}/${name}"; /bin/chmod 755 "\${0%/*}/${name}"`;

async function setup(user: "root" | "ordinary" = isRoot ? "root" : "ordinary", options: string[] = []) {
  await chmod(clone, 0o777);
  await chmod(bin, 0o777);
  await rm(path.join(clone, "calls"), { force: true });
  const drop = isRoot && user === "ordinary" ? nobody : {};
  const ended = spawnSync(process.execPath, ["scripts/setup.mjs", ...options], {
    cwd: clone,
    env: { PATH: bin },
    encoding: "utf8",
    ...drop,
  });
  const calls = await readFile(path.join(clone, "calls"), "utf8").catch(() => "");
  return { code: ended.status, said: ended.stderr, calls: calls.split("\n").filter((line) => line !== "") };
}

const ci = "npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error";

describe("npm packages", () => {
  beforeEach(() => program("bwrap", ""));

  it("are installed from the lockfile in a fresh clone, and a second run does nothing", async () => {
    expect(await setup()).toMatchObject({ code: 0, calls: [ci] });
    expect(await setup()).toEqual({ code: 0, said: "", calls: [] });
  });

  it("are installed again when the lockfile changed", async () => {
    await setup();
    await writeLock("2.0.0");
    expect(await setup()).toMatchObject({ code: 0, calls: [ci] });
  });

  it("are left alone when somebody installed them by npm itself", async () => {
    await mkdir(path.join(clone, "node_modules"));
    const packages = { "node_modules/leaf": { version: "1.0.0" } };
    await writeFile(path.join(clone, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
    expect(await setup()).toEqual({ code: 0, said: "", calls: [] });
  });

  it("are installed when an optional one of this very machine is missing, whoever left it out", async () => {
    await mkdir(path.join(clone, "node_modules"));
    const packages = { "node_modules/leaf": { version: "1.0.0" } };
    await writeFile(path.join(clone, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
    const mine = { version: "3.0.0", optional: true, os: ["linux"], cpu: [process.arch] };
    await writeFile(
      path.join(clone, "package-lock.json"),
      JSON.stringify({ packages: { ...packages, "node_modules/binding": { ...mine, cpu: ["other"] } } }),
    );
    expect((await setup()).calls).toEqual([]);
    await writeFile(
      path.join(clone, "package-lock.json"),
      JSON.stringify({ packages: { ...packages, "node_modules/binding": mine } }),
    );
    expect((await setup()).calls).toEqual([ci]);
  });

  it("are all that programs without a sandbox wait for", async () => {
    await rm(path.join(bin, "bwrap"));
    expect(await setup(undefined, ["--packages"])).toMatchObject({ code: 0, calls: [ci] });
    expect(await setup()).toMatchObject({ code: 3 });
  });

  it("that cannot be installed end in 3 with the command to type", async () => {
    await program("npm", "echo 'registry unreachable' >&2; exit 1");
    const { code, said } = await setup();
    expect(code).toBe(3);
    expect(said).toContain("registry unreachable");
    expect(said).toContain(`\n    cd ${clone}\n    ${ci}\n`);
  });

  it.runIf(canBeOrdinary)("are installed by an ordinary user as well", async () => {
    expect(await setup("ordinary")).toMatchObject({ code: 0, calls: [ci] });
  });
});

describe("bubblewrap", () => {
  it.runIf(isRoot)("is installed by root through apt", async () => {
    await program("apt-get", provides("bwrap"));
    expect(await setup("root")).toMatchObject({ code: 0, calls: [ci, "apt-get install --yes bubblewrap"] });
  });

  it.runIf(isRoot)("is looked for again after an update of the package lists", async () => {
    await program(
      "apt-get",
      `case "$1" in update) : > "${clone}/updated";; *) [ -e "${clone}/updated" ] || exit 100; ${provides("bwrap")};; esac`,
    );
    expect(await setup("root")).toMatchObject({
      code: 0,
      calls: [ci, "apt-get install --yes bubblewrap", "apt-get update --quiet", "apt-get install --yes bubblewrap"],
    });
  });

  it.runIf(canBeOrdinary)("is installed by an ordinary user through passwordless sudo", async () => {
    await program("apt-get", provides("bwrap"));
    await program("sudo", 'shift; [ "$1" = true ] || "$@"');
    expect(await setup("ordinary")).toMatchObject({
      code: 0,
      calls: [ci, "sudo -n true", "sudo -n apt-get install --yes bubblewrap", "apt-get install --yes bubblewrap"],
    });
  });

  it.runIf(canBeOrdinary).each([
    ["without sudo", null],
    ["with a sudo that asks for a password", "exit 1"],
  ])("ends in 3 with the command to type for an ordinary user %s", async (_what, sudo) => {
    await program("apt-get", provides("bwrap"));
    if (sudo !== null) await program("sudo", sudo);
    const { code, said, calls } = await setup("ordinary");
    expect(code).toBe(3);
    expect(said).toContain("\n    sudo apt-get install --yes bubblewrap\n");
    expect(calls.filter((call) => call.startsWith("apt-get"))).toEqual([]);
  });

  it.runIf(canBeOrdinary)("names the command of another distribution and does not run it", async () => {
    await program("dnf", provides("bwrap"));
    const { code, said, calls } = await setup("ordinary");
    expect({ code, calls }).toEqual({ code: 3, calls: [ci] });
    expect(said).toContain("\n    sudo dnf install --assumeyes bubblewrap\n");
  });
});

describe("run.mjs", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(clone, "scripts", "run.mjs"), ...args], {
      encoding: "utf8",
      env: { PATH: `${bin}:/usr/bin:/bin` },
    });

  it("starts a program with node_modules/.bin first on PATH and passes its arguments and exit code on", async () => {
    const own = path.join(clone, "node_modules", ".bin");
    await mkdir(own, { recursive: true });
    await writeFile(path.join(own, "tool"), '#!/bin/sh\necho "$PATH|$*"\nexit 7\n', { mode: 0o755 });
    const { status, stdout } = run("tool", "a b", "--c");
    expect({ status, stdout }).toEqual({ status: 7, stdout: `${own}:${bin}:/usr/bin:/bin|a b --c\n` });
  });

  it("ends by the signal that ended the program", () => {
    expect(run("sh", "-c", "kill -TERM $$").signal).toBe("SIGTERM");
  });

  it("says what is missing", () => {
    expect(run("no-such-program")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("no-such-program cannot be started"),
    });
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("usage:") });
  });
});

describe("check.mjs", () => {
  async function check(failing: readonly string[]) {
    const own = path.join(clone, "node_modules", ".bin");
    await mkdir(own, { recursive: true });
    for (const name of ["tsc", "oxlint", "oxfmt", "knip"]) {
      const ends = failing.includes(name) ? `echo "${name} is unhappy"; exit 1` : "exit 0";
      await writeFile(path.join(own, name), `#!/bin/sh\n${ends}\n`, { mode: 0o755 });
    }
    const { status, stdout } = spawnSync(process.execPath, [path.join(clone, "scripts", "check.mjs")], {
      encoding: "utf8",
    });
    return { status, said: stdout.replaceAll(/ +\d+\.\d s/g, "") };
  }

  it("passes when all four pass", async () => {
    expect(await check([])).toEqual({ status: 0, said: "✓ types\n✓ lint\n✓ format\n✓ dead code\n" });
  });

  it.each(["tsc", "oxlint", "oxfmt", "knip"])("fails when %s alone fails, and shows what it said", async (name) => {
    const { status, said } = await check([name]);
    expect(status).toBe(1);
    expect(said).toContain(`${name} is unhappy`);
    expect(said.match(/✓/g)).toHaveLength(3);
  });
});

describe("complete-lock.mjs", () => {
  const complete = (...args: string[]) => {
    const script = path.join(repository, "scripts", "complete-lock.mjs");
    const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    return { status, said: stdout.split("\n").filter((line) => line !== "") };
  };

  it("finds nothing missing in our own lockfile, so that npm ci accepts it everywhere", () => {
    expect(complete("--check", path.join(repository, "package-lock.json"))).toEqual({ status: 0, said: [] });
  });

  it("adds what a registry did not offer, nested where another version lies above", async () => {
    const file = path.join(clone, "package-lock.json");
    const optionalDependencies = { "@x/native-linux-x64-gnu": "2.0.0", "@x/native-darwin-arm64": "2.0.0" };
    const packages = {
      "": {},
      "node_modules/@x/native-darwin-arm64": { version: "1.0.0" },
      "node_modules/tool": { version: "2.0.0", dev: true, optionalDependencies },
    };
    await writeFile(file, JSON.stringify({ packages }));
    expect(complete("--check", file).status).toBe(1);
    expect(complete(file).said.at(-1)).toBe(`2 packages added to ${file}`);
    expect(complete("--check", file)).toEqual({ status: 0, said: [] });
    const added = { version: "2.0.0", dev: true, optional: true };
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({
      packages: {
        ...packages,
        "node_modules/@x/native-linux-x64-gnu": { ...added, os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
        "node_modules/tool/node_modules/@x/native-darwin-arm64": { ...added, os: ["darwin"], cpu: ["arm64"] },
      },
    });
  });
});

it("the tests run on the Node that the lockfile names", () => {
  expect(process.versions.node).toMatch(/^24\./);
});
