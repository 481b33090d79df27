import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { architectureOf, seccompProgram } from "../../sandbox/seccomp.ts";
import { syscallRules } from "../../sandbox/syscalls.ts";
import type { Option } from "../../sandbox/argv.ts";
import type { Establishment } from "../../sandbox/run.ts";

/** Takes one control away. `dir` is a place for small files. */
export type Weakening = (host: Establishment, dir: string) => Promise<Establishment> | Establishment;

const options = (change: (all: Option[]) => Option[]): Weakening => {
  return (host) => ({ ...host, weaken: (all) => change(host.weaken?.(all) ?? all) });
};

/** Leaves out the options that begin with these words. */
export const without = (...beginnings: string[]): Weakening =>
  options((all) => all.filter((option) => !beginnings.some((words) => `${option.join(" ")} `.startsWith(`${words} `))));

/** Leaves out what is mounted at an inside path. */
export const withoutMount = (inside: string): Weakening =>
  options((all) => all.filter((option) => option[2] !== inside));

/** One more option, after all mounts. */
export const adding = (...option: Option): Weakening => options((all) => all.toSpliced(-4, 0, option));

/** What is mounted read-only at an inside path becomes writable. */
export const writableMount = (inside: string): Weakening =>
  options((all) =>
    all.map((option) => (option[0] === "--ro-bind" && option[2] === inside ? ["--bind", ...option.slice(1)] : option)),
  );

/** Shares one namespace with the host. The host's /proc comes with its processes. */
export const sharing = (namespace: "net" | "pid" | "uts" | "ipc"): Weakening =>
  options((all) =>
    all.flatMap((option): Option[] => {
      if (option[0] === "--unshare-all") {
        return ["net", "pid", "uts", "ipc"].filter((name) => name !== namespace).map((name) => [`--unshare-${name}`]);
      }
      if (option[0] === "--hostname" && namespace === "uts") return [];
      if (option[0] === "--proc" && namespace === "pid") return [["--ro-bind", "/proc", "/proc"]];
      return [option];
    }),
  );

/** The filter without the rules of these calls. All other rules stay. */
export const withoutRules =
  (...calls: string[]): Weakening =>
  async (host, dir) => {
    const architecture = architectureOf(process.arch);
    if (architecture === null) throw new Error("no filter for this architecture");
    const rules = syscallRules.filter(({ name }) => !calls.includes(name));
    const seccomp = join(dir, `without-${calls.join("-")}.bpf`);
    await writeFile(seccomp, seccompProgram(architecture, rules));
    await chmod(seccomp, 0o644);
    return { ...host, files: { ...host.files, seccomp } };
  };

/** No limits by `prlimit`. */
export const withoutLimits: Weakening = (host) => ({ ...host, prlimit: null });

/** Starts bwrap from a shell that does something first, as a careless caller would hand things down. */
export const launchedAfter =
  (first: string): Weakening =>
  async (host, dir) => {
    const path = join(dir, "careless-bwrap");
    await writeFile(path, `#!/bin/sh\n${first}\nexec ${host.bwrap.path} "$@"\n`);
    await chmod(path, 0o755);
    return { ...host, bwrap: { ...host.bwrap, path } };
  };

/** Several controls that guard the same thing: only without all of them the attack succeeds. */
export const all =
  (...weakenings: Weakening[]): Weakening =>
  async (host, dir) => {
    let weak = host;
    for (const weaken of weakenings) weak = await weaken(weak, dir);
    return weak;
  };
