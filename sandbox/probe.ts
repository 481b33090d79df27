import type { Probe } from "./sandbox.ts";

/** What the self-test expects, from the host's side. */
export interface Expectation {
  /** Names of the namespaces of the caller, as `/proc/self/ns` shows them: each must differ inside. */
  hostNamespaces: Readonly<Record<string, string>>;
  uid: number;
  environment: readonly string[];
  disableUserns: boolean;
}

/**
 * A shell program that tries what must not work and what must, and prints one `name TAB value` line each. It judges nothing.
 * Words: `$1` port on which the host listens, `$2…` host paths that must not exist inside.
 */
export const probeScript = `
say() { printf '%s\\t%s\\n' "$1" "$2"; }
try() { if ( eval "$2" ) >/dev/null 2>&1; then say "$1" done; else say "$1" refused; fi; }
port=$1; shift
for path in "$@"; do if [ -e "$path" ]; then say visible "$path"; fi; done
for name in user pid net ipc uts mnt; do say "ns:$name" "$(readlink /proc/self/ns/$name)"; done
say interfaces "$(sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/net/dev | tr '\\n' ' ')"
for name in CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp; do say "$name" "$(sed -n "s/^$name:[[:space:]]*//p" /proc/self/status)"; done
say pid1 "$(tr '\\0' '\\n' < /proc/1/environ | sed 's/=.*//' | tr '\\n' ' ')"
say env "$(env | sed 's/=.*//' | sort | tr '\\n' ' ')"
say fds "$(ls /proc/self/fd | tr '\\n' ' ')"
say uid "$(id -u)"
say hostname "$(cat /proc/sys/kernel/hostname)"
try outside:/ 'echo x > /airlock-probe'
try outside:/usr 'echo x > /usr/airlock-probe'
try outside:/etc 'echo x > /etc/airlock-probe'
try outside:/dev 'echo x > /dev/airlock-probe'
try inside:workspace 'echo x > airlock-probe'
try inside:/tmp 'echo x > /tmp/airlock-probe'
try inside:stdout 'echo x > /dev/stderr'
try proc:comm 'echo x > /proc/self/comm'
try proc:sys 'echo x > /proc/sys/kernel/hostname'
try protected:write 'echo x >> .git/config'
try protected:rename 'mv .git moved'
try protected:deep 'echo x >> a/b/c/d/e/f/.git/config'
try protected:agents 'mkdir .agents/x'
try mount 'mount -t tmpfs tmpfs /tmp/home'
if command -v unshare; then try userns 'unshare -U true'; else say userns absent; fi >/tmp/userns; tail -n 1 /tmp/userns
if command -v bash >/dev/null; then try connect "bash -c 'exec 3<>/dev/tcp/127.0.0.1/$port'"; else say connect absent; fi
say end end
`;

/**
 * Judges what the script saw. Pure. A line that is missing counts against the sandbox. `absent` (a program the probe needs is
 * not installed) is named in the detail; another line of the same probe still decides.
 */
export function judgeProbes(output: string, expected: Expectation): Probe[] {
  const seen = read(output);
  const { one } = seen;
  const shared = Object.entries(expected.hostNamespaces)
    .filter(([name, value]) => [value, "", "missing"].includes(one(`ns:${name}`)))
    .map(([name]) => name);
  const nested = one("userns");
  const visible = seen.all("visible");
  return [
    probe("the self-test ran to its end", one("end") === "end", one("end")),
    { name: "writes outside the workspace are refused", ...seen.each("outside:", "refused") },
    { name: "the workspace and /tmp can be written", ...seen.each("inside:", "done") },
    probe(
      "there is no network",
      one("interfaces") === "lo" && one("connect") !== "done" && one("connect") !== "missing",
      `interfaces: ${one("interfaces")}; connecting to the host: ${one("connect")}`,
    ),
    probe("namespaces are its own", shared.length === 0, shared.length === 0 ? "all" : `shared: ${shared.join(", ")}`),
    probe("the launch environment is empty (/proc/1/environ)", one("pid1") === "PATH", one("pid1")),
    allowListed(one("env"), expected.environment),
    noPrivileges(one),
    probe(
      "the seccomp filter is on",
      one("Seccomp") === "2" && one("mount") === "refused",
      `Seccomp ${one("Seccomp")}; mount ${one("mount")}`,
    ),
    probe(
      "no nested user namespace",
      nested === "refused" || (nested === "absent" && one("Seccomp") === "2"),
      `unshare ${nested}; disabled by bwrap: ${expected.disableUserns}`,
    ),
    { name: "/proc is read-only", ...seen.each("proc:", "refused") },
    probe(
      "the host's files are hidden",
      visible.length === 0 && one("end") === "end",
      visible.join(", ") || "none visible",
    ),
    { name: "protected paths are read-only", ...seen.each("protected:", "refused") },
    probe("no foreign descriptors", one("fds") === "0 1 2 3", one("fds")),
    probe(
      "its own user and host name",
      one("uid") === String(expected.uid) && one("hostname") === "airlock",
      `uid ${one("uid")} on ${one("hostname")}`,
    ),
  ];
}

interface Seen {
  one: (name: string) => string;
  all: (name: string) => string[];
  each: (prefix: string, wanted: string) => { held: boolean; detail: string };
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

function allowListed(environment: string, allowed: readonly string[]): Probe {
  const extra = environment.split(" ").filter((name) => !allowed.includes(name));
  const held = extra.length === 0 && environment !== "missing";
  return probe("the environment is the allow-list", held, held ? environment : `unexpected: ${extra.join(" ")}`);
}

function noPrivileges(one: Seen["one"]): Probe {
  const kept = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].filter((name) => !/^0+$/.test(one(name)));
  return probe(
    "no capabilities, and none to gain (sudo, set-uid)",
    kept.length === 0 && one("NoNewPrivs") === "1",
    `NoNewPrivs ${one("NoNewPrivs")}; not empty: ${kept.join(", ") || "none"}`,
  );
}

function probe(name: string, held: boolean, detail: string): Probe {
  return { name, held, detail };
}
