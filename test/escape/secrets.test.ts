import { escapes } from "./escape.ts";
import { adding, all, launchedAfter, without, withoutLimits } from "./weaken.ts";

escapes("environment and secrets", [
  {
    id: "E089",
    control: "`--clearenv` and bwrap started with `PATH` alone",
    attack: "reads tokens in its own environment",
    run: () => "env | sed 's/=.*//' | sort | tr '\\n' ' '",
    held: /^CI HOME LANG PATH PWD TMPDIR TZ USER /,
    twin: {
      without: "--clearenv, started with a token",
      weaken: () => all(without("--clearenv"), launchedAfter("export GITHUB_TOKEN=canary-of-the-host")),
      escaped: /GITHUB_TOKEN/,
    },
  },
  {
    id: "E090",
    control: "`--clearenv` and bwrap started with `PATH` alone",
    attack: "finds a variable that only the sandbox was given to hide things in",
    run: () => "cat /proc/self/environ | tr '\\0' '\\n' | sed 's/=.*//' | sort | tr '\\n' ' '",
    held: /^CI HOME LANG PATH PWD TMPDIR TZ USER /,
    twin: {
      without: "the fixed list",
      weaken: () => adding("--setenv", "ACTIONS_RUNTIME_TOKEN", "x"),
      escaped: /ACTIONS_RUNTIME_TOKEN/,
    },
  },
  {
    id: "E091",
    control: "words for bwrap on a descriptor",
    attack: "reads what is mounted where from the command line of PID 1",
    run: ({ workspace }) => [
      "/bin/sh",
      "-c",
      'tr "\\0" "\\n" < /proc/1/cmdline | grep -c "ro-[b]ind"',
      "sh",
      workspace,
    ],
    held: /^0\n/,
    twin: { none: "the words are passed in one way only" },
  },
  {
    id: "E092",
    control: "`prlimit`",
    attack: "makes the kernel write a core file, memory and all, where the host keeps them",
    run: () => "ulimit -c unlimited && echo raised; ulimit -c",
    held: /^0\n/,
    twin: { without: "the limits", weaken: () => withoutLimits, escaped: /^raised\nunlimited\n/ },
  },
  {
    id: "E093",
    control: "only listed system paths, `--remount-ro /` last",
    attack: "looks for credentials where tools keep them",
    run: () =>
      "for at in /root /home /etc/shadow /etc/ssh /etc/sudoers /var/lib /run/secrets /run/docker.sock /var/run/secrets /mnt /srv /opt/hostedtoolcache /etc/gitconfig; do test -e $at && echo found $at; done; echo looked",
    held: /^looked\n/,
    twin: {
      without: "leaving it unmounted",
      weaken: () => adding("--ro-bind", "/etc", "/root"),
      escaped: /^found \/root\n/,
    },
  },
]);
