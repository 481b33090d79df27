export type Architecture = "x64" | "arm64";

/** A test on one syscall argument. Only the low 32 bits are read: 64-bit comparison is how `TIOCSTI` slips through filters. */
export type Condition =
  | { arg: number; kind: "any-bit"; mask: number }
  | { arg: number; kind: "masked-equals"; mask: number; value: number }
  | { arg: number; kind: "not-one-of"; values: readonly number[] };

/** One refused call: what it answers, and under which conditions (all must hold; none means always). */
export interface SyscallRule {
  name: string;
  /** Syscall number; null where the architecture does not have the call. */
  x64: number | null;
  arm64: number | null;
  errno: number;
  when: readonly Condition[];
}

const EPERM = 1;
const ENOSYS = 38;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const newNamespaces = 0x7e020000;
const setIdBits = 0o6000;
const fileType = 0o170000;
/** O_CREAT, and the bit of O_TMPFILE that is its own: only then does `open` read a mode. */
const creating = 0o100 | 0o20000000;

type Numbers = readonly [name: string, x64: number | null, arm64: number | null];

/**
 * What the filter refuses; everything else is allowed so that toolchains work. Numbers are those of the kernel's own
 * tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
 */
export const syscallRules: readonly SyscallRule[] = [
  // Reading or steering sibling processes.
  ...refused(EPERM, [
    ["ptrace", 101, 117],
    ["process_vm_readv", 310, 270],
    ["process_vm_writev", 311, 271],
    ["process_madvise", 440, 440],
    ["pidfd_getfd", 438, 438],
    ["kcmp", 312, 272],
  ]),
  // ENOSYS makes runtimes fall back: io_uring goes around the socket rules, clone3 and openat2 hide flags behind a pointer.
  ...refused(ENOSYS, [
    ["io_uring_setup", 425, 425],
    ["io_uring_enter", 426, 426],
    ["io_uring_register", 427, 427],
    ["clone3", 435, 435],
    ["openat2", 437, 437],
  ]),
  // Namespaces and mounts.
  ...refusedWhen(EPERM, [{ arg: 0, kind: "any-bit", mask: newNamespaces }], [["clone", 56, 220]]),
  ...refused(EPERM, [
    ["unshare", 272, 97],
    ["setns", 308, 268],
    ["mount", 165, 40],
    ["umount2", 166, 39],
    ["pivot_root", 155, 41],
    ["chroot", 161, 51],
    ["open_tree", 428, 428],
    ["move_mount", 429, 429],
    ["fsopen", 430, 430],
    ["fsconfig", 431, 431],
    ["fsmount", 432, 432],
    ["fspick", 433, 433],
    ["mount_setattr", 442, 442],
    ["open_tree_attr", 467, 467],
    ["open_by_handle_at", 304, 265],
    ["name_to_handle_at", 303, 264],
  ]),
  // Kernel attack surface; the session keyring would be inherited.
  ...refused(EPERM, [
    ["bpf", 321, 280],
    ["perf_event_open", 298, 241],
    ["userfaultfd", 323, 282],
    ["fanotify_init", 300, 262],
    ["add_key", 248, 217],
    ["request_key", 249, 218],
    ["keyctl", 250, 219],
  ]),
  // The machine as a whole.
  ...refused(EPERM, [
    ["init_module", 175, 105],
    ["finit_module", 313, 273],
    ["delete_module", 176, 106],
    ["kexec_load", 246, 104],
    ["kexec_file_load", 320, 294],
    ["reboot", 169, 142],
    ["swapon", 167, 224],
    ["swapoff", 168, 225],
    ["acct", 163, 89],
    ["syslog", 103, 116],
    ["quotactl", 179, 60],
    ["quotactl_fd", 443, 443],
    ["vhangup", 153, 58],
    ["settimeofday", 164, 170],
    ["clock_settime", 227, 112],
    ["clock_adjtime", 305, 266],
    ["adjtimex", 159, 171],
    ["iopl", 172, null],
    ["ioperm", 173, null],
    ["modify_ldt", 154, null],
    ["uselib", 134, null],
    ["create_module", 174, null],
    ["move_pages", 279, 239],
    ["migrate_pages", 256, 238],
    ["lookup_dcookie", 212, 18],
    ["nfsservctl", 180, 42],
  ]),
  // 0 is the normal personality, 0xffffffff asks for the present one.
  ...refusedWhen(EPERM, [{ arg: 0, kind: "not-one-of", values: [0, 0xffffffff] }], [["personality", 135, 92]]),
  // TIOCSTI and TIOCLINUX type into the caller's terminal.
  ...[0x5412, 0x541c].flatMap((request) =>
    refusedWhen(EPERM, [{ arg: 1, kind: "masked-equals", mask: 0xffffffff, value: request }], [["ioctl", 16, 29]]),
  ),
  // Device nodes; a forged overlay whiteout is one too.
  ...[0o020000, 0o060000].flatMap((type) => [
    ...refusedWhen(EPERM, [{ arg: 1, kind: "masked-equals", mask: fileType, value: type }], [["mknod", 133, null]]),
    ...refusedWhen(EPERM, [{ arg: 2, kind: "masked-equals", mask: fileType, value: type }], [["mknodat", 259, 33]]),
  ]),
  // A set-id file would survive on the host.
  ...refusedWhen(
    EPERM,
    [{ arg: 1, kind: "any-bit", mask: setIdBits }],
    [
      ["chmod", 90, null],
      ["fchmod", 91, 52],
      ["creat", 85, null],
      ["mknod", 133, null],
    ],
  ),
  ...refusedWhen(
    EPERM,
    [{ arg: 2, kind: "any-bit", mask: setIdBits }],
    [
      ["fchmodat", 268, 53],
      ["fchmodat2", 452, 452],
      ["mknodat", 259, 33],
    ],
  ),
  ...refusedWhen(
    EPERM,
    [
      { arg: 1, kind: "any-bit", mask: creating },
      { arg: 2, kind: "any-bit", mask: setIdBits },
    ],
    [["open", 2, null]],
  ),
  ...refusedWhen(
    EPERM,
    [
      { arg: 2, kind: "any-bit", mask: creating },
      { arg: 3, kind: "any-bit", mask: setIdBits },
    ],
    [["openat", 257, 56]],
  ),
  // The empty network namespace is the wall; these families reach past it (VSOCK: the hypervisor) or are rarely audited.
  ...refusedWhen(
    EAFNOSUPPORT,
    [{ arg: 0, kind: "not-one-of", values: [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] }],
    [["socket", 41, 198]],
  ),
  // `os.networkInterfaces()` needs the route protocol; no tool needs another.
  ...refusedWhen(
    EPROTONOSUPPORT,
    [
      { arg: 0, kind: "masked-equals", mask: 0xffffffff, value: AF_NETLINK },
      { arg: 2, kind: "not-one-of", values: [NETLINK_ROUTE] },
    ],
    [["socket", 41, 198]],
  ),
  ...refusedWhen(EAFNOSUPPORT, [{ arg: 0, kind: "not-one-of", values: [AF_UNIX] }], [["socketpair", 53, 199]]),
];

function refused(errno: number, calls: readonly Numbers[]): SyscallRule[] {
  return refusedWhen(errno, [], calls);
}

function refusedWhen(errno: number, when: readonly Condition[], calls: readonly Numbers[]): SyscallRule[] {
  return calls.map(([name, x64, arm64]) => ({ name, x64, arm64, errno, when }));
}
