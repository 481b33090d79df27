import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { writeFiles } from "../workspace/repository.ts";
import { machine, main, reachable, root, sudo, user } from "./sudo-machine.ts";

if (!reachable) process.stderr.write(`crossing over: NOT RUN: uid ${user.uid} cannot read ${main} or its node\n`);

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

  test("a sudo that makes nobody root is dropped as well, before the first sandbox is opened", async () => {
    // It works until it is asked to end; nothing on the machine is touched.
    const once = sudo.replace(
      "while",
      'case "$*" in *gpasswd*) touch "$0.refuses";; esac\n[ -e "$0.refuses" ] && exit 1\nwhile',
    );
    using on = await machine({ "bin/sudo": once });
    const { status, lines } = on.run({
      INPUT_PHASE: "prepare",
      "INPUT_DROP-SUDO": "true",
      USER: "nobody-of-this-name",
    });
    const [dropped, proved] = [/^sudo dropped/, /^sandbox proved/].map((words) =>
      lines.findIndex((l) => words.test(l)),
    );
    expect({ status, dropped: (dropped ?? -1) >= 0, first: (dropped ?? 0) < (proved ?? 0) }).toEqual({
      status: 0,
      dropped: true,
      first: true,
    });
    expect(lines).not.toContainEqual(expect.stringContaining("keeps sudo"));
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
