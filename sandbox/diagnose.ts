import { installFix } from "./bubblewrap.ts";
import { SandboxError } from "./sandbox.ts";

/** Kernel settings that decide whether user namespaces work; null where the kernel does not have the setting. */
export interface Sysctls {
  apparmorRestrictsUserns: string | null;
  unprivilegedUsernsClone: string | null;
  maxUserNamespaces: string | null;
}

const appArmorFix =
  "Load a profile for bwrap: sudo apt-get install apparmor-profiles && sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ " +
  "&& sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict. On a throw-away machine this also works: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";

const unmaskedFix =
  "Run on the machine itself, or start the container with an unmasked /proc (docker run --security-opt systempaths=unconfined --security-opt seccomp=unconfined --security-opt apparmor=unconfined).";

/**
 * Why bwrap did not start the command, from its own words and the kernel's settings, and what mends it. Pure.
 * In: bwrap's stderr (or the text of the spawn error). The sandbox is never weakened in answer.
 */
export function diagnose(stderr: string, sysctls: Sysctls): SandboxError {
  const said = stderr.trim().split("\n").slice(-3).join(" ").slice(0, 500) || "nothing";
  const error = (why: string, fix: string) => new SandboxError(`${why} bubblewrap said: ${said}`, fix);

  if (
    /[ug]id map|loopback: |RTM_NEWADDR|No permissions to creat|Creating new namespace failed|new namespace|unshare user ns|Operation not permitted.*unshare|unshare failed/i.test(
      stderr,
    )
  ) {
    return blockedNamespaces(error, stderr, sysctls);
  }
  if (/mount proc|revealing/i.test(stderr)) {
    return error("This container masks /proc, so a private /proc cannot be mounted.", unmaskedFix);
  }
  if (/max_user_namespaces/i.test(stderr)) {
    return error(
      "This container keeps /proc/sys read-only, so further user namespaces cannot be switched off inside.",
      unmaskedFix,
    );
  }
  if (/Unexpected capabilities/i.test(stderr)) {
    return error(
      "bubblewrap was started with capabilities, which it takes for a mistake.",
      "Take them from the program (sudo setcap -r /usr/bin/bwrap), or start Airlock without ambient capabilities.",
    );
  }
  if (/pivot_root|\/ slave|mount tmpfs|mount devpts|bind mount|remount readonly/i.test(stderr)) {
    // Ubuntu lets a namespace be made and then takes every right in it away.
    if (sysctls.apparmorRestrictsUserns === "1") return blockedNamespaces(error, stderr, sysctls);
    return error(
      "This container does not allow mounts in a user namespace.",
      "Run on the machine itself, or start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined.",
    );
  }
  if (/EINVAL|EPERM|setuid|setgid/.test(stderr) && /^spawn /m.test(stderr)) {
    return error(
      "The sandbox's user cannot be used here: this container maps too few user ids.",
      "Run Airlock as an ordinary user instead of root, or in a container with a full range of user ids.",
    );
  }
  if (/ENOENT/.test(stderr) && /^spawn /m.test(stderr)) return error("bubblewrap is gone.", installFix);
  if (/^airlock-overlay: /m.test(stderr)) {
    return error(
      "The writable view of a directory could not be mounted (overlayfs).",
      "Look for a full disk, and for another process that uses the same directories.",
    );
  }
  if (/seccomp/i.test(stderr)) {
    return error("The kernel does not accept the seccomp filter.", "Use a kernel with CONFIG_SECCOMP_FILTER.");
  }
  return error(
    "The sandbox could not be set up.",
    "Run `airlock doctor`. If the cause is unclear, report the message with the output of `bwrap --version` and `uname -a`.",
  );
}

function blockedNamespaces(
  error: (why: string, fix: string) => SandboxError,
  stderr: string,
  sysctls: Sysctls,
): SandboxError {
  if (/does not support user namespaces/i.test(stderr)) {
    return error(
      "The kernel has no user namespaces.",
      "Use a kernel with CONFIG_USER_NS. Do not make bwrap set-uid: Airlock refuses that.",
    );
  }
  if (/ENOSPC|No space left/i.test(stderr) && sysctls.maxUserNamespaces !== "0") {
    return error(
      "No further namespace can be made here: a limit below /proc/sys/user is used up, or they are nested too deep.",
      "End what else uses namespaces, raise the limit that is used up (sudo sysctl -w user.max_user_namespaces=15000, likewise max_net_namespaces, max_pid_namespaces, max_mnt_namespaces), or run outside of nested containers.",
    );
  }
  if (sysctls.apparmorRestrictsUserns === "1") {
    return error("AppArmor forbids unprivileged user namespaces (the default of Ubuntu 24.04).", appArmorFix);
  }
  if (sysctls.unprivilegedUsernsClone === "0") {
    return error(
      "The kernel forbids unprivileged user namespaces.",
      "sudo sysctl -w kernel.unprivileged_userns_clone=1",
    );
  }
  if (sysctls.maxUserNamespaces === "0") {
    return error("The kernel allows no user namespaces.", "sudo sysctl -w user.max_user_namespaces=15000");
  }
  return error(
    "User namespaces are refused, probably by this container's own seccomp or AppArmor profile.",
    "Run on the machine itself, or start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined.",
  );
}
