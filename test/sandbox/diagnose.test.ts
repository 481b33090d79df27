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
