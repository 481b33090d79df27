import { lstatSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import type { Sysctls } from "./diagnose.ts";

/** One piece of the host's system that every sandbox sees, read-only. */
export type SystemEntry =
  | { kind: "bind"; host: string; inside: string }
  | { kind: "symlink"; target: string; inside: string };

const systemDirectories = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/libx32"];
/** Nothing here is protected by a group, because an ordinary caller's groups stay effective inside. */
const systemFiles = [
  "/etc/alternatives",
  "/etc/crypto-policies",
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/etc/os-release",
  "/etc/pki/ca-trust/extracted",
  "/etc/pki/tls/certs",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
];
const caBundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/** The allow-list of system paths that exist here. Links at the top (`/bin -> usr/bin`) stay links; others are resolved. */
export function systemEntries(): SystemEntry[] {
  return [...systemDirectories, ...systemFiles].flatMap((path): SystemEntry[] => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (stat.isSymbolicLink() && !path.startsWith("/etc/")) {
      return [{ kind: "symlink", target: readlinkSync(path), inside: path }];
    }
    const host = resolved(path);
    return host === null ? [] : [{ kind: "bind", host, inside: path }];
  });
}

/** The bundle of certificate authorities that the host trusts, or null. The same path inside. */
export function hostCaBundle(): string | null {
  return caBundles.find((path) => resolved(path) !== null) ?? null;
}

export function readSysctls(): Sysctls {
  return {
    apparmorRestrictsUserns: readSysctl("kernel/apparmor_restrict_unprivileged_userns"),
    unprivilegedUsernsClone: readSysctl("kernel/unprivileged_userns_clone"),
    maxUserNamespaces: readSysctl("user/max_user_namespaces"),
  };
}

function readSysctl(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, "utf8").trim();
  } catch {
    return null;
  }
}

function resolved(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
