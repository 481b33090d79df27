import { expect, test } from "vitest";
import { diagnose } from "../../sandbox/diagnose.ts";

const free = { apparmorRestrictsUserns: null, unprivilegedUsernsClone: null, maxUserNamespaces: "15000" };

test.each([
  [
    "AppArmor of Ubuntu 24.04",
    "bwrap: setting up uid map: Permission denied",
    { ...free, apparmorRestrictsUserns: "1" },
    /AppArmor forbids/,
    /apparmor_parser -r/,
  ],
  [
    "AppArmor, other words",
    "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
    { ...free, apparmorRestrictsUserns: "1" },
    /AppArmor forbids/,
    /bwrap-userns-restrict/,
  ],
  [
    "Debian's switch",
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.",
    { ...free, unprivilegedUsernsClone: "0" },
    /forbids unprivileged/,
    /unprivileged_userns_clone=1/,
  ],
  [
    "no namespaces left",
    "bwrap: Creating new namespace failed: No space left on device",
    { ...free, maxUserNamespaces: "0" },
    /allows no user namespaces/,
    /max_user_namespaces=/,
  ],
  [
    "a container's own filter",
    "bwrap: No permissions to creating new namespace",
    free,
    /container's own seccomp/,
    /seccomp=unconfined/,
  ],
  [
    "a masked /proc",
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    free,
    /masks \/proc/,
    /systempaths=unconfined/,
  ],
  ["no mounts", "bwrap: Failed to make / slave: Permission denied", free, /does not allow mounts/, /container/],
  ["too few user ids", "spawn setuid EINVAL", free, /too few user ids/, /ordinary user/],
  ["bwrap vanished", "spawn /usr/bin/bwrap ENOENT", free, /is gone/, /Install it/],
  ["anything else", "bwrap: something new", free, /could not be set up.*something new/, /airlock doctor/],
  ["no words at all", "", free, /bubblewrap said: nothing/, /airlock doctor/],
])("%s", (...[, stderr, sysctls, message, fix]) => {
  const error = diagnose(stderr, sysctls);
  expect(error.message).toMatch(message);
  expect(error.fix).toMatch(fix);
});

const gated = { ...free, apparmorRestrictsUserns: "1" };
const noNamespaces = { ...free, maxUserNamespaces: "0" };

/** bubblewrap's own words for what it cannot do, of 0.8 and newer, each under the settings that decide whose fault it is. */
test.each<[stderr: string, settings: Parameters<typeof diagnose>[1], message: RegExp]>([
  ["setting up uid map: Permission denied", free, /^User namespaces are refused/],
  ["setting up gid map: Permission denied", gated, /^AppArmor forbids/],
  ["loopback: Failed RTM_NEWADDR: Operation not permitted", free, /^User namespaces are refused/],
  ["loopback: Failed RTM_NEWLINK: Operation not permitted", gated, /^AppArmor forbids/],
  ["loopback: Failed to create NETLINK_ROUTE socket: Permission denied", gated, /^AppArmor forbids/],
  ["No permissions to create new namespace, likely because the kernel does not allow", gated, /^AppArmor forbids/],
  ["Creating new namespace failed: Operation not permitted", free, /^User namespaces are refused/],
  [
    "Creating new namespace failed, likely because the kernel does not support user namespaces.  bwrap must be installed setuid on such systems.",
    gated,
    /^The kernel has no user namespaces/,
  ],
  [
    "Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
    gated,
    /^No further namespace can be made here/,
  ],
  [
    "Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
    noNamespaces,
    /^The kernel allows no user namespaces/,
  ],
  ["unshare user ns: Operation not permitted", gated, /^AppArmor forbids/],
  ["cannot open /proc/sys/user/max_user_namespaces: Read-only file system", free, /^This container keeps \/proc\/sys/],
  ["sysctl user.max_user_namespaces = 1: Permission denied", free, /^This container keeps \/proc\/sys/],
  ["Can't mount proc on /newroot/proc: Permission denied", free, /^This container masks \/proc/],
  ["Failed to make / slave: Permission denied", gated, /^AppArmor forbids/],
  ["Failed to mount tmpfs: Operation not permitted", free, /^This container does not allow mounts/],
  ["pivot_root: Operation not permitted", free, /^This container does not allow mounts/],
  ["Can't mount tmpfs on /newroot/tmp: Operation not permitted", free, /^This container does not allow mounts/],
  ["Can't mount devpts on /newroot/dev/pts: Permission denied", free, /^This container does not allow mounts/],
  ["Can't bind mount /oldroot/usr on /newroot/usr: Permission denied", gated, /^AppArmor forbids/],
  ["Can't remount readonly on /newroot/: Permission denied", free, /^This container does not allow mounts/],
  ["Unexpected capabilities but not setuid, old file caps config?", gated, /^bubblewrap was started with capabilities/],
  [
    "Unable to set up system call filtering as requested: prctl(PR_SET_SECCOMP) reported EINVAL. (Hint: …)",
    gated,
    /^The kernel does not accept the seccomp filter/,
  ],
  ["prctl(PR_SET_SECCOMP): Permission denied", free, /^The kernel does not accept the seccomp filter/],
  ["Can't find source path /etc/alternatives: Permission denied", gated, /^The sandbox could not be set up/],
])("bwrap: %s", (stderr, settings, message) => {
  const error = diagnose(`bwrap: ${stderr}\n`, settings);
  expect(error.message).toMatch(message);
  expect(error.message).toContain(stderr);
  expect(error.kind).toBe("broken");
});
