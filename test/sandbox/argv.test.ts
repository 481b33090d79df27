import { expect, test } from "vitest";
import { commandArguments, sandboxOptions } from "../../sandbox/argv.ts";
import type { HostFacts } from "../../sandbox/argv.ts";

const host: HostFacts = {
  bwrap: { path: "/usr/bin/bwrap", version: "bubblewrap 0.8.0", size: true, disableUserns: true, overlay: false },
  user: { uid: 61_000, gid: 61_000 },
  system: [
    { kind: "bind", host: "/usr", inside: "/usr" },
    { kind: "symlink", target: "usr/bin", inside: "/bin" },
  ],
  files: {
    passwd: "/state/passwd",
    group: "/state/group",
    hosts: "/state/hosts",
    nsswitch: "/state/nsswitch.conf",
    empty: "/state/empty",
    forwarder: "/state/forward.mjs",
    seccomp: "/state/seccomp.bpf",
  },
  toolchain: { node: "/opt/node/bin/node", npm: "/opt/node/lib/node_modules/npm" },
  caBundle: "/etc/ssl/certs/ca-certificates.crt",
};
const none = { binds: [], protectedBinds: [], masked: [], scratch: [] };
const lines = (options: string[][]) => options.map((option) => option.join(" "));

test("a writable workspace with dependencies, a socket and egress", () => {
  const options = sandboxOptions(host, {
    mounts: {
      binds: [
        { host: "/host/copy", inside: "/workspace/repo", writable: true },
        { host: "/deps/node_modules", inside: "/workspace/repo/node_modules", writable: false },
      ],
      protectedBinds: [{ host: "/host/copy/.git", inside: "/workspace/repo/.git", writable: false }],
      masked: ["/workspace/repo/s.sock"],
      scratch: ["/workspace/repo/node_modules/.cache"],
    },
    env: { NODE_ENV: "test" },
    egress: true,
  });
  expect(lines(options)).toMatchInlineSnapshot(`
    [
      "--new-session",
      "--die-with-parent",
      "--unshare-user",
      "--unshare-all",
      "--disable-userns",
      "--uid 61000",
      "--gid 61000",
      "--hostname airlock",
      "--cap-drop ALL",
      "--clearenv",
      "--setenv PATH /opt/airlock/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "--setenv HOME /tmp/home",
      "--setenv USER agent",
      "--setenv LANG C.UTF-8",
      "--setenv TZ UTC",
      "--setenv TMPDIR /tmp",
      "--setenv CI true",
      "--setenv NODE_EXTRA_CA_CERTS /etc/ssl/certs/ca-certificates.crt",
      "--setenv NODE_ENV test",
      "--ro-bind /usr /usr",
      "--symlink usr/bin /bin",
      "--ro-bind /state/passwd /etc/passwd",
      "--ro-bind /state/group /etc/group",
      "--ro-bind /state/hosts /etc/hosts",
      "--ro-bind /state/nsswitch.conf /etc/nsswitch.conf",
      "--dev /dev",
      "--perms 1777",
      "--size 268435456",
      "--tmpfs /dev/shm",
      "--remount-ro /dev",
      "--proc /proc",
      "--remount-ro /proc",
      "--perms 1777",
      "--size 2147483648",
      "--tmpfs /tmp",
      "--dir /tmp/home",
      "--dir /run",
      "--symlink /tmp /var/tmp",
      "--ro-bind /opt/node/bin/node /opt/airlock/bin/node",
      "--ro-bind /state/forward.mjs /opt/airlock/forward.mjs",
      "--ro-bind /opt/node/lib/node_modules/npm /opt/airlock/lib/node_modules/npm",
      "--symlink ../lib/node_modules/npm/bin/npm-cli.js /opt/airlock/bin/npm",
      "--symlink ../lib/node_modules/npm/bin/npx-cli.js /opt/airlock/bin/npx",
      "--bind /host/copy /workspace/repo",
      "--ro-bind /host/copy/.git /workspace/repo/.git",
      "--ro-bind /state/empty /workspace/repo/s.sock",
      "--ro-bind /deps/node_modules /workspace/repo/node_modules",
      "--perms 1777",
      "--size 1073741824",
      "--tmpfs /workspace/repo/node_modules/.cache",
      "--remount-ro /",
      "--chdir /",
      "--seccomp 5",
      "--json-status-fd 4",
    ]
  `);
});

/** What callers ask for, by the name of the file that shows the options. */
const kinds: Record<string, Parameters<typeof sandboxOptions>[1]> = {
  none: { mounts: none, env: {}, egress: false },
  "read-only": {
    mounts: {
      ...none,
      binds: [{ host: "/host/copy", inside: "/workspace/repo", writable: false }],
      masked: ["/workspace/repo/s.sock"],
    },
    env: {},
    egress: false,
  },
  "workspace-write": {
    mounts: {
      binds: [
        { host: "/host/copy", inside: "/workspace/repo", writable: true },
        { host: "/deps/node_modules", inside: "/workspace/repo/node_modules", writable: false },
      ],
      protectedBinds: [
        { host: "/host/copy/.git", inside: "/workspace/repo/.git", writable: false },
        { host: "/host/copy/deep/.git", inside: "/workspace/repo/deep/.git", writable: false },
      ],
      masked: ["/workspace/repo/s.sock"],
      scratch: ["/workspace/repo/node_modules/.cache"],
    },
    env: { GIT_OPTIONAL_LOCKS: "0" },
    egress: false,
  },
  install: {
    mounts: {
      ...none,
      binds: [
        { host: "/install", inside: "/install", writable: true },
        { host: "/cache", inside: "/cache", writable: true },
      ],
    },
    env: { npm_config_cache: "/cache" },
    egress: true,
  },
};

test.each(Object.entries(kinds))(
  "the options of a command with profile %s are those of its file",
  async (kind, command) => {
    const text = `${lines(sandboxOptions(host, command)).join("\n")}\n`;
    await expect(text).toMatchFileSnapshot(`argv/${kind}.txt`);
  },
);

test("no profile, no toolchain and an old bubblewrap leave out their options and nothing else", () => {
  const facts = { mounts: none, env: {}, egress: false };
  const full = lines(sandboxOptions(host, facts));
  const old = { ...host, toolchain: null, bwrap: { ...host.bwrap, size: false, disableUserns: false } };
  const less = lines(sandboxOptions(old, facts));
  expect(full.filter((line) => !less.includes(line))).toEqual([
    "--disable-userns",
    "--size 268435456",
    "--size 2147483648",
    "--ro-bind /opt/node/bin/node /opt/airlock/bin/node",
    "--ro-bind /state/forward.mjs /opt/airlock/forward.mjs",
    "--ro-bind /opt/node/lib/node_modules/npm /opt/airlock/lib/node_modules/npm",
    "--symlink ../lib/node_modules/npm/bin/npm-cli.js /opt/airlock/bin/npm",
    "--symlink ../lib/node_modules/npm/bin/npx-cli.js /opt/airlock/bin/npx",
  ]);
  expect(less.filter((line) => !full.includes(line))).toEqual([]);
});

test("the command is words, never shell text; with egress the forwarder starts it", () => {
  expect(commandArguments("/workspace/repo", ["rm", "-rf", "$(x); y"], false)).toEqual([
    "/bin/sh",
    "-c",
    'cd -- "$1" || exit 125; unset OLDPWD; shift; exec "$@"',
    "sh",
    "/workspace/repo",
    "rm",
    "-rf",
    "$(x); y",
  ]);
  expect(commandArguments("/tmp", ["npm", "ci"], true)).toEqual([
    "/opt/airlock/bin/node",
    "--single-threaded",
    "/opt/airlock/forward.mjs",
    "6",
    ...commandArguments("/tmp", ["npm", "ci"], false),
  ]);
});
