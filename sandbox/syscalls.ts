import { argumentRules } from "./syscall-arguments.ts";
import { refused } from "./syscall-rule.ts";
import type { SyscallRule } from "./syscall-rule.ts";

/**
 * The newest call that was judged for this table (`rseq_slice_yield`). Later ones do not exist inside: each may be a new door,
 * and programs fall back when the kernel answers ENOSYS, as they must on an older kernel.
 */
export const newestCall = 471;

const EPERM = 1;
const ENOSYS = 38;

/**
 * What the filter refuses; everything else up to `newestCall` is allowed so that toolchains work. Numbers are those of the
 * kernel's own tables (arch/x86/entry/syscalls/syscall_64.tbl, scripts/syscall.tbl). Looked at and left: landlock (it only takes
 * rights away), pidfd_open and pidfd_send_signal (no process of the host has a number inside), memfd_create, execveat,
 * setxattr (what needs a capability is refused by the kernel), prctl, System V and POSIX queues (a namespace of their own).
 */
export const syscallRules: readonly SyscallRule[] = [
  ...refused({ errno: EPERM, reason: "reads or steers another process, the egress forwarder included" }, [
    ["ptrace", 101, 117],
    ["process_vm_readv", 310, 270],
    ["process_vm_writev", 311, 271],
    ["process_madvise", 440, 440],
    ["process_mrelease", 448, 448],
    ["pidfd_getfd", 438, 438],
    ["kcmp", 312, 272],
  ]),
  ...refused({ errno: ENOSYS, reason: "sends and opens without the calls that are judged here" }, [
    ["io_uring_setup", 425, 425],
    ["io_uring_enter", 426, 426],
    ["io_uring_register", 427, 427],
  ]),
  ...refused(
    { errno: ENOSYS, reason: "hides its flags behind a pointer; runtimes fall back to the call that shows them" },
    [
      ["clone3", 435, 435],
      ["openat2", 437, 437],
    ],
  ),
  ...refused({ errno: EPERM, reason: "makes or enters a namespace in which the command has capabilities" }, [
    ["unshare", 272, 97],
    ["setns", 308, 268],
  ]),
  ...refused({ errno: EPERM, reason: "changes what is mounted where, or takes a mount apart" }, [
    ["mount", 165, 40],
    ["umount2", 166, 39],
    ["pivot_root", 155, 41],
    ["chroot", 161, 51],
    ["open_tree", 428, 428],
    ["open_tree_attr", 467, 467],
    ["move_mount", 429, 429],
    ["fsopen", 430, 430],
    ["fsconfig", 431, 431],
    ["fsmount", 432, 432],
    ["fspick", 433, 433],
    ["mount_setattr", 442, 442],
  ]),
  ...refused({ errno: ENOSYS, reason: "lists mounts and namespaces; tools fall back to /proc" }, [
    ["statmount", 457, 457],
    ["listmount", 458, 458],
    ["listns", 470, 470],
  ]),
  ...refused({ errno: EPERM, reason: "opens a file by its number and not by a path that is mounted" }, [
    ["open_by_handle_at", 304, 265],
    ["name_to_handle_at", 303, 264],
  ]),
  ...refused({ errno: EPERM, reason: "kernel code with a long list of privilege holes that no build needs" }, [
    ["bpf", 321, 280],
    ["perf_event_open", 298, 241],
    ["userfaultfd", 323, 282],
    ["fanotify_init", 300, 262],
    ["fanotify_mark", 301, 263],
  ]),
  ...refused({ errno: ENOSYS, reason: "memory that no limit of ours sees, or a look into the page cache of others" }, [
    ["memfd_secret", 447, 447],
    ["cachestat", 451, 451],
  ]),
  ...refused({ errno: EPERM, reason: "the session keyring of whoever started us is inherited" }, [
    ["add_key", 248, 217],
    ["request_key", 249, 218],
    ["keyctl", 250, 219],
  ]),
  ...refused({ errno: EPERM, reason: "changes the security label that the host gave" }, [
    ["lsm_set_self_attr", 460, 460],
  ]),
  ...refused({ errno: EPERM, reason: "loads code into the kernel, or another kernel" }, [
    ["init_module", 175, 105],
    ["finit_module", 313, 273],
    ["delete_module", 176, 106],
    ["kexec_load", 246, 104],
    ["kexec_file_load", 320, 294],
  ]),
  ...refused({ errno: EPERM, reason: "acts on the machine as a whole" }, [
    ["reboot", 169, 142],
    ["swapon", 167, 224],
    ["swapoff", 168, 225],
    ["acct", 163, 89],
    ["syslog", 103, 116],
    ["quotactl", 179, 60],
    ["quotactl_fd", 443, 443],
    ["vhangup", 153, 58],
    ["sethostname", 170, 161],
    ["setdomainname", 171, 162],
  ]),
  ...refused({ errno: EPERM, reason: "sets the clock of the machine" }, [
    ["settimeofday", 164, 170],
    ["clock_settime", 227, 112],
    ["clock_adjtime", 305, 266],
    ["adjtimex", 159, 171],
  ]),
  ...refused({ errno: EPERM, reason: "real-time scheduling, asked for behind a pointer" }, [
    ["sched_setattr", 314, 274],
  ]),
  ...refused({ errno: EPERM, reason: "moves memory between nodes, of other processes too" }, [
    ["move_pages", 279, 239],
    ["migrate_pages", 256, 238],
  ]),
  ...refused({ errno: EPERM, reason: "a legacy call of x86 that reaches hardware, segments or file systems" }, [
    ["iopl", 172, null],
    ["ioperm", 173, null],
    ["modify_ldt", 154, null],
    ["uselib", 134, null],
    ["ustat", 136, null],
    ["sysfs", 139, null],
    ["_sysctl", 156, null],
    ["create_module", 174, null],
    ["get_kernel_syms", 177, null],
    ["query_module", 178, null],
  ]),
  ...refused({ errno: EPERM, reason: "a dead call that nothing uses" }, [
    ["lookup_dcookie", 212, 18],
    ["nfsservctl", 180, 42],
  ]),
  ...refused({ errno: EPERM, reason: "flags by which a file outlives the host's wish to delete it" }, [
    ["file_setattr", 469, 469],
  ]),
  ...argumentRules,
];
