import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AirlockError } from "../errors.ts";

/** Runs one program as a list, without a shell. Out: its exit code and what it printed; a missing program is code 127. */
export type Exec = (program: string, args: string[]) => Promise<{ code: number; output: string }>;

export interface HostOrder {
  exec: Exec;
  /** Whether this process is root; else `sudo -n` is used. */
  root: boolean;
  /** Directory for a small temporary file. */
  dir: string;
  /** The hosted runner's machine is thrown away after the job; on others nothing is changed for good without being asked. */
  hosted: boolean;
  onProgress: (text: string) => void;
}

const profilePath = "/etc/apparmor.d/airlock-bwrap";

/** Lets bwrap, and only bwrap, create user namespaces. The machine's own restriction stays on for everything else. */
const profile = `abi <abi/4.0>,
include <tunables/global>

profile airlock-bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
  include if exists <local/airlock-bwrap>
}
`;

/**
 * Brings the machine to the point where a sandbox can be established: bubblewrap from apt, and on Ubuntu 24.04 an AppArmor profile
 * for it. Never touches the global sysctl. What it does is said; what it cannot do is a refusal with the command to type.
 * In: where the kernel's settings are read.
 */
export async function prepareHost(order: HostOrder, settings = "/proc/sys"): Promise<void> {
  if (!(await found(order, "bwrap"))) await installBubblewrap(order);
  // Root needs it as well: what root sandboxes has dropped to an ordinary user, and bwrap is held back for that user.
  if ((await readSysctl(settings, "kernel/apparmor_restrict_unprivileged_userns")) === "1") await loadProfile(order);
}

async function installBubblewrap(order: HostOrder): Promise<void> {
  order.onProgress("bubblewrap is missing: installing it with apt-get");
  const args = ["apt-get", "install", "-y", "--no-install-recommends", "bubblewrap"];
  let result = await privileged(order, args);
  if (result.code !== 0) {
    await privileged(order, ["apt-get", "update"]);
    result = await privileged(order, args);
  }
  if (result.code === 0) return;
  throw new AirlockError({
    code: "sandbox-unavailable",
    message: `bubblewrap could not be installed: ${lastLine(result.output)}`,
    fix: "Install it on the runner: sudo apt-get install bubblewrap",
  });
}

async function loadProfile(order: HostOrder): Promise<void> {
  order.onProgress(`user namespaces are restricted by AppArmor: loading a profile for bwrap (${profilePath})`);
  const file = join(order.dir, "airlock-bwrap.apparmor");
  await writeFile(file, profile);
  try {
    for (const args of [
      ["install", "-m", "644", "--", file, profilePath],
      ["apparmor_parser", "-r", "--", profilePath],
    ]) {
      const result = await privileged(order, args);
      if (result.code === 0) continue;
      throw new AirlockError({
        code: "sandbox-unavailable",
        message: `The AppArmor profile for bwrap could not be loaded: ${lastLine(result.output)}`,
        fix: `On the runner, write the profile of docs/runners.md to ${profilePath} and run: sudo apparmor_parser -r ${profilePath}`,
      });
    }
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Takes passwordless sudo from the runner's account for the rest of the job, on GitHub-hosted machines only, and proves it.
 * In: `behind`, whether this process is root because that account used sudo; the account is then `user`.
 * @throws AirlockError when sudo still works afterwards.
 */
export async function dropSudo(order: HostOrder & { user: string; behind?: boolean }): Promise<void> {
  const { behind = false } = order;
  if (order.root && !behind)
    return order.onProgress("running as root: there is no sudo to drop; sandboxed processes run as another user");
  // Root may always become the account, and what is tried is then the account's own sudo.
  const asAccount = behind ? ["-n", "-u", order.user, "--", "sudo", "-n", "true"] : ["-n", "true"];
  const works = async () => (await order.exec("sudo", asAccount)).code === 0;
  if (!(await works())) return order.onProgress("sudo is not available to this account");
  if (!order.hosted) return order.onProgress("self-hosted runner: its sudo rules are left as they are");
  await privileged(order, ["gpasswd", "--delete", order.user, "docker"]);
  await privileged(order, ["gpasswd", "--delete", order.user, "sudo"]);
  await privileged(order, ["rm", "-f", "--", `/etc/sudoers.d/${order.user}`]);
  if (!(await works())) return order.onProgress("sudo dropped for the rest of this job");
  throw new AirlockError({
    code: "sandbox-unavailable",
    message: `${order.user} can still use sudo after its rules were removed.`,
    fix: "Remove the account's passwordless sudo from the runner image, or set `drop-sudo: false` and accept that an escape from the sandbox could use it.",
  });
}

function privileged(order: HostOrder, args: string[]): ReturnType<Exec> {
  const [program = "", ...rest] = args;
  return order.root ? order.exec(program, rest) : order.exec("sudo", ["-n", ...args]);
}

async function found({ exec }: HostOrder, program: string): Promise<boolean> {
  return (await exec(program, ["--version"])).code === 0;
}

async function readSysctl(settings: string, name: string): Promise<string | null> {
  return readFile(join(settings, name), "utf8").then(
    (text) => text.trim(),
    () => null,
  );
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1) ?? "no output";
}
