import { refused } from "./syscall-rule.ts";
import type { Condition, Refusal, SyscallRule } from "./syscall-rule.ts";

const EPERM = 1;
const ENOPROTOOPT = 92;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const IPPROTO_TCP = 6;
const TCP_ULP = 31;
/** "The usual one", ICMP (ping), TCP, UDP, ICMPv6. Go tries MPTCP and goes on without it. */
const usualProtocols = [0, 1, IPPROTO_TCP, 17, 58];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const newNamespaces = 0x7e020000;
const setIdBits = 0o6000;
const fileType = 0o170000;
/** O_CREAT, and the bit of O_TMPFILE that is its own: only then does `open` read a mode. */
const creating = 0o100 | 0o20000000;
const SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
/** SCHED_OTHER, BATCH and IDLE, each also with SCHED_RESET_ON_FORK. */
const ordinaryScheduling = [0, 3, 5, 0x40000000, 0x40000003, 0x40000005];

/** ioctl requests, from linux/tty.h, linux/fs.h, linux/fscrypt.h and linux/fsverity.h; the same on both architectures. */
const typing = [0x5412, 0x541c]; // TIOCSTI, TIOCLINUX
const terminals = [0x5423, 0x541d]; // TIOCSETD, TIOCCONS
// FS_IOC_SETFLAGS (64 and 32 bits), FS_IOC_FSSETXATTR, SET_ENCRYPTION_POLICY, ADD_ENCRYPTION_KEY, ENABLE_VERITY
const fileFlags = [0x40086602, 0x40046602, 0x401c5820, 0x800c6613, 0xc0506617, 0x40806685];
/** Btrfs' own requests carry this in their second byte; three of them are everybody's (FICLONE, FICLONERANGE, FIDEDUPERANGE). */
const btrfs = 0x9400;
const cloneFile = [0x40049409, 0x4020940d, 0xc0189436];

/** Calls that toolchains need, refused for some arguments alone. */
export const argumentRules: readonly SyscallRule[] = [
  ...refused(
    {
      errno: EPERM,
      reason: "makes a namespace in which the command has capabilities",
      when: [{ arg: 0, kind: "any-bit", mask: newNamespaces }],
    },
    [["clone", 56, 220]],
  ),
  ...refused(
    {
      errno: EPERM,
      reason: "a filter of its own that answers calls in place of the kernel",
      when: [{ arg: 1, kind: "any-bit", mask: SECCOMP_FILTER_FLAG_NEW_LISTENER }],
    },
    [["seccomp", 317, 277]],
  ),
  ...refused(
    {
      errno: EPERM,
      reason: "real-time scheduling starves the process that holds the time limit",
      when: [{ arg: 1, kind: "not-one-of", values: ordinaryScheduling }],
    },
    [["sched_setscheduler", 144, 119]],
  ),
  ...refused(
    {
      errno: EPERM,
      reason: "switches address randomisation off",
      // 0 is the normal personality, 0xffffffff asks for the present one.
      when: [{ arg: 0, kind: "not-one-of", values: [0, 0xffffffff] }],
    },
    [["personality", 135, 92]],
  ),
  ...ioctls("types into the caller's terminal", typing),
  ...ioctls("loads a line discipline into the kernel, or takes the console's output", terminals),
  ...ioctls("a flag, key or policy by which a file outlives the host's wish to change or delete it", fileFlags),
  ...refused(
    {
      errno: EPERM,
      reason: "a btrfs subvolume or snapshot that the host cannot delete as a directory",
      when: [
        { arg: 1, kind: "masked-equals", mask: 0xff00, value: btrfs },
        { arg: 1, kind: "not-one-of", values: cloneFile },
      ],
    },
    [["ioctl", 16, 29]],
  ),
  ...[0o020000, 0o060000].flatMap((type) => [
    ...refused(deviceNode(1, type), [["mknod", 133, null]]),
    ...refused(deviceNode(2, type), [["mknodat", 259, 33]]),
  ]),
  ...refused(setId([{ arg: 1, kind: "any-bit", mask: setIdBits }]), [
    ["chmod", 90, null],
    ["fchmod", 91, 52],
    ["creat", 85, null],
    ["mknod", 133, null],
  ]),
  ...refused(setId([{ arg: 2, kind: "any-bit", mask: setIdBits }]), [
    ["fchmodat", 268, 53],
    ["fchmodat2", 452, 452],
    ["mknodat", 259, 33],
  ]),
  ...refused(
    setId([
      { arg: 1, kind: "any-bit", mask: creating },
      { arg: 2, kind: "any-bit", mask: setIdBits },
    ]),
    [["open", 2, null]],
  ),
  ...refused(
    setId([
      { arg: 2, kind: "any-bit", mask: creating },
      { arg: 3, kind: "any-bit", mask: setIdBits },
    ]),
    [["openat", 257, 56]],
  ),
  ...refused(
    {
      errno: EAFNOSUPPORT,
      reason: "a family that reaches past the empty network namespace (VSOCK: the hypervisor) or is rarely audited",
      when: [{ arg: 0, kind: "not-one-of", values: [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] }],
    },
    [["socket", 41, 198]],
  ),
  ...refused(
    {
      errno: EPROTONOSUPPORT,
      reason: "kernel configuration; `os.networkInterfaces()` needs the route protocol, no tool needs another",
      when: [
        { arg: 0, kind: "masked-equals", mask: 0xffffffff, value: AF_NETLINK },
        { arg: 2, kind: "not-one-of", values: [NETLINK_ROUTE] },
      ],
    },
    [["socket", 41, 198]],
  ),
  ...[AF_INET, AF_INET6].flatMap((family) =>
    refused(
      {
        errno: EPROTONOSUPPORT,
        reason: "a protocol whose module is loaded on demand (SCTP, DCCP, MPTCP, raw)",
        when: [
          { arg: 0, kind: "masked-equals", mask: 0xffffffff, value: family },
          { arg: 2, kind: "not-one-of", values: usualProtocols },
        ],
      },
      [["socket", 41, 198]],
    ),
  ),
  ...refused(
    {
      errno: ENOPROTOOPT,
      reason: "puts another protocol of the kernel on top of TCP",
      when: [
        { arg: 1, kind: "masked-equals", mask: 0xffffffff, value: IPPROTO_TCP },
        { arg: 2, kind: "masked-equals", mask: 0xffffffff, value: TCP_ULP },
      ],
    },
    [["setsockopt", 54, 208]],
  ),
  ...refused(
    {
      errno: EAFNOSUPPORT,
      reason: "pairs of another family than UNIX are rarely audited",
      when: [{ arg: 0, kind: "not-one-of", values: [AF_UNIX] }],
    },
    [["socketpair", 53, 199]],
  ),
];

function ioctls(reason: string, requests: readonly number[]): SyscallRule[] {
  return requests.flatMap((value) =>
    refused({ errno: EPERM, reason, when: [{ arg: 1, kind: "masked-equals", mask: 0xffffffff, value }] }, [
      ["ioctl", 16, 29],
    ]),
  );
}

function deviceNode(arg: number, value: number): Refusal {
  return {
    errno: EPERM,
    reason: "a device node; a forged overlay whiteout is one too",
    when: [{ arg, kind: "masked-equals", mask: fileType, value }],
  };
}

function setId(when: readonly Condition[]): Refusal {
  return { errno: EPERM, reason: "a set-id file would survive on the host", when };
}
