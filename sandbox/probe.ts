import { attempts } from "./attempts.ts";
import type { Attempt } from "./attempts.ts";
import type { Probe } from "./sandbox.ts";

/** What the self-test expects, from the host's side. */
export interface Expectation {
  /** Names of the namespaces of the caller, as `/proc/self/ns` shows them: each must differ inside. */
  hostNamespaces: Readonly<Record<string, string>>;
  uid: number;
  environment: readonly string[];
  disableUserns: boolean;
  /** bwrap's path on the host; the program of that name is PID 1 inside. */
  init: string;
  /** Listeners of the host that something connected or sent to while the script ran. */
  reached: readonly string[];
}

interface Verdict {
  held: boolean;
  detail: string;
}

interface Rule {
  name: string;
  judge: (seen: Seen, expected: Expectation) => Verdict;
  /** What to change when it does not hold. */
  fix: string;
}

const upgrade = "Upgrade bubblewrap (0.8 or newer) and the kernel.";
const machine =
  "Run on the machine itself, or start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined.";
const filter = "Use a kernel with CONFIG_SECCOMP_FILTER, and a bubblewrap that was built with --seccomp.";
const report = "Report it with the output of `airlock doctor`; until then use another machine.";

/** More than bwrap, the shell and what its pipes start; the host has more than this. */
const processesMax = 8;

const rules: readonly Rule[] = [
  {
    name: "the self-test ran to its end",
    judge: ({ one }) => ({ held: one("end") === "end", detail: one("end") }),
    fix: "Install coreutils, sed and grep: the self-test needs them. Then run `airlock doctor` again.",
  },
  {
    name: "writes outside the workspace are refused",
    judge: ({ each }) => each("outside:", "refused"),
    fix: upgrade,
  },
  {
    name: "the workspace and /tmp can be written",
    judge: ({ each }) => each("inside:", "done"),
    fix: "Look whether the disk is full or mounted read-only where the temporary directory lies (TMPDIR).",
  },
  {
    name: "the host's files are hidden",
    judge({ all, one }) {
      const visible = all("visible");
      return { held: visible.length === 0 && one("end") === "end", detail: visible.join(", ") || "none visible" };
    },
    fix: "Move what is named out of the system directories (/usr, /bin, /lib), which every sandbox sees.",
  },
  {
    name: "protected paths are read-only",
    judge: ({ each }) => each("protected:", "refused"),
    fix: upgrade,
  },
  {
    name: "nested repositories, their hooks and git data are read-only",
    judge: ({ each }) => each("nested:", "refused"),
    fix: upgrade,
  },
  {
    name: "there is no network",
    judge: ({ one }) => ({ held: one("interfaces") === "lo", detail: `interfaces: ${one("interfaces")}` }),
    fix: machine,
  },
  { name: "TCP to the host is refused", judge: unreached("tcp", ["tcp"]), fix: machine },
  { name: "UDP and name servers are out of reach", judge: unreached("udp", ["dns"]), fix: machine },
  { name: "IPv6 leads nowhere", judge: unreached("tcp6", ["ipv6"]), fix: machine },
  { name: "abstract sockets of the host do not exist", judge: unreached("abstract", ["abstract"]), fix: machine },
  {
    name: "a listening socket file is covered",
    judge(seen, expected) {
      const tried = unreached("file", ["file"])(seen, expected);
      return { held: tried.held && seen.one("socket-file") === "covered", detail: tried.detail };
    },
    fix: upgrade,
  },
  {
    name: "namespaces are its own",
    judge({ one }, { hostNamespaces }) {
      const shared = Object.entries(hostNamespaces)
        .filter(([name, value]) => [value, "", "missing"].includes(one(`ns:${name}`)))
        .map(([name]) => name);
      return { held: shared.length === 0, detail: shared.length === 0 ? "all" : `shared: ${shared.join(", ")}` };
    },
    fix: machine,
  },
  {
    name: "processes of the host are invisible",
    judge({ one }, { init }) {
      const count = Number(one("processes"));
      // By its name alone: what is found as bwrap may be a wrapper that starts another one.
      const held = nameOf(one("init")) === nameOf(init) && count >= 1 && count <= processesMax;
      return { held, detail: `${one("processes")} processes, PID 1 is ${one("init")}` };
    },
    fix: "Start the container with its own unmasked /proc (docker run --security-opt systempaths=unconfined), or run on the machine itself.",
  },
  {
    name: "the launch environment is empty (/proc/1/environ)",
    judge: ({ one }) => ({ held: one("pid1") === "PATH", detail: one("pid1") }),
    fix: "Use the bwrap of the distribution and no wrapper around it: something adds variables.",
  },
  {
    name: "the environment is the allow-list",
    judge({ one }, { environment }) {
      const extra = one("env")
        .split(" ")
        .filter((name) => !environment.includes(name));
      const held = extra.length === 0 && one("env") !== "missing";
      return { held, detail: held ? one("env") : `unexpected: ${extra.join(" ")}` };
    },
    fix: "Use the bwrap of the distribution and no wrapper around it: something adds variables.",
  },
  { name: "no capabilities, and none to gain (sudo, set-uid)", judge: noPrivileges, fix: upgrade },
  {
    name: "set-uid programs run without their bit",
    judge: ({ one }) => ({
      held: one("setuid-mounts") === "0",
      detail: `mounts without nosuid: ${one("setuid-mounts")}`,
    }),
    fix: upgrade,
  },
  {
    name: "the seccomp filter is on",
    judge: ({ one }) => ({ held: one("Seccomp") === "2", detail: `Seccomp ${one("Seccomp")}` }),
    fix: filter,
  },
  {
    name: "no nested user namespace",
    judge(seen, { disableUserns }) {
      const { held, detail } = calls(attempts.namespaces)(seen);
      return { held, detail: `${detail}; disabled by bwrap: ${disableUserns}` };
    },
    fix: filter,
  },
  { name: "the mount calls are refused, old and new (open_tree)", judge: calls(attempts.mounts), fix: filter },
  { name: "keyrings are closed", judge: calls(attempts.keyring), fix: filter },
  { name: "io_uring does not exist", judge: calls(attempts.uring), fix: filter },
  { name: "other processes cannot be traced", judge: calls(attempts.tracing), fix: filter },
  { name: "bpf, perf, userfaultfd and fanotify are refused", judge: calls(attempts.kernel), fix: filter },
  {
    name: "sockets of the hypervisor, the kernel's crypto and raw packets",
    judge: calls(attempts.families),
    fix: filter,
  },
  {
    name: "nothing can be typed into a terminal",
    judge(seen) {
      const { held, detail } = calls(attempts.terminal)(seen);
      return {
        held: held && seen.one("terminal:tty") === "refused",
        detail: `${detail}; /dev/tty ${seen.one("terminal:tty")}`,
      };
    },
    fix: filter,
  },
  {
    name: "no set-id file, device or undeletable file can be left",
    judge(seen) {
      const shell = seen.each("setid:", "refused");
      const { held, detail } = calls(attempts.files)(seen);
      return { held: held && shell.held, detail: `${shell.detail}; ${detail}` };
    },
    fix: filter,
  },
  { name: "/proc is read-only", judge: ({ each }) => each("proc:", "refused"), fix: upgrade },
  {
    name: "core_pattern, modprobe and sysrq cannot be opened",
    judge: ({ each }) => each("kernel:", "refused"),
    fix: upgrade,
  },
  {
    name: "no foreign descriptors",
    judge({ one, all }) {
      return { held: one("fds") === "0 1 2 3", detail: [one("fds"), ...all("foreign")].join("; ") };
    },
    fix: report,
  },
  {
    name: "its own user and host name",
    judge: ({ one }, { uid }) => ({
      held: one("uid") === String(uid) && one("hostname") === "airlock",
      detail: `uid ${one("uid")} on ${one("hostname")}`,
    }),
    fix: upgrade,
  },
];

/**
 * Judges what the script saw. Pure. A line that is missing counts against the sandbox. Only the system calls may go untried, where
 * neither perl nor python3 is installed: then the filter being on decides, and the detail says so.
 */
export function judgeProbes(output: string, expected: Expectation): Probe[] {
  const seen = read(output);
  return rules.map(({ name, judge, fix }) => {
    const { held, detail } = judge(seen, expected);
    return { name, held, detail, ...(held ? {} : { fix }) };
  });
}

interface Seen {
  one: (name: string) => string;
  all: (name: string) => string[];
  each: (prefix: string, wanted: string) => Verdict;
}

function read(output: string): Seen {
  const lines = output.split("\n").map((line) => {
    const [key = "", value = ""] = line.split("\t");
    return { key, value: value.trim() };
  });
  const all = (name: string) => lines.filter(({ key }) => key === name).map(({ value }) => value);
  return {
    all,
    one: (name) => all(name)[0] ?? "missing",
    each(prefix, wanted) {
      const found = lines.filter(({ key }) => key.startsWith(prefix));
      const wrong = found.filter(({ value }) => value !== wanted).map(({ key }) => key);
      if (wrong.length > 0) return { held: false, detail: `not ${wanted}: ${wrong.join(", ")}` };
      return { held: found.length > 0, detail: found.map(({ key }) => key).join(", ") || "missing" };
    },
  };
}

function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

/** Each call answered what the filter answers. */
function calls(wanted: readonly Attempt[]): (seen: Seen) => Verdict {
  return ({ one }) => {
    const tool = one("tool");
    if (tool === "none") {
      return {
        held: one("Seccomp") === "2",
        detail: "not tried, no perl or python3 inside; decided by the filter being on",
      };
    }
    const wrong = wanted.filter(({ label, errno }) => one(`call:${label}`) !== String(errno));
    const names = (wrong.length > 0 ? wrong : wanted).map(({ label }) => label).join(", ");
    return { held: wrong.length === 0, detail: wrong.length > 0 ? `not refused: ${names}` : `${names} (${tool})` };
  };
}

/** No connection inside, and nothing seen by the host's listener. Without a tool the host alone decides, with the namespace. */
function unreached(listener: string, labels: readonly string[]): Rule["judge"] {
  return ({ one }, { reached, hostNamespaces }) => {
    if (reached.includes(listener)) return { held: false, detail: "the host was reached" };
    if (one("tool") === "none") {
      const own = one("ns:net") !== hostNamespaces["net"] && one("interfaces") === "lo";
      return { held: own, detail: "not tried, no perl or python3 inside; decided by the network namespace" };
    }
    const answers = labels.map((label) => one(`call:${label}`));
    return { held: answers.every((answer) => /^[1-9]\d*$/.test(answer)), detail: `answered ${answers.join(", ")}` };
  };
}

function noPrivileges({ one }: Seen): Verdict {
  const kept = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].filter((name) => !/^0+$/.test(one(name)));
  const held = kept.length === 0 && one("NoNewPrivs") === "1" && ["refused", "absent"].includes(one("sudo"));
  return {
    held,
    detail: `NoNewPrivs ${one("NoNewPrivs")}; not empty: ${kept.join(", ") || "none"}; sudo ${one("sudo")}`,
  };
}
