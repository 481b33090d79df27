import { call, escapes } from "./escape.ts";
import { without, withoutRules } from "./weaken.ts";
import type { EscapeCase } from "./escape.ts";

/** One call with arguments that change nothing; `open` is what the kernel answers when its rule is left out. */
function refused(
  id: string,
  name: string,
  numbers: { x64: number; arm64: number },
  at: { args: number[]; errno?: number; open: RegExp; attack: string },
): EscapeCase {
  return {
    id,
    control: "seccomp: the table of refused calls",
    attack: `${at.attack} (${name})`,
    needs: ["perl"],
    run: () => call(numbers, ...at.args),
    held: new RegExp(`^answer ${at.errno ?? 1}\\n`),
    twin: { without: `the rule on ${name}`, weaken: () => withoutRules(name), escaped: at.open },
  };
}
const everywhere = (number: number) => ({ x64: number, arm64: number });
const socket = { x64: 41, arm64: 198 };
const ioctl = { x64: 16, arm64: 29 };
const notATerminal = /^answer 25\n/;

const int80 = `int main(void) { int r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20)); return r > 0 ? 0 : 1; }`;

escapes("seccomp", [
  refused("C043", "socket", socket, {
    args: [40, 1, 0],
    errno: 97,
    open: /^answer (ok|1|94)\n/,
    attack: "opens a socket to the hypervisor",
  }),
  refused("C048", "socket", socket, {
    args: [0x1_0000_0028, 1, 0],
    errno: 97,
    open: /^answer (ok|1|94)\n/,
    attack: "hides the family behind bits above the low 32",
  }),
  refused("E050", "socket", socket, {
    args: [17, 3, 0],
    errno: 97,
    open: /^answer 1\n/,
    attack: "opens a raw packet socket",
  }),
  refused("E051", "socket", socket, {
    args: [16, 3, 15],
    errno: 93,
    open: /^answer ok\n/,
    attack: "listens to the kernel's events over netlink",
  }),
  refused("C044", "io_uring_setup", everywhere(425), {
    args: [0, 0],
    errno: 38,
    open: /^answer (1|14|22)\n/,
    attack: "goes around the rules by io_uring",
  }),
  refused(
    "C045",
    "perf_event_open",
    { x64: 298, arm64: 241 },
    { args: [0, 0, -1, -1, 0], open: /^answer (7|14|22|13)\n/, attack: "asks for performance events" },
  ),
  refused(
    "E052",
    "userfaultfd",
    { x64: 323, arm64: 282 },
    { args: [-1], open: /^answer (22|38)\n/, attack: "stops the kernel at a page of its own" },
  ),
  refused("C046", "open_tree", everywhere(428), {
    args: [-1, 0, 0],
    open: /^answer (9|14)\n/,
    attack: "takes a mount in its hand",
  }),
  refused("E053", "mount_setattr", everywhere(442), {
    args: [-1, 0, 0, 0, 0],
    open: /^answer (22|9|14)\n/,
    attack: "changes the flags of a mount",
  }),
  refused(
    "E054",
    "keyctl",
    { x64: 250, arm64: 219 },
    { args: [0, -3, 0], open: /^answer (ok|126|128)\n/, attack: "opens the session keyring of whoever started us" },
  ),
  refused(
    "E055",
    "sched_setattr",
    { x64: 314, arm64: 274 },
    { args: [0, 0, 0], open: /^answer 22\n/, attack: "asks for real-time scheduling" },
  ),
  refused(
    "E056",
    "personality",
    { x64: 135, arm64: 92 },
    { args: [0x40000], open: /^answer ok\n/, attack: "switches address randomisation off" },
  ),
  refused(
    "E057",
    "seccomp",
    { x64: 317, arm64: 277 },
    { args: [1, 8, 0], open: /^answer (14|22)\n/, attack: "puts a listener of its own under the filter" },
  ),
  refused("E058", "ioctl", ioctl, { args: [0, 0x5423, 0], open: notATerminal, attack: "loads a line discipline" }),
  refused("E059", "ioctl", ioctl, {
    args: [0, 0x40086602, 0],
    open: /^answer (25|14)\n/,
    attack: "makes a file immutable",
  }),
  refused("E060", "ioctl", ioctl, {
    args: [0, 0x5000940e, 0],
    open: notATerminal,
    attack: "makes a btrfs subvolume that rm cannot delete",
  }),
  refused(
    "E061",
    "setsockopt",
    { x64: 54, arm64: 208 },
    {
      args: [0, 6, 31, 0, 0],
      errno: 92,
      open: /^answer (88|22)\n/,
      attack: "puts another protocol of the kernel on top of TCP",
    },
  ),
  {
    id: "C047",
    control: "seccomp: foreign architectures killed, x32 and io_uring absent",
    attack: "calls the kernel as a 32-bit program",
    needs: process.arch === "x64" ? ["gcc"] : ["gcc for a 32-bit architecture"],
    files: { "a.c": int80 },
    run: () => "gcc a.c -o a && exec ./a",
    held: /signalled 31\n/,
    twin: { without: "the filter", weaken: () => without("--seccomp"), escaped: /^exited 0\n/ },
  },
  {
    id: "E062",
    control: "seccomp: device nodes, set-id bits",
    attack: "makes a set-id file without chmod, by open and by mkfifo",
    needs: ["perl"],
    run: () => [
      "perl",
      "-e",
      'use Fcntl; umask 0; sysopen(F, "s", O_CREAT|O_WRONLY, 04755); printf "%o\\n", (stat "s")[2]; my $p = "p"; syscall($ARGV[0] + 0, -100, $p, 0104755, 0); printf "%o\\n", (stat "p")[2]',
      process.arch === "arm64" ? "33" : "259",
    ],
    held: /^0\n0\n/,
    twin: {
      without: "the rules on open and mknod",
      weaken: () => withoutRules("open", "openat", "mknod", "mknodat"),
      escaped: /^104755\n104755\n/,
    },
  },
  {
    id: "C050",
    control: "what must go on working",
    attack: "builds: git, a compiler, Python's workers and node's children run under the filter",
    needs: ["git", "gcc", "python3", "node"],
    files: { "a.c": "int main(void) { return 0; }" },
    run: () =>
      'gcc a.c -o a && ./a && git init -q r && python3 -c \'import multiprocessing as m; print(m.Pool(2).map(abs, [-1, 2]))\' && node -e \'require("child_process").execSync("true"); os.networkInterfaces(); console.log("fine")\'',
    held: /\[1, 2\]\nfine\nexited 0/,
    twin: { none: "it is the other side: what is not refused" },
  },
  {
    id: "C049",
    control: "what must go on working",
    attack: "runs a program from memory (memfd_create), which is allowed: there is no list of programs",
    needs: ["perl"],
    run: () => [
      "perl",
      "-e",
      'my $n = "m"; my $f = syscall($ARGV[0] + 0, $n, 0); open(my $i, "<", "/bin/true"); local $/; my $d = <$i>; open(my $o, ">&=", $f); syswrite($o, $d); exec "/proc/self/fd/$f"',
      process.arch === "arm64" ? "279" : "319",
    ],
    held: /^exited 0\n/,
    twin: { none: "it is the other side: what is not refused" },
  },
]);
