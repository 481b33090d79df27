import { afterAll, beforeAll, describe } from "vitest";
import { openBed, testCases } from "./bed.ts";
import { lines } from "./case.ts";
import type { Bed } from "./bed.ts";
import type { Case } from "./case.ts";

const bash = (title: string, body: string[], expect: Case["expect"], more: Partial<Case> = {}): Case => ({
  title,
  needs: ["bash"],
  run: lines(...body),
  expect,
  ...more,
});

const shells: Case[] = [
  bash(
    "bash: job control, background jobs, traps and wait",
    ["set -m", "sleep 0.2 & first=$!", "(exit 7) & wait $!; echo $?", "fg %1 > /dev/null; echo $?"].concat(
      "trap 'echo bye' EXIT",
      "kill -0 $first 2> /dev/null || echo gone",
    ),
    "7\n0\ngone\nbye",
  ),
  bash(
    "bash: process substitution, here-documents, coprocesses and pipefail",
    [
      "diff <(printf 'a\\nb\\n') <(printf 'a\\nc\\n') | tail -n 1",
      "cat <<'END' > >(tr a-z A-Z > /tmp/upper)",
      "here",
      "END",
      "until test -s /tmp/upper; do sleep 0.01; done; cat /tmp/upper",
      "coproc cat; echo through >&${COPROC[1]}; read -r line <&${COPROC[0]}; echo $line",
      "set -o pipefail; false | true; echo $?",
    ],
    "> c\nHERE\nthrough\n1",
  ),
  bash(
    "/dev/stdin, stdout, stderr and fd are opened again by name",
    [
      "echo in | cat /dev/stdin",
      "echo out > /dev/stdout",
      "echo err > /dev/stderr",
      "echo both | tee /dev/stderr",
      "exec 5> /tmp/five; echo five > /dev/fd/5; cat /tmp/five",
      "echo appended >> /dev/stdout; cat /proc/self/fd/0 < /dev/null",
    ],
    "in\nout\nboth\nfive\nappended",
    { stderr: "err\nboth" },
  ),
  bash(
    "the usual devices are there",
    [
      "echo x > /dev/null; head -c 3 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c",
      "echo full > /dev/full 2> /dev/null || echo full; test -d /dev/pts && test -e /dev/ptmx && echo pts",
    ],
    "3\n4\nfull\npts",
  ),
  bash(
    "temporary files, locks, time limits and parallel work",
    [
      'file=$(mktemp); echo "${file%/*}"',
      'flock "$file" echo locked',
      "timeout 0.1 sleep 60; echo $?",
      "seq 20 | xargs -P 4 -n 1 echo | sort -n | tail -n 1",
      "seq 50000 | sort -R --parallel=2 -S 1M -T /tmp | wc -l",
    ],
    "/tmp\nlocked\n124\n20\n50000",
  ),
  bash(
    "locale and time zone: UTF-8 and UTC, another zone on request",
    [
      "locale charmap",
      'echo -n "äöü€" | wc -m',
      "date -d @0 +%H:%M%z",
      "TZ=America/New_York date -d @0 +%H:%M%z",
      'printf "b\\nä\\na\\n" | sort | tr -d "\\n"',
    ],
    "UTF-8\n4\n00:00+0000\n19:00-0500\nabä",
  ),
  bash(
    "who am I, where am I, what may I do",
    ["whoami; echo $HOME; pwd; hostname; touch ~/mine && echo home; umask; ulimit -c; test -w /tmp && echo tmp"],
    "agent\n/tmp/home\n/workspace/repo\nairlock\nhome\n0022\n0\ntmp",
  ),
  bash(
    "ten thousand lines arrive, each in its place",
    ["seq 10000"],
    Array.from({ length: 10_000 }, (_, index) => index + 1).join("\n"),
  ),
  bash(
    "a script in the workspace is executed by its first line",
    ["printf '#!/usr/bin/env bash\\necho $2 $1\\n' > tool; chmod +x tool; ./tool one two"],
    "two one",
    { mode: "workspace-write" },
  ),
  {
    title: "perl",
    needs: ["perl"],
    run: ["perl", "-MPOSIX", "-e", 'my $pid = fork // die; exit 0 unless $pid; wait; print "perl $?\\n"'],
    expect: "perl 0",
  },
];

const python = (title: string, body: string[], expect: Case["expect"], more: Partial<Case> = {}): Case => ({
  title: `python: ${title}`,
  needs: ["python3"],
  files: { "main.py": lines(...body) },
  run: ["python3", "main.py"],
  expect,
  ...more,
});

const pythons: Case[] = [
  ...["fork", "spawn", "forkserver"].map((method) =>
    python(
      `multiprocessing by ${method}: Pool, Queue, Lock`,
      [
        "import multiprocessing as mp",
        "def twice(x): return x * 2",
        "def put(queue, lock):",
        "    with lock: queue.put('put')",
        "if __name__ == '__main__':",
        `    mp.set_start_method('${method}')`,
        "    with mp.Pool(3) as pool: print(sum(pool.map(twice, range(10))))",
        "    queue, lock = mp.Queue(), mp.Lock()",
        "    child = mp.Process(target=put, args=(queue, lock)); child.start(); print(queue.get()); child.join(); print(child.exitcode)",
      ],
      "90\nput\n0",
    ),
  ),
  python(
    "a Manager's dictionary and shared memory cross processes",
    [
      "from multiprocessing import Manager, Process, shared_memory",
      "def work(shared, name):",
      "    shared['answer'] = 42",
      "    block = shared_memory.SharedMemory(name=name); block.buf[0] = 9; block.close()",
      "if __name__ == '__main__':",
      "    block = shared_memory.SharedMemory(create=True, size=16)",
      "    with Manager() as manager:",
      "        shared = manager.dict()",
      "        child = Process(target=work, args=(shared, block.name)); child.start(); child.join()",
      "        print(shared['answer'], block.buf[0])",
      "    block.close(); block.unlink()",
    ],
    "42 9",
  ),
  python(
    "sockets on loopback, socketpair, asyncio and an HTTP server",
    [
      "import asyncio, socket, threading, urllib.request, http.server",
      "a, b = socket.socketpair(); a.send(b'pair'); print(b.recv(4).decode())",
      "class Quiet(http.server.SimpleHTTPRequestHandler):",
      "    def log_message(self, *_): pass",
      "    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'served')",
      "server = http.server.HTTPServer(('127.0.0.1', 0), Quiet)",
      "threading.Thread(target=server.serve_forever, daemon=True).start()",
      "print(urllib.request.urlopen(f'http://localhost:{server.server_port}').read().decode())",
      "async def main():",
      "    child = await asyncio.create_subprocess_exec('echo', 'async', stdout=asyncio.subprocess.PIPE)",
      "    print((await child.communicate())[0].decode().strip())",
      "asyncio.run(main())",
    ],
    "pair\nserved\nasync",
  ),
  python("a pseudo-terminal", ["import pty, sys", "pty.spawn(['sh', '-c', 'test -t 1 && echo terminal'])"], /terminal/),
  python(
    "sqlite, threads, ctypes, temporary directories and UTF-8",
    [
      "import ctypes, concurrent.futures, sqlite3, tempfile, sys",
      "with tempfile.TemporaryDirectory() as directory:",
      "    base = sqlite3.connect(directory + '/base'); base.execute('create table t (x)'); base.execute('insert into t values (1)'); base.commit()",
      "    print(base.execute('select count(*) from t').fetchone()[0])",
      "with concurrent.futures.ThreadPoolExecutor(8) as pool: print(sum(pool.map(abs, range(-5, 5))))",
      "print(ctypes.CDLL(None).getpid() > 0, sys.stdout.encoding, 'ä€')",
    ],
    "1\n25\nTrue utf-8 ä€",
  ),
];

const hello = lines(
  "#include <stdio.h>",
  "#include <pthread.h>",
  "static void *run(void *x) { *(int *)x = 42; return 0; }",
).concat(
  lines(
    'int main(void) { int x = 0; pthread_t t; pthread_create(&t, 0, run, &x); pthread_join(t, 0); return !printf("%d\\n", x); }',
  ),
);

const builders: Case[] = [
  {
    title: "gcc compiles, links and its program runs, from /tmp and with link-time optimisation",
    needs: ["gcc"],
    files: { "main.c": hello },
    run: "gcc -O2 -flto -pthread -o /tmp/main main.c && /tmp/main",
    expect: "42",
  },
  {
    title: "make builds with two jobs and does nothing the second time",
    needs: ["make", "gcc"],
    mode: "workspace-write",
    files: {
      "main.c": hello,
      Makefile: lines(
        ".PHONY: all",
        "all: one two",
        "%.o: main.c",
        "\tgcc -pthread -c -o $@ $<",
        "one two: %: %.o",
        "\tgcc -pthread -o $@ $<",
      ),
    },
    run: "make -s -j2 && ./one && ./two && make -q all && echo nothing to do",
    expect: "42\n42\nnothing to do",
  },
  {
    title: "git reads its repository, also after a change",
    needs: ["git"],
    git: true,
    mode: "workspace-write",
    files: { file: "one\n" },
    run: "echo two >> file; git status --short; git diff --stat | tail -n 1; git log --format=%s; git ls-files; git blame -s file | wc -l; git grep -c one",
    expect: " M file\n 1 file changed, 1 insertion(+)\nfirst\nfile\n2\nfile:1",
  },
  {
    title: "git reads a repository that is mounted read-only",
    needs: ["git"],
    git: true,
    files: { file: "one\n" },
    run: "git status --short; git diff HEAD; git log --format=%s; git show HEAD:file",
    expect: "first\none",
  },
  {
    title: "git makes repositories of its own in /tmp, as tests of git tools do",
    needs: ["git"],
    run: lines(
      "git init -q /tmp/new && cd /tmp/new && git config user.name a && git config user.email a@localhost",
      "echo x > file && git add file && git commit -qm first && git clone -q . ../copy && git -C ../copy log --format=%s",
    ),
    expect: "first",
  },
];

/** What cannot work says so clearly; `sandbox/README.md` lists the same. */
const limits: Case[] = [
  {
    title: "there is no controlling terminal, and a tool that insists is told so",
    run: "(: > /dev/tty) 2>&1 | grep -o 'No such device or address'",
    expect: "No such device or address",
  },
  {
    title: "the repository's own .git takes no commit",
    needs: ["git"],
    git: true,
    files: { file: "one\n" },
    mode: "workspace-write",
    run: "echo two > file; git commit -qam second",
    expect: "",
    stderr: /Read-only file system/,
    exitCode: 128,
  },
];

const cases = [...shells, ...pythons, ...builders, ...limits];

describe("shells, python, compilers and git", () => {
  let bed: Bed;
  beforeAll(async () => void (bed = await openBed(cases)));
  afterAll(() => bed[Symbol.dispose]());
  testCases(cases, () => bed);
});
