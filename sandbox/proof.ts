import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sandboxOptions } from "./argv.ts";
import { readSysctls } from "./host.ts";
import { isPrivate } from "./owner.ts";
import type { Bubblewrap } from "./bubblewrap.ts";
import type { Establishment } from "./run.ts";
import type { Certificate } from "./sandbox.ts";

/**
 * A self-test that held is written down and believed for a while, so that the next start of one short command need not repeat it.
 * It is believed only where nothing that could change its outcome is another; every doubt means the full self-test.
 */
export interface Proof {
  /** Seconds since this machine started. */
  at: number;
  key: string;
  bwrap: Bubblewrap;
  /** What `identityOf` said of bwrap's file. */
  bwrapIdentity: string;
  certificate: Certificate;
}

/** Seconds. */
const believedFor = 600;
const fileName = "sandbox-proof.json";
const bytesMax = 65_536;

/** Reads the record of a directory that only we can write; null when there is none, it is too old, or anything about it is odd. */
export function readProof(directory: string): Proof | null {
  try {
    if (!isPrivate(directory)) return null;
    const descriptor = openSync(join(directory, fileName), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { uid, mode, size, nlink } = fstatSync(descriptor);
      const ours = uid === process.getuid?.() && (mode & 0o177_077) === 0o100_000 && nlink === 1;
      if (!ours || size > bytesMax) return null;
      const proof: unknown = JSON.parse(readFileSync(descriptor, "utf8"));
      if (!isProof(proof)) return null;
      const age = uptime() - proof.at;
      return age >= 0 && age < believedFor ? proof : null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

/** What a record says of the bwrap at this path; null when it is of another file, and it must be asked itself. */
export function rememberedBubblewrap(proof: Proof | null, path: string): Bubblewrap | null {
  if (proof === null || proof.bwrap.path !== path) return null;
  return identityOf(path) === proof.bwrapIdentity ? proof.bwrap : null;
}

/** Whether the self-test of this establishment would try exactly what the record's did, with the same programs on the same kernel. */
export function stillProved(proof: Proof | null, host: Establishment): boolean {
  try {
    return proof !== null && proof.key === keyOf(host) && proof.certificate.probes.every(({ held }) => held);
  } catch {
    return false;
  }
}

/**
 * Writes down that every probe held. In: `keyOf` from before the self-test: what changed meanwhile was not proved. A directory that
 * cannot be trusted, or a full disk, only means that nothing is remembered.
 */
export function writeProof(directory: string, host: Establishment, proved: Pick<Proof, "key" | "certificate">): void {
  const file = join(directory, `${fileName}.${process.pid}`);
  try {
    mkdirSync(directory, { mode: 0o700, recursive: false });
  } catch {
    // Most often it is there already.
  }
  try {
    if (!isPrivate(directory)) return;
    const { bwrap } = host;
    const identity = identityOf(bwrap.path);
    if (keyOf(host) !== proved.key) return;
    const proof: Proof = { at: uptime(), bwrap, bwrapIdentity: identity, ...proved };
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(proof), { mode: 0o600, flag: "wx" });
    renameSync(file, join(directory, fileName));
  } catch {
    rmSync(file, { force: true });
  }
}

/** Everything that the outcome of a self-test depends on, as one text. No hash: loading Node's own takes longer than to compare. */
export function keyOf(host: Establishment): string {
  const { user, stateDir, hardLimits, bwrap, prlimit, mkfifo, toolchain } = host;
  const options = sandboxOptions(host, {
    mounts: { binds: [], protectedBinds: [], masked: [], scratch: [] },
    env: {},
    egress: false,
  });
  const programs = [bwrap.path, prlimit, mkfifo, toolchain?.node].map((path) =>
    typeof path === "string" ? identityOf(path) : null,
  );
  const facts = {
    boot: readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
    kernel: readFileSync("/proc/version", "utf8"),
    sysctls: readSysctls(),
    ourselves: ourselves(),
    programs,
    user,
    own: [process.getuid?.(), process.getgid?.(), process.getgroups?.()],
    hardLimits,
    options: JSON.stringify(options).replaceAll(stateDir, "STATE"),
    filter: readFileSync(host.files.seccomp, "base64"),
    node: process.version,
    program: programFiles(),
  };
  return JSON.stringify(facts);
}

/** The rights and namespaces that we run with: a container on the same machine is another place. */
function ourselves(): string[] {
  const status = readFileSync("/proc/self/status", "utf8").split("\n");
  const rights = status.filter((line) => /^(Cap\w+|NoNewPrivs|Seccomp\w*|Groups):/.test(line));
  const namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"].map((name) =>
    readlinkSync(`/proc/self/ns/${name}`),
  );
  return [...rights, ...namespaces, label()];
}

/** The name under which AppArmor or SELinux holds us; none where there is no such module. */
function label(): string {
  try {
    return readFileSync("/proc/self/attr/current", "utf8");
  } catch {
    return "";
  }
}

/** Our own program: every file beside this one, which is this folder or the built program. */
function programFiles(): string[] {
  const directory = fileURLToPath(new URL(".", import.meta.url));
  return readdirSync(directory)
    .sort()
    .map((name) => `${name} ${identityOf(join(directory, name))}`);
}

/** Changes with every write to a file, whatever its times are set to. */
function identityOf(path: string): string {
  const { dev, ino, size, mode, uid, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [dev, ino, size, mode, uid, mtimeNs, ctimeNs].join(" ");
}

/** A clock that nobody sets. */
function uptime(): number {
  return Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
}

function isProof(value: unknown): value is Proof {
  if (typeof value !== "object" || value === null) return false;
  const { at, key, bwrap, bwrapIdentity, certificate } = value as Partial<Record<keyof Proof, unknown>>;
  const texts = [key, bwrapIdentity, at];
  if (!texts.every((one, index) => typeof one === (index === 2 ? "number" : "string"))) return false;
  if (typeof bwrap !== "object" || bwrap === null || typeof certificate !== "object" || certificate === null)
    return false;
  return "path" in bwrap && "version" in bwrap && "probes" in certificate && Array.isArray(certificate.probes);
}
