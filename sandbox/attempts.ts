import { syscallRules } from "./syscalls.ts";
import type { Architecture } from "./syscall-rule.ts";

/** One system call that the filter must refuse. Harmless with these arguments even where nothing refuses it. */
export interface Attempt {
  label: string;
  call: string;
  args: readonly number[];
  /** What the filter answers. Without it the kernel answers otherwise, unless a capability is asked for as well. */
  errno: number;
}

const EPERM = 1;
const ENOSYS = 38;
const NEWUSER = 0x10000000;

const refused = (call: string, ...args: number[]): Attempt => ({ label: call, call, args, errno: EPERM });
const absent = (call: string, ...args: number[]): Attempt => ({ label: call, call, args, errno: ENOSYS });
const family = (name: string, number: number): Attempt => ({
  label: `AF_${name}`,
  call: "socket",
  args: [number, 3, 0],
  errno: 97,
});

/** By the probe they decide. A user namespace comes last: where it is not refused, it changes who asks. */
export const attempts = {
  mounts: [
    refused("mount", 0, 0, 0, 0, 0),
    refused("umount2", 0, 0),
    refused("open_tree", -1, 0, 0),
    refused("fsopen", 0, 0),
    refused("move_mount", -1, 0, -1, 0, 0),
    refused("mount_setattr", -1, 0, 0, 0, 0),
    refused("open_tree_attr", -1, 0, 0, 0, 0),
  ],
  keyring: [refused("add_key", 0, 0, 0, 0, 0), refused("request_key", 0, 0, 0, 0), refused("keyctl", 0, -3, 0)],
  uring: [absent("io_uring_setup", 0, 0), absent("io_uring_enter", -1, 0, 0, 0, 0, 0)],
  tracing: [
    refused("ptrace", 99, 0, 0, 0),
    refused("process_vm_readv", 1, 0, 0, 0, 0, 0),
    refused("pidfd_getfd", -1, 0, 0),
  ],
  kernel: [
    refused("bpf", 0, 0, 0),
    refused("perf_event_open", 0, 0, -1, -1, 0),
    refused("userfaultfd", -1),
    refused("fanotify_init", 0, 0),
  ],
  families: [family("VSOCK", 40), family("ALG", 38), family("PACKET", 17), family("BLUETOOTH", 31)],
  terminal: [
    { label: "TIOCSTI", call: "ioctl", args: [0, 0x5412, 0], errno: EPERM },
    { label: "TIOCLINUX", call: "ioctl", args: [0, 0x541c, 0], errno: EPERM },
  ],
  files: [
    { label: "FS_IOC_SETFLAGS", call: "ioctl", args: [0, 0x40086602, 0], errno: EPERM },
    refused("file_setattr", -1, 0, 0, 0, 0),
    { label: "fchmod set-id", call: "fchmod", args: [-1, 0o4755], errno: EPERM },
  ],
  namespaces: [absent("clone3", 0, 0), refused("setns", -1, 0), refused("unshare", NEWUSER)],
} as const satisfies Record<string, readonly Attempt[]>;

/** A connection that must not come about. `address` is a `struct sockaddr`. */
export interface Connection {
  label: string;
  family: number;
  type: "stream" | "datagram";
  address: Buffer;
}

/** Words for the programs below: `call:label:number:arguments…` and `connect:label:family:type:address in hex`. */
export function attemptWords(architecture: Architecture, connections: readonly Connection[]): string[] {
  const numberOf = (call: string) => syscallRules.find(({ name }) => name === call)?.[architecture] ?? -1;
  return [
    ...connections.map(({ label, family, type, address }) =>
      ["connect", label, family, type === "stream" ? 1 : 2, address.toString("hex")].join(":"),
    ),
    ...Object.values(attempts)
      .flat()
      .map(({ label, call, args }) => ["call", label, numberOf(call), ...args].join(":")),
  ];
}

/** `struct sockaddr_in` or `sockaddr_in6`. In: bytes of the address in the order of the network. */
export function internetAddress(family: 2 | 10, port: number, bytes: readonly number[]): Buffer {
  const address = Buffer.alloc(family === 2 ? 16 : 28);
  address.writeUInt16LE(family, 0);
  address.writeUInt16BE(port, 2);
  Buffer.from(bytes).copy(address, family === 2 ? 4 : 8);
  return address;
}

/** `struct sockaddr_un`. A name that begins with NUL is an abstract one. */
export function unixAddress(name: string): Buffer {
  return Buffer.concat([Buffer.from([1, 0]), Buffer.from(name)]);
}

/**
 * Makes the attempts and prints `label TAB errno` for each, or `ok`; at the end `tool TAB its name`. Perl, because its base
 * package is essential on Debian and Ubuntu and calls the kernel by number; it needs no module for this.
 */
export const perlProgram = `
for (@ARGV) {
  my ($kind, $label, @w) = split /:/; my ($r, $s); $! = 0;
  if ($kind eq "call") { @w = map { $_ + 0 } @w; $r = syscall($w[0], @w[1..$#w]) != -1 }
  else { $r = socket($s, $w[0], $w[1], 0) && connect($s, pack("H*", $w[2])) && send($s, "x", 0) }
  print "call:$label\\t", ($r ? "ok" : $! + 0), "\\n";
}
print "tool\\tperl\\n";
`;

/** The same in Python, for systems without perl. */
export const pythonProgram = `
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for word in sys.argv[1:]:
    kind, label, *w = word.split(":"); ctypes.set_errno(0)
    if kind == "call": bad = libc.syscall(*[ctypes.c_long(int(x)) for x in w]) == -1
    else:
        s = libc.socket(int(w[0]), int(w[1]), 0); a = bytes.fromhex(w[2])
        bad = s < 0 or libc.connect(s, a, len(a)) != 0 or libc.send(s, b"x", 1, 0) != 1
    print("call:" + label, ctypes.get_errno() if bad else "ok", sep="\\t")
print("tool\\tpython3")
`;
