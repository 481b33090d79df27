import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSandbox } from "../../sandbox/open.ts";
import { toolchainOf } from "../../src/environment/host.ts";
import { hostPath, limits, openDirectory, printed } from "./room.ts";

let dir: string;
beforeAll(async () => {
  dir = await openDirectory();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const root = process.getuid?.() === 0;

test("an opened sandbox carries a certificate in which every probe held, and runs commands as its user", async () => {
  await using sandbox = await openSandbox({
    path: hostPath,
    toolchain: toolchainOf(hostPath),
    stateDir: join(dir, "a"),
  });
  expect(sandbox.certificate.probes.filter(({ held }) => !held)).toEqual([]);
  expect(sandbox.certificate.probes.map(({ name }) => name)).toMatchInlineSnapshot(`
    [
      "the self-test ran to its end",
      "writes outside the workspace are refused",
      "the workspace and /tmp can be written",
      "the host's files are hidden",
      "protected paths are read-only",
      "nested repositories, their hooks and git data are read-only",
      "there is no network",
      "TCP to the host is refused",
      "UDP and name servers are out of reach",
      "IPv6 leads nowhere",
      "abstract sockets of the host do not exist",
      "a listening socket file is covered",
      "namespaces are its own",
      "processes of the host are invisible",
      "the launch environment is empty (/proc/1/environ)",
      "the environment is the allow-list",
      "no capabilities, and none to gain (sudo, set-uid)",
      "set-uid programs run without their bit",
      "the seccomp filter is on",
      "no nested user namespace",
      "the mount calls are refused, old and new (open_tree)",
      "keyrings are closed",
      "io_uring does not exist",
      "other processes cannot be traced",
      "bpf, perf, userfaultfd and fanotify are refused",
      "sockets of the hypervisor, the kernel's crypto and raw packets",
      "nothing can be typed into a terminal",
      "no set-id file, device or undeletable file can be left",
      "/proc is read-only",
      "core_pattern, modprobe and sysrq cannot be opened",
      "no foreign descriptors",
      "its own user and host name",
      "a symlinked mount point is refused (CVE-2026-87766)",
    ]
  `);
  expect(sandbox.certificate.uid).toBe(root ? "separate" : "same");
  expect(sandbox.user.uid).toBe(root ? 61_000 : process.getuid?.());
  expect(printed(await sandbox.run({ limits }, ["id", "-u"]))).toBe(`${sandbox.user.uid}\n`);
});

test("two sandboxes can be opened in one directory, one after the other", async () => {
  await openSandbox({ path: hostPath, stateDir: join(dir, "b") });
  await expect(openSandbox({ path: hostPath, stateDir: join(dir, "b") })).resolves.toBeDefined();
});

describe("a refusal names what to change", () => {
  const open = (path: string) => openSandbox({ path, stateDir: join(dir, "c") });
  const plant = (name: string, make: (path: string) => void) => {
    mkdirSync(join(dir, name), { recursive: true });
    make(join(dir, name, "bwrap"));
    return `${join(dir, name)}:${hostPath}`;
  };
  const script = (text: string) => (path: string) => writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });

  test("no bubblewrap", async () => {
    await expect(open(join(dir, "nothing"))).rejects.toMatchObject({
      name: "SandboxError",
      message: "bubblewrap (bwrap) is not on PATH.",
      fix: expect.stringContaining("apt-get install bubblewrap"),
    });
  });

  test("a bubblewrap that the repository brings is not even started", async () => {
    const planted = (name: string) => plant(name, script(`echo ran > ${join(dir, "ran")}`)).split(":")[0] ?? "";
    const inside = { path: planted("repo/bin"), stateDir: join(dir, "c"), notFrom: [join(dir, "repo")] };
    await expect(openSandbox(inside)).rejects.toThrow("is not on PATH");
    await expect(open(planted("x/node_modules/.bin"))).rejects.toThrow("is not on PATH");
    expect(existsSync(join(dir, "ran"))).toBe(false);
    // The twin: anywhere else it would have been asked what it can do.
    await expect(open(planted("elsewhere"))).rejects.toThrow(/does not know/);
    expect(existsSync(join(dir, "ran"))).toBe(true);
  });

  test("a relative PATH entry is no place to look", async () => {
    await expect(open("usr/bin:./bin:")).rejects.toThrow("is not on PATH");
  });

  test("a set-uid bubblewrap", async () => {
    const path = plant("setuid", (to) => {
      copyFileSync("/usr/bin/bwrap", to);
      chmodSync(to, 0o4755);
    });
    await expect(open(path)).rejects.toMatchObject({
      message: expect.stringContaining("set-uid"),
      fix: expect.stringContaining("chmod u-s"),
    });
  });

  test("a bubblewrap that others can write", async () => {
    const path = plant("writable", (to) => {
      copyFileSync("/usr/bin/bwrap", to);
      chmodSync(to, 0o777);
    });
    await expect(open(path)).rejects.toThrow(/can be changed by other users/);
  });

  test("a bubblewrap that is too old", async () => {
    const path = plant("old", script('echo "    --bind SRC DEST    Bind"'));
    await expect(open(path)).rejects.toMatchObject({
      message: expect.stringContaining("--seccomp"),
      fix: expect.stringContaining("Upgrade"),
    });
  });

  test("a bubblewrap that cannot make namespaces", async () => {
    const help = "case $1 in --help|--version) exec /usr/bin/bwrap $1;; esac";
    const path = plant("blocked", script(`${help}; echo "bwrap: setting up uid map: Permission denied" >&2; exit 1`));
    await expect(open(path)).rejects.toMatchObject({
      message: expect.stringContaining("setting up uid map"),
      fix: expect.stringMatching(/sudo|container/),
    });
  });

  test("a bubblewrap that leaves out what it was told to do", async () => {
    const help = "case $1 in --help|--version) exec /usr/bin/bwrap $1;; esac";
    const mounts =
      "--ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev";
    const lax = `shift 5; exec /usr/bin/bwrap ${mounts} --dir /workspace/repo --json-status-fd 4 -- "$@"`;
    const path = plant("pretender", script(`${help}\n${lax}`));
    await expect(open(path)).rejects.toMatchObject({
      message: expect.stringMatching(/does not hold: .*there is no network .*namespaces are its own .*seccomp/),
      fix: expect.stringMatching(
        /^Nothing was run\..* the seccomp filter is on: Use a kernel with CONFIG_SECCOMP_FILTER/,
      ),
    });
  });

  const closed = () => {
    mkdirSync(join(dir, "closed"), { mode: 0o700, recursive: true });
    return join(dir, "closed/state");
  };

  test.runIf(root)("a state directory the sandbox's user cannot reach", async () => {
    await expect(openSandbox({ path: hostPath, stateDir: closed() })).rejects.toMatchObject({
      message: expect.stringContaining("cannot reach"),
      fix: expect.stringContaining("/tmp"),
    });
  });

  test.runIf(!root)("an ordinary user may keep his state in his own closed directory", async () => {
    await expect(openSandbox({ path: hostPath, stateDir: closed() })).resolves.toBeDefined();
  });

  test("a sandbox user that is root, or someone else's when we are not root", async () => {
    const asRoot = openSandbox({ path: hostPath, stateDir: join(dir, "d"), sandboxUser: { uid: 0, gid: 0 } });
    await expect(asRoot).rejects.toThrow(root ? /cannot be root/ : /Only root/);
  });
});
