import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { escapes } from "./escape.ts";
import { adding, without, writableMount } from "./weaken.ts";

const manifest = (script: string) =>
  JSON.stringify({ name: "evil", version: "1.0.0", scripts: { preinstall: script, generate: script } });
const listed = "only listed system paths, `--remount-ro /` last";

escapes("package managers", [
  {
    id: "C086",
    control: listed,
    attack: "writes outside from a package's install script",
    needs: ["npm"],
    files: {
      "package.json": manifest(
        "echo evil > /etc/airlock-probe; echo mine > here; test -e /etc/airlock-probe && echo written",
      ),
    },
    run: () => "npm install --offline --foreground-scripts --no-audit --no-fund 2>&1",
    host: ({ workspace }) => [existsSync("/etc/airlock-probe"), existsSync(join(workspace, "here"))].join(),
    held: /^(?!.*written\n)[\s\S]*Read-only[\s\S]*host: false,true$/,
    twin: { without: "--remount-ro /", weaken: () => without("--remount-ro /"), escaped: /\nwritten\n/ },
  },
  {
    id: "C087",
    control: listed,
    attack: "reads a pip or npm configuration of the host with its tokens",
    before: async ({ room, host }) =>
      void (await room.put(`${host.slice(room.dir.length + 1)}/.npmrc`, "//r/:_authToken=canary-of-the-host")),
    run: ({ host }) => `cat ${host}/.npmrc; npm config get userconfig`,
    held: /^\/tmp\/home\/\.npmrc\n/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ host }) => adding("--ro-bind", host, host),
      escaped: /canary-of-the-host/,
    },
  },
  {
    id: "C089",
    control: listed,
    attack: "poisons a cache that a later command reads",
    before: async ({ room, host }) => void (await room.put(`${host.slice(room.dir.length + 1)}/index`, "good")),
    profile: ({ host }) => ({ readOnly: [{ host, inside: "/cache" }] }),
    run: () => "echo evil > /cache/index && echo written",
    host: ({ host }) => readFileSync(join(host, "index"), "utf8"),
    held: /Read-only[\s\S]*host: good$/,
    twin: {
      without: "the read-only mount",
      weaken: () => writableMount("/cache"),
      escaped: /written[\s\S]*host: evil/,
    },
  },
  {
    id: "E120",
    control: listed,
    attack: "leaves a program in its home for the next command",
    run: () => "ls -A ~ | wc -l; mkdir -p ~/.npm/bin && echo x > ~/.npmrc && ls -A ~ | wc -l",
    host: ({ host }) => existsSync(join(host, ".npmrc")),
    held: /^0\n2\n[\s\S]*host: false$/,
    twin: {
      without: "a home of its own for each command",
      weaken: ({ host }) => adding("--bind", host, "/tmp/home"),
      escaped: /host: true$/,
    },
  },
]);
