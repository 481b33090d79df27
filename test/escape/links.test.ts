import { symlink, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { escapes } from "./escape.ts";
import { adding, launchedAfter, without } from "./weaken.ts";

const lstat = "every mount point looked at with `lstat`";

escapes("links and races", [
  {
    id: "C023",
    control: lstat,
    attack: "commits .codex as a link to a directory of its own",
    files: { decoy: null },
    before: ({ workspace }) => symlink("./decoy", join(workspace, ".codex")),
    run: () => "echo started",
    held: /^refused: \.codex is a symlink/,
    twin: { none: "the refusal comes before bwrap starts; `run` shows the protected directory itself" },
  },
  {
    id: "C024",
    control: lstat,
    attack: "commits .git as a link",
    files: { decoy: null },
    before: ({ workspace }) => symlink("decoy", join(workspace, ".git")),
    run: () => "echo started",
    held: /^refused: \.git is a symlink/,
    twin: { none: "the refusal comes before bwrap starts; `run` shows the protected directory itself" },
  },
  {
    id: "C025",
    control: "only listed system paths, `--remount-ro /` last",
    attack: "reads a key through a link in the workspace",
    before: async ({ host, workspace }) => {
      await writeFile(join(host, "id_rsa"), "canary-of-the-host\n", { mode: 0o644 });
      await symlink(host, join(workspace, "link"));
    },
    run: () => "cat link/id_rsa",
    held: /No such file/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ host }) => adding("--ro-bind", host, host),
      escaped: /canary-of-the-host/,
    },
  },
  {
    id: "C029",
    control: "only listed system paths, `--remount-ro /` last",
    attack: "unpacks an archive whose members climb out of the workspace",
    needs: ["tar"],
    run: () =>
      "echo x > f; tar cPf t.tar --transform 's,^f$,../../etc/airlock-probe,' f && tar xPf t.tar; test -e /etc/airlock-probe && echo written",
    held: /Read-only|Cannot open/,
    twin: { without: "--remount-ro /", weaken: () => without("--remount-ro /"), escaped: /written/ },
  },
  {
    id: "E020",
    control: lstat,
    attack: "commits a link into the host's root where a private directory is mounted (CVE-2026-87766)",
    before: ({ host, workspace }) => symlink(join("/oldroot", host), join(workspace, "node_modules")),
    profile: () => ({ scratch: ["/workspace/repo/node_modules/.cache"] }),
    run: () => "echo started",
    host: ({ host }) => readdirSync(host).length,
    held: /^refused: .*node_modules is a symlink[\s\S]*host: 0$/,
    twin: { none: "whether bwrap itself writes there depends on its version; the self-test tries it on each start" },
  },
  {
    id: "E021",
    control: lstat,
    attack: "puts a link in the place of its dependencies, for the next command",
    files: { node_modules: null },
    before: async ({ room, workspace }) => {
      const at = workspace.slice(room.dir.length + 1);
      await room.run(room.writable(at), ["/bin/sh", "-c", "rmdir node_modules && ln -s /usr node_modules"]);
    },
    profile: ({ host }) => ({ readOnly: [{ host, inside: "/workspace/repo/node_modules" }] }),
    run: () => "echo started",
    held: /^refused: .*node_modules is a symlink/,
    twin: { none: "the refusal comes before bwrap starts; E006 shows the mount itself" },
  },
  {
    id: "E022",
    control: "descriptors above 2 are closed",
    attack: "opens the host's root through a descriptor that somebody left open",
    run: () => "ls /proc/self/fd/9/proc >/dev/null && echo reached the root of the host",
    held: /No such file/,
    twin: {
      without: "closing it",
      weaken: () => launchedAfter("exec 9< /"),
      escaped: /reached the root of the host/,
    },
  },
  {
    id: "E023",
    control: "descriptors above 2 are closed",
    attack: "writes to a pipe or a file that the runner left open",
    run: () => "echo '::add-mask::x' >&8 && echo written",
    held: /Bad file descriptor|bad file descriptor|Bad fd|Permission denied/i,
    twin: { without: "closing it", weaken: () => launchedAfter("exec 8> /dev/null"), escaped: /written/ },
  },
]);
