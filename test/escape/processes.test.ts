import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { call, escapes } from "./escape.ts";
import { launchedAfter, sharing, without, withoutRules } from "./weaken.ts";
import type { Scene } from "./escape.ts";

/** A process of the host that belongs to the sandbox's user, so that permissions are not what saves it. */
async function victim({ room, host }: Scene): Promise<() => void> {
  const child = spawn("sleep", ["987671"], {
    stdio: "ignore",
    env: { PATH: "/usr/bin:/bin", TOKEN: "canary-of-the-host" },
    ...(process.getuid?.() === 0 ? room.host.user : {}),
  });
  await writeFile(join(host, "pid"), String(child.pid));
  pids.set(host, child.pid ?? 0);
  return () => void child.kill("SIGKILL");
}
const pids = new Map<string, number>();
const pid = ({ host }: Scene) => pids.get(host) ?? 0;
const namespaces = "`--unshare-user --unshare-all`";

escapes("processes", [
  {
    id: "C030",
    control: namespaces,
    attack: "lists the processes of the host",
    before: victim,
    run: () => "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 98767[1]",
    held: /^0\n/,
    twin: { without: "a process namespace of its own", weaken: () => sharing("pid"), escaped: /^[1-9]/ },
  },
  {
    id: "C031",
    control: namespaces,
    attack: "reads a token in the environment of another process",
    before: victim,
    run: (scene) => `cat /proc/[0-9]*/environ /proc/${pid(scene)}/environ | tr '\\0' '\\n' | grep canary-of`,
    held: /^(?!.*canary)/,
    twin: { none: "the user namespace closes the file as well; C072 shows the launch environment" },
  },
  {
    id: "E030",
    control: namespaces,
    attack: "sends a signal to a process of the host",
    before: victim,
    run: (scene) => ["/bin/sh", "-c", 'kill -0 "$1" && echo signalled it', "sh", String(pid(scene))],
    held: /No such process/i,
    twin: { without: "a process namespace of its own", weaken: () => sharing("pid"), escaped: /signalled it/ },
  },
  {
    id: "E031",
    control: namespaces,
    attack: "follows /proc/PID/root of a process of the host",
    before: victim,
    run: (scene) => `ls /proc/${pid(scene)}/root/ && echo entered`,
    held: /No such file/,
    twin: { none: "the user namespace closes the link as well, so one control less still holds" },
  },
  {
    id: "C032",
    control: "seccomp: ptrace and its kin",
    attack: "traces another process of the sandbox",
    needs: ["perl"],
    run: () => call({ x64: 101, arm64: 117 }, 99, 0, 0, 0),
    held: /^answer 1\n/,
    twin: { without: "the rule on ptrace", weaken: () => withoutRules("ptrace"), escaped: /^answer (3|5|22)\n/ },
  },
  {
    id: "E032",
    control: "seccomp: ptrace and its kin",
    attack: "reads the memory of another process without tracing it",
    needs: ["perl"],
    run: () => call({ x64: 310, arm64: 270 }, 1, 0, 0, 0, 0, 0),
    held: /^answer 1\n/,
    twin: {
      without: "the rule on process_vm_readv",
      weaken: () => withoutRules("process_vm_readv"),
      escaped: /^answer (ok|0|14|3)\n/,
    },
  },
  {
    id: "C036",
    control: "`--proc` then `--remount-ro /proc`",
    attack: "opens sysrq-trigger and core_pattern for writing",
    run: () => "(: >> /proc/sysrq-trigger); (: >> /proc/sys/kernel/core_pattern)",
    held: /(Read-only|Permission denied|nonexistent)[\s\S]*(Read-only|Permission denied)/,
    twin: { none: "where it succeeded, the machine would be changed" },
  },
  {
    id: "E033",
    control: "`--proc` then `--remount-ro /proc`",
    attack: "renames itself through /proc, so that the host's list shows another program",
    run: () => "echo systemd > /proc/self/comm && echo written",
    held: /Read-only/,
    twin: { without: "--remount-ro /proc", weaken: () => without("--remount-ro /proc"), escaped: /written/ },
  },
  {
    id: "E034",
    control: "`--proc` then `--remount-ro /proc`",
    attack: "writes its own memory through /proc, past read-only pages",
    run: () => ": >> /proc/self/mem && echo opened",
    held: /Read-only/,
    twin: { without: "--remount-ro /proc", weaken: () => without("--remount-ro /proc"), escaped: /opened/ },
  },
  {
    id: "C072",
    control: "`--clearenv` and bwrap started with `PATH` alone",
    attack: "reads the environment that bwrap was started with (/proc/1/environ)",
    run: () => "tr '\\0' '\\n' < /proc/1/environ; echo end",
    held: /^PATH=.*\nend\n/,
    twin: {
      without: "the empty environment",
      weaken: () => launchedAfter("export GITHUB_TOKEN=canary-of-the-host"),
      escaped: /canary-of-the-host/,
    },
  },
]);
