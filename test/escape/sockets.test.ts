import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { escapes } from "./escape.ts";
import { adding, sharing, withoutMount } from "./weaken.ts";
import type { Scene } from "./escape.ts";

/** A listener of the host at a path, or at an abstract name. */
const listening = (place: (scene: Scene) => string) => async (scene: Scene) => {
  const path = place(scene);
  const server = createServer((socket) => socket.end("hello from the host\n"));
  server.listen(path);
  await once(server, "listening");
  if (!path.startsWith("\0")) await chmod(path, 0o777);
  return () => void server.close();
};
const perl =
  'socket(my $s, 1, 1, 0); my $n = $ARGV[0]; $n =~ s/^@/\\0/; if (connect($s, pack("S a*", 1, $n))) { print <$s> } else { print "refused ", $! + 0, "\\n" }';
const connect = (path: string) => ["perl", "-e", perl, path];
const abstract = ({ host }: Scene) => `airlock-escape-${host.split("/").at(-2)}-${process.pid}`;
const covered = "socket files of the workspace covered by an empty file";

escapes("unix sockets", [
  {
    id: "C067",
    control: "only listed system paths, `--remount-ro /` last",
    attack: "talks to the container service of the host (docker.sock)",
    needs: ["perl"],
    before: listening(({ host }) => join(host, "docker.sock")),
    run: ({ host }) => connect(join(host, "docker.sock")),
    held: /^refused 2\n/,
    twin: {
      without: "leaving it unmounted",
      weaken: ({ host }) => adding("--ro-bind", host, host),
      escaped: /hello from the host/,
    },
  },
  {
    id: "C068",
    control: "`--unshare-user --unshare-all`",
    attack: "connects to an abstract socket of the host",
    needs: ["perl"],
    before: listening((scene) => `\0${abstract(scene)}`),
    run: (scene) => connect(`@${abstract(scene)}`),
    held: /^refused 111\n/,
    twin: {
      without: "a network namespace of its own",
      weaken: () => sharing("net"),
      escaped: /hello from the host/,
    },
  },
  {
    id: "E080",
    control: covered,
    attack: "connects to a socket file in the workspace",
    needs: ["perl"],
    before: listening(({ workspace }) => join(workspace, "s")),
    run: () => connect("s"),
    held: /^refused (111|13)\n/,
    twin: { without: "its cover", weaken: () => withoutMount("/workspace/repo/s"), escaped: /hello from the host/ },
  },
  {
    id: "E081",
    control: covered,
    attack: "connects to a socket file inside .git, which is read-only and yet open to connections",
    needs: ["perl"],
    files: { ".git/config": "x" },
    before: listening(({ workspace }) => join(workspace, ".git/s")),
    run: () => connect(".git/s"),
    held: /^refused (111|13)\n/,
    twin: {
      without: "its cover",
      weaken: () => withoutMount("/workspace/repo/.git/s"),
      escaped: /hello from the host/,
    },
  },
  {
    id: "E082",
    control: covered,
    attack: "connects to a socket file of a read-only workspace",
    needs: ["perl"],
    before: listening(({ workspace }) => join(workspace, "s")),
    profile: ({ workspace }) => ({ workspace: { host: workspace, mode: "read-only" } }),
    run: () => connect("s"),
    held: /^refused (111|13)\n/,
    twin: { without: "its cover", weaken: () => withoutMount("/workspace/repo/s"), escaped: /hello from the host/ },
  },
  {
    id: "E083",
    control: "output through pipes of the sandbox's own",
    attack: "sends a descriptor to the host through its standard output",
    needs: ["perl"],
    run: () => [
      "perl",
      "-e",
      'for my $fd (0..2) { print readlink("/proc/self/fd/$fd") =~ /^socket/ ? "socket\\n" : "no socket\\n" }',
    ],
    held: /^(no socket\n){3}/,
    twin: { none: "there is no switch that makes them sockets; Node's own pipes would be" },
  },
]);
