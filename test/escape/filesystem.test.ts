import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { escapes } from "./escape.ts";
import { adding, without, withoutRules, writableMount } from "./weaken.ts";
import type { Scene } from "./escape.ts";

const listed = "only listed system paths, `--remount-ro /` last";
const secretFile = async ({ host }: Scene) => writeFile(join(host, "id_rsa"), "canary-of-the-host\n", { mode: 0o644 });
const root = { without: "--remount-ro /", weaken: () => without("--remount-ro /"), escaped: /written/ };

escapes("filesystem", [
  {
    id: "C001",
    control: listed,
    attack: "writes into /etc",
    run: () => "echo x > /etc/airlock-probe && echo written",
    host: () => existsSync("/etc/airlock-probe"),
    held: /Read-only file system[\s\S]*host: false/,
    twin: root,
  },
  {
    id: "C002",
    control: listed,
    attack: "looks for a device that is no harmless one",
    run: () =>
      'others=0; for at in /dev/*; do case ${at#/dev/} in core|fd|full|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero) ;; *) others=$((others+1));; esac; done; echo "others $others"; head -c1 /dev/urandom | wc -c',
    held: /^others 0\n1\n/,
    twin: { without: "a private /dev", weaken: () => adding("--dev-bind", "/dev", "/dev"), escaped: /^others [1-9]/ },
  },
  {
    id: "C003",
    control: listed,
    attack: "reads a key in a home directory of the host",
    before: secretFile,
    run: ({ host }) => `cat ${host}/id_rsa`,
    held: /No such file/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ host }) => adding("--ro-bind", host, host),
      escaped: /canary-of-the-host/,
    },
  },
  {
    id: "C005",
    control: listed,
    attack: "appends to a command file of the runner (GITHUB_ENV)",
    before: async ({ room, host }) => void (await room.put(`${host.slice(room.dir.length + 1)}/env`, "")),
    run: ({ host }) => `echo NODE_OPTIONS=--require=/tmp/x >> ${host}/env`,
    host: ({ host }) => readFileSync(join(host, "env"), "utf8").length,
    held: /host: 0$/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ host }) => adding("--bind", host, host),
      escaped: /host: [1-9]\d*$/,
    },
  },
  {
    id: "C006",
    control: "a private, sized /tmp and /dev/shm",
    attack: "leaves a file in the host's /tmp",
    run: () => "echo x > /tmp/marker && echo written",
    host: ({ host }) => readdirSync(host).join(),
    held: /written\n[\s\S]*host: $/,
    twin: {
      without: "a /tmp of its own",
      weaken: ({ host }) => adding("--bind", host, "/tmp"),
      escaped: /host: marker$/,
    },
  },
  {
    id: "C007",
    control: "a private, sized /tmp and /dev/shm",
    attack: "leaves a file in the host's /dev/shm",
    run: () => "echo x > /dev/shm/marker && echo written",
    host: ({ host }) => readdirSync(host).join(),
    held: /written\n[\s\S]*host: $/,
    twin: {
      without: "a /dev/shm of its own",
      weaken: ({ host }) => adding("--bind", host, "/dev/shm"),
      escaped: /host: marker$/,
    },
  },
  {
    id: "C008",
    control: "seccomp: device nodes, set-id bits",
    attack: "makes a set-user-id program in /tmp",
    run: () => "cp /bin/true /tmp/t; chmod 4755 /tmp/t; stat -c 'mode %a' /tmp/t",
    held: /mode 755[\s\S]*not permitted/,
    twin: {
      without: "the rules on chmod",
      weaken: () => withoutRules("chmod", "fchmod", "fchmodat", "fchmodat2"),
      escaped: /mode 4755/,
    },
  },
  {
    id: "C010",
    control: "a read-only workspace is looked at and never changed",
    attack: "writes into a read-only workspace",
    profile: ({ workspace }) => ({ workspace: { host: workspace, mode: "read-only" } }),
    run: () => "echo x > a && echo written; echo x > /tmp/a && echo tmp",
    host: ({ workspace }) => readdirSync(workspace).join(),
    held: /^tmp\n[\s\S]*Read-only[\s\S]*host: $/,
    twin: {
      without: "the read-only mount",
      weaken: () => writableMount("/workspace/repo"),
      escaped: /^written\n[\s\S]*host: a$/,
    },
  },
  {
    id: "E001",
    control: listed,
    attack: "reaches the host's root by the names bwrap uses while it starts (/oldroot, /proc/1/root)",
    before: secretFile,
    run: ({ host }) => `for r in /oldroot /newroot /proc/1/root /proc/self/root/..; do cat $r${host}/id_rsa; done`,
    held: /^(?!.*canary)[\s\S]*No such file/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ host }) => adding("--ro-bind", host, host),
      escaped: /canary-of-the-host/,
    },
  },
  {
    id: "E002",
    control: listed,
    attack: "turns / writable again by a remount",
    run: () => "mount -o remount,rw / ; mount -o remount,rw,bind /usr; echo x > /airlock-probe && echo written",
    held: /Read-only file system/,
    twin: root,
  },
  {
    id: "E003",
    control: listed,
    attack: "replaces the program that the next command starts (/opt/airlock/bin)",
    run: () => "mv /opt/airlock/bin/node /tmp/n; echo x > /opt/airlock/bin/sh && echo written",
    held: /Read-only file system/,
    twin: root,
  },
  {
    id: "E004",
    control: listed,
    attack: "adds a user to /etc/passwd, which is a file of the host's state directory",
    run: () => "echo 'root2::0:0::/:/bin/sh' >> /etc/passwd && echo written",
    host: ({ room }) => readFileSync(room.host.files.passwd, "utf8").includes("root2"),
    held: /(Read-only|Permission denied)[\s\S]*host: false/,
    twin: { none: "the file belongs to another user as well, so one control less still holds" },
  },
  {
    id: "E005",
    control: listed,
    attack: "reads the small files of the sandbox, its own filter among them",
    run: ({ room }) => `wc -c < ${room.host.files.seccomp}`,
    held: /No such file/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ room }) => adding("--ro-bind", room.host.stateDir, room.host.stateDir),
      escaped: /^\d{3,}\n/,
    },
  },
  {
    id: "E006",
    control: listed,
    attack: "writes into a dependency directory that is mounted read-only",
    files: { node_modules: null },
    before: async ({ room, host }) => void (await room.put(`${host.slice(room.dir.length + 1)}/left/index.js`, "")),
    profile: ({ host }) => ({ readOnly: [{ host, inside: "/workspace/repo/node_modules" }] }),
    run: () => "echo evil > node_modules/left/index.js && echo written",
    host: ({ host }) => readFileSync(join(host, "left/index.js"), "utf8"),
    held: /Read-only[\s\S]*host: $/,
    twin: {
      without: "the read-only mount",
      weaken: () => writableMount("/workspace/repo/node_modules"),
      escaped: /host: evil/,
    },
  },
  {
    id: "E007",
    control: listed,
    attack: "uses the workspace's own mount to climb above it",
    before: secretFile,
    run: () => "cd /workspace/repo && ls .. && cat ../../host/id_rsa ../host/id_rsa",
    held: /^repo\n[\s\S]*No such file/,
    twin: {
      without: "the workspace as the only thing below /workspace",
      weaken: ({ host }) => adding("--ro-bind", host, "/workspace/host"),
      escaped: /canary-of-the-host/,
    },
  },
]);
