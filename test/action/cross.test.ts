import { spawn, spawnSync } from "node:child_process";
import { chownSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { canReach } from "../../sandbox/reach.ts";
import { openAudit } from "../../src/audit/log.ts";
import { writePapers } from "../../src/action/papers.ts";
import { seal } from "../../src/handoff/seal.ts";
import { Task } from "../../src/handoff/task.ts";
import { task } from "../record/papers.ts";
import { temporaryDirectory, writeFiles } from "../workspace/repository.ts";

const root = process.getuid?.() === 0;
/** Root never crosses, so as root the account of the job is another one. */
const user = root ? { uid: 61_002, gid: 61_002 } : { uid: process.getuid!(), gid: process.getgid!() };
const main = join(import.meta.dirname, "../../src/action/main.ts");
const reachable = canReach(main, user) && canReach(process.execPath, user);
if (!reachable) process.stderr.write(`crossing over: NOT RUN: uid ${user.uid} cannot read ${main} or its node\n`);

/** Writes down how it was called and with what environment; then it is what sudo would start, with hardly an environment. */
const sudo = `#!/bin/sh
printf '%s\\n' "$*" >> "$0.calls"
env >> "$0.env"
[ -e "$0.refuses" ] && exit 1
while [ "$1" = -n ] || [ "$1" = -- ]; do shift; done
exec env -i PATH="$PATH" "$@"
`;
const systemdRun = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
`;

/** A job of an ordinary account on a machine where \`sudo\` and \`systemd-run\` are stand-ins. */
async function machine(files: Record<string, string> = {}) {
  const temporary = temporaryDirectory();
  const { path } = temporary;
  writeFiles(path, {
    "bin/sudo": { executable: sudo },
    "bin/systemd-run": { executable: systemdRun },
    "bin/npm": { executable: "#!/bin/sh\necho https://packages.example/\n" },
    "repository/README.md": "# demo\n",
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, { executable: text }])),
    "files/output": "",
    "files/summary": "",
  });
  const audit = openAudit("gate", () => 1_795_000_000_000);
  audit.append("task.sealed");
  const sealed = seal(Task, task({ audit_head: audit.head }));
  await writePapers(`${path}/papers`, { name: "task", sealed, audit });
  if (root)
    for (const name of ["", "bin", "files/output", "files/summary"]) chownSync(join(path, name), 61_002, 61_002);
  const env = {
    PATH: `${path}/bin:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: path,
    RUNNER_TEMP: path,
    RUNNER_ENVIRONMENT: "github-hosted",
    GITHUB_REPOSITORY: "octo/demo",
    GITHUB_REPOSITORY_ID: "1",
    GITHUB_RUN_ID: "77",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "solve",
    GITHUB_API_URL: "http://127.0.0.1:9",
    GITHUB_SERVER_URL: "http://127.0.0.1:9",
    GITHUB_OUTPUT: `${path}/files/output`,
    GITHUB_STEP_SUMMARY: `${path}/files/summary`,
    ACTIONS_RUNTIME_TOKEN: "runtime-token",
    INPUT_REPOSITORY: `${path}/repository`,
    INPUT_TASK: `${path}/papers`,
    "INPUT_TASK-DIGEST": sealed.digest,
    "INPUT_SETUP-HOST": "false",
    "INPUT_DROP-SUDO": "false",
    "INPUT_SEPARATE-USER": "auto",
  };
  const read = (name: string) => readFileSync(join(path, name), "utf8");
  return {
    ...temporary,
    env,
    read,
    calls: () =>
      read("bin/sudo.calls")
        .trim()
        .split("\n")
        .map((line) => line.replace(process.execPath, "NODE").replace(/ \S*main\.ts/, " MAIN")),
    run: (more: Record<string, string>) => {
      const options = { env: { ...env, ...more }, cwd: path, encoding: "utf8" as const, ...(root ? user : {}) };
      const { status, stdout, stderr } = spawnSync(process.execPath, [main], options);
      return { status, lines: stdout.trimEnd().split("\n"), stderr };
    },
  };
}

const scope = "systemd-run --scope --quiet --collect -p Delegate=yes --";

describe.skipIf(!reachable)("the action behind a sudo that changes nothing but the process", () => {
  test("prepare goes through, and prints what it would have printed", async () => {
    using on = await machine();
    expect(on.run({ INPUT_PHASE: "prepare" })).toEqual({
      status: 0,
      lines: [
        expect.stringMatching(/^going on behind sudo.*\(in a control group of its own\)$/),
        "sudo does not make this process root: sandboxed processes are its own account's",
        "::group::Airlock: prepare",
        "setup-host is off: this machine is left as it is",
        expect.stringMatching(/^sandbox proved: /),
        "::endgroup::",
        "::endgroup::",
      ],
      stderr: "",
    });
    expect(on.calls()).toEqual(["-n true", `-n -- ${scope} true`, `-n -- ${scope} env NODE MAIN --handed-over`]);
    expect(JSON.parse(on.read("airlock/prepared.json"))).toMatchObject({ installed: { kind: "none" } });
  });

  test("without systemd the same way, and that is said", async () => {
    using on = await machine({ "bin/systemd-run": "#!/bin/sh\nexit 1\n" });
    const { status, lines } = on.run({ INPUT_PHASE: "prepare" });
    expect({ status, said: lines[0] }).toEqual({
      status: 0,
      said: expect.stringContaining("no control group: systemd-run does not work here"),
    });
    expect(on.calls().at(-1)).toBe("-n -- env NODE MAIN --handed-over");
  });

  test("an end that is no success comes back as the exit code, with the paper and its outputs", async () => {
    using on = await machine();
    const key = "sk-0123456789abcdef";
    const { status, lines } = on.run({ INPUT_PHASE: "solve", "INPUT_OPENAI-API-KEY": key });
    expect(status).toBe(1);
    expect(lines).toContain("::error::The prepare step has not run in this job.");
    expect(JSON.parse(on.read("airlock-paper/stop.json"))).toMatchObject({ phase: "solve", kind: "failed" });
    expect(on.read("files/output")).toContain("airlock-paper");
    expect(on.read("files/summary")).toContain("### Airlock solve: failed");
  });

  test("the key stands neither in a word nor in the environment of what is started", async () => {
    using on = await machine();
    const key = "sk-0123456789abcdef";
    on.run({ INPUT_PHASE: "solve", "INPUT_OPENAI-API-KEY": key, NODE_OPTIONS: "--no-deprecation" });
    const seen = on.read("bin/sudo.calls") + on.read("bin/sudo.env");
    expect(seen).not.toContain(key);
    expect(seen).not.toContain("runtime-token");
    expect(seen).not.toContain("INPUT_");
    // The twin: what may be seen is.
    expect(seen).toContain("NODE_OPTIONS=--no-deprecation");
  });

  test("no program is given a secret of [setup], neither before prepare took it nor after", async () => {
    using on = await machine({ "bin/npm": '#!/bin/sh\nenv > "$0.env"; echo https://packages.example/\n' });
    const npm_config_registry = "https://packages.example/npm/";
    for (const wish of ["auto", "off"]) {
      const { status } = on.run({
        INPUT_PHASE: "prepare",
        "INPUT_SEPARATE-USER": wish,
        NPM_TOKEN: "plum-4711-cake-0815",
        npm_config_registry,
      });
      expect(status).toBe(0);
      const seen = on.read("bin/sudo.env") + on.read("bin/npm.env");
      expect(seen).not.toContain("NPM_TOKEN");
      expect(seen).not.toContain("plum-4711");
      // The twin: what they need is there.
      expect(seen).toContain(`HOME=${on.path}\n`);
      expect(on.read("bin/npm.env")).toContain(`npm_config_registry=${npm_config_registry}\n`);
    }
  });

  test("programs that a phase starts are given no input and no token of the runner", async () => {
    using on = await machine({ "bin/npm": '#!/bin/sh\nenv > "$0.env"; echo https://packages.example/\n' });
    for (const wish of ["auto", "off"]) {
      on.run({ INPUT_PHASE: "prepare", "INPUT_SEPARATE-USER": wish });
      const names = on.read("bin/npm.env").split("\n");
      expect(names.filter((line) => /^(INPUT|ACTIONS)_/.test(line))).toEqual([]);
      expect(names).toContain(`HOME=${on.path}`);
    }
  });

  test.each(["solve", "prepare", "verify"])("off starts no sudo for %s", async (phase) => {
    using on = await machine();
    on.run({ INPUT_PHASE: phase, "INPUT_SEPARATE-USER": "off", "INPUT_OPENAI-API-KEY": "sk-0123456789abcdef" });
    expect(() => on.calls()).toThrow("ENOENT");
  });

  test("in the account itself sudo is dropped before the first sandbox is opened", async () => {
    // This sudo works once and is gone afterwards: nothing on the machine is touched.
    using on = await machine({ "bin/sudo": '#!/bin/sh\necho "$*" >> "$0.calls"\n[ $(wc -l < "$0.calls") = 1 ]\n' });
    const { status, lines } = on.run({
      INPUT_PHASE: "prepare",
      "INPUT_SEPARATE-USER": "off",
      "INPUT_DROP-SUDO": "true",
      USER: "nobody-of-this-name",
    });
    expect({ status, lines }).toEqual({
      status: 0,
      lines: [
        "separate-user is off: sandboxed processes are this account's",
        "::group::Airlock: prepare",
        "setup-host is off: this machine is left as it is",
        "sudo dropped for the rest of this job",
        expect.stringMatching(/^sandbox proved: /),
        "::endgroup::",
      ],
    });
    expect(on.calls()).toEqual([
      "-n true",
      "-n gpasswd --delete nobody-of-this-name docker",
      "-n gpasswd --delete nobody-of-this-name sudo",
      "-n rm -f -- /etc/sudoers.d/nobody-of-this-name",
      "-n true",
    ]);
  });

  test("required, but sudo refuses: nothing runs, and a paper says why", async () => {
    using on = await machine({ "bin/sudo.refuses": "" });
    const { status, lines } = on.run({ INPUT_PHASE: "prepare", "INPUT_SEPARATE-USER": "require" });
    expect({ status, proved: lines.some((line) => line.startsWith("sandbox proved")) }).toEqual({
      status: 1,
      proved: false,
    });
    expect(JSON.parse(on.read("airlock-paper/stop.json"))).toMatchObject({
      phase: "prepare",
      message: expect.stringContaining("`sudo -n true` fails"),
      next: expect.stringContaining("separate-user: auto"),
    });
    // The twin: with `auto` the same machine goes on in its own account.
    expect(on.run({ INPUT_PHASE: "prepare" })).toMatchObject({
      status: 0,
      lines: expect.arrayContaining(["sudo does not work without a password: sandboxed processes are this account's"]),
    });
  });

  test("required, but sudo makes nobody root: nothing runs", async () => {
    using on = await machine();
    const { status, lines } = on.run({ INPUT_PHASE: "prepare", "INPUT_SEPARATE-USER": "require" });
    expect(status).toBe(1);
    expect(lines).toContain("::error::`separate-user: require`: sudo works, but does not make this process root.");
    expect(lines.some((line) => line.startsWith("sandbox proved"))).toBe(false);
  });

  test("a sudo that breaks between the question and the start leaves a paper all the same", async () => {
    using on = await machine({
      "bin/sudo": sudo.replace("exec env", 'case "$*" in *handed*) exit 9;; esac\nexec env'),
    });
    expect(on.run({ INPUT_PHASE: "prepare" }).status).toBe(9);
    expect(JSON.parse(on.read("airlock-paper/stop.json"))).toMatchObject({
      message: "The phase behind sudo ended with exit code 9 before it could leave a paper.",
    });
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("%s to the one before sudo ends the one behind it", async (signal) => {
    // A crossing without a phase: behind sudo it waits until it is told to end.
    using on = await machine({ "waits.mjs": "" });
    const at = (file: string) => JSON.stringify(join(import.meta.dirname, "../../src/action", file));
    writeFiles(on.path, {
      "wait.mjs": [
        `import { crossOver } from ${at("cross.ts")};`,
        `import { takeOver } from ${at("handover.ts")};`,
        'import { appendFileSync } from "node:fs";',
        'if (process.argv.includes("--handed-over")) {',
        "  const stays = setInterval(() => {}, 1000);",
        "  await takeOver(process.stdin, { onEnd: () => { console.log('told to end'); clearInterval(stays); process.exit(7); }, onGone: () => {} });",
        "  console.log('waiting');",
        "} else {",
        "  const abort = new AbortController();",
        "  process.once('SIGTERM', () => abort.abort());",
        "  const shell = { account: null, user: 'runner', hosted: true, log: () => {}, signal: abort.signal, jobs: '/nowhere', runner: { temp: '/' } };",
        "  shell.runner.temp = process.env.RUNNER_TEMP;",
        "  const inputs = { phase: 'prepare', 'separate-user': 'auto' };",
        "  const environment = { ...process.env };",
        "  process.exitCode = await crossOver({ inputs, shell, environment });",
        "}",
      ].join("\n"),
      "airlock-paper/there": "",
    });
    const child = spawn(process.execPath, [join(on.path, "wait.mjs")], {
      env: on.env,
      cwd: on.path,
      stdio: ["ignore", "pipe", "inherit"],
      ...(root ? user : {}),
    });
    const ended = new Promise((resolve) => child.once("exit", (code, by) => resolve(by ?? code)));
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (line === "waiting") child.kill(signal);
    }
    expect(said).toEqual(["waiting", "told to end"]);
    expect(await ended).toBe(signal === "SIGKILL" ? "SIGKILL" : 7);
  });
});
