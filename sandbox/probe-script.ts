import { perlProgram, pythonProgram } from "./attempts.ts";

/**
 * A shell program that tries what must not work and what must, and prints one `name TAB value` line each. It judges nothing.
 * It needs `/bin/sh` and coreutils; where a program is missing, its line is missing, which counts against the sandbox. Only the
 * system calls have two programs to choose from: perl, else python3, else `tool none`.
 * Words: host paths that must not exist inside, `--`, then the words of `attemptWords`.
 * Files of the kernel are opened for appending and nothing is written: where that is not refused, nothing changes on the host.
 */
export const probeScript = `
say() { printf '%s\\t%s\\n' "$1" "$2"; }
try() { if ( eval "$2" ) >/dev/null 2>&1; then say "$1" done; else say "$1" refused; fi; }
while [ "$1" != -- ]; do
  for root in "" /proc/1/root /oldroot; do if [ -e "$root$1" ]; then say visible "$root$1"; fi; done
  shift
done
shift
for name in user pid net ipc uts mnt cgroup; do say "ns:$name" "$(readlink /proc/self/ns/$name)"; done
say interfaces "$(sed -n 's/^ *\\([^:]*\\):.*/\\1/p' /proc/net/dev | tr '\\n' ' ')"
sed -n 's/^\\(CapInh\\|CapPrm\\|CapEff\\|CapBnd\\|CapAmb\\|NoNewPrivs\\|Seccomp\\):[[:space:]]*/\\1\\t/p' /proc/self/status
say setuid-mounts "$(grep -vc '[ ,]nosuid[ ,]' /proc/self/mountinfo)"
say init "$(tr '\\0' ' ' < /proc/1/cmdline | cut -d ' ' -f 1)"
count=0; for at in /proc/[0-9]*; do count=$((count+1)); done; say processes "$count"
say pid1 "$(tr '\\0' '\\n' < /proc/1/environ | sed 's/=.*//' | tr '\\n' ' ')"
say env "$(env | sed 's/=.*//' | sort | tr '\\n' ' ')"
say fds "$(ls /proc/self/fd | tr '\\n' ' ')"
for fd in /proc/$$/fd/[3-9] /proc/$$/fd/??*; do if [ -L "$fd" ]; then say foreign "\${fd##*/} is $(readlink "$fd")"; fi; done
say uid "$(id -u)"
say hostname "$(cat /proc/sys/kernel/hostname)"
for at in / /usr /etc /dev /run /opt /var; do try "outside:$at" "echo x > $at/airlock-probe"; done
try inside:workspace 'echo x > airlock-probe'
try inside:/tmp 'echo x > /tmp/airlock-probe'
try inside:stdout 'echo x > /dev/stderr'
try proc:comm 'echo x > /proc/self/comm'
try proc:score 'echo 0 > /proc/self/oom_score_adj'
try proc:hostname ': >> /proc/sys/kernel/hostname'
try kernel:core_pattern ': >> /proc/sys/kernel/core_pattern'
try kernel:modprobe ': >> /proc/sys/kernel/modprobe'
try kernel:sysrq ': >> /proc/sysrq-trigger'
try kernel:drop_caches ': >> /proc/sys/vm/drop_caches'
try protected:write 'echo x >> .git/config'
try protected:rename 'mv .git moved'
try protected:link 'ln .git/config linked'
try protected:agents 'mkdir .agents/x'
try nested:write 'echo x >> a/b/c/d/e/f/.git/config'
try nested:hooks 'echo x > a/b/c/d/e/f/.git/hooks/pre-commit'
try nested:worktree 'echo x >> tree/.git'
try nested:gitdir 'echo x >> data/config'
try terminal:tty ': > /dev/tty'
try setid:chmod 'echo x > s && chmod 4755 s'
try setid:group 'echo x > g && chmod 2755 g'
try setid:node 'mknod n c 1 3'
if command -v sudo >/dev/null; then try sudo 'sudo -n true'; else say sudo absent; fi
if [ -S host.sock ]; then say socket-file visible; else say socket-file covered; fi
say core "$(ulimit -c)"
perl -e '${quoted(perlProgram)}' -- "$@" 2>/dev/null || python3 -c '${quoted(pythonProgram)}' "$@" 2>/dev/null || say tool none
say end end
`;

/** For single quotes of a shell. */
function quoted(program: string): string {
  return program.replaceAll("'", `'\\''`);
}
